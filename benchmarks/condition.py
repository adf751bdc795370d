"""One condition on nested data: ours, plain Python, rule-engine and zen-engine on the same."""

from __future__ import annotations

import importlib
import importlib.util
import json
import timeit
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from benchmarks.figure import Figure, median
from engine.core.expression import compile_condition

CONDITION = 'order.amount > 500 and customer.level in ["gold", "vip"] and order.channel == "douyin"'
DATA: dict[str, Any] = {
    "order": {"amount": Decimal("620.50"), "channel": "douyin"},
    "customer": {"level": "vip"},
}


def plain(scope: dict[str, Any]) -> bool:
    """The same by hand: how fast this machine is."""
    order = scope["order"]
    return (
        order["amount"] > 500
        and scope["customer"]["level"] in ("gold", "vip")
        and order["channel"] == "douyin"
    )


def _time(call: Callable[[], Any], number: int) -> float:
    return median([timeit.timeit(call, number=number) / number * 1e6 for _ in range(7)])


def measure() -> Figure:
    holds = compile_condition(CONDITION).evaluate
    ours = _time(lambda: holds(DATA), 50_000)
    peers = {"plain Python": _time(lambda: plain(DATA), 50_000)}
    rule_engine = importlib.import_module("rule_engine")
    rule = rule_engine.Rule(CONDITION)
    peers["rule-engine"] = _time(lambda: rule.matches(DATA), 500)
    if importlib.util.find_spec("zen") is not None:
        zen = importlib.import_module("zen")
        text = CONDITION.replace('"', "'")
        context = json.loads(json.dumps(DATA, default=float))
        compiled = zen.compile_expression(text)
        peers["zen-engine"] = _time(lambda: compiled.evaluate(context), 5_000)
    return Figure("condition", "one condition on nested data", round(ours, 3), "µs", 0.5,
                  is_better_high=False,
                  peers={name: round(value, 3) for name, value in peers.items()})  # fmt: skip

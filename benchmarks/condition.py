"""One condition on nested data: ours, plain Python, rule-engine and zen-engine on the same.

Time of the processor on one core, so that other load on the machine counts less.
"""

from __future__ import annotations

import importlib
import json
import time
import timeit
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from benchmarks.figure import Figure, median
from benchmarks.peers import Peer, ask
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


def measure(number: int = 50_000, *, peers: bool = True) -> Figure:
    holds = compile_condition(CONDITION).evaluate
    if not (holds(DATA) and plain(DATA)):
        raise RuntimeError("the condition should hold")
    ours = _time(holds, DATA, number)
    found = {"plain Python": _time(plain, DATA, number)}
    if peers:
        found |= ask(
            Peer("rule-engine", "rule_engine", lambda: _rule_engine(max(1, number // 100))),
            Peer("zen-engine", "zen", lambda: _zen_engine(max(1, number // 10))),
        )
    return Figure("condition", "one condition on nested data", round(ours, 3), "µs", 0.5,
                  is_better_high=False,
                  peers={name: round(value, 3) for name, value in found.items()})  # fmt: skip


def _rule_engine(number: int) -> float:
    rule = importlib.import_module("rule_engine").Rule(CONDITION)
    return _time(rule.matches, DATA, number)


def _zen_engine(number: int) -> float:
    compiled = importlib.import_module("zen").compile_expression(CONDITION.replace('"', "'"))
    context = json.loads(json.dumps(DATA, default=float))  # it takes JSON only
    return _time(compiled.evaluate, context, number)


def _time(call: Callable[[Any], Any], given: Any, number: int) -> float:
    """Microseconds of one call, nothing around it."""
    names = {"call": call, "given": given}
    return median(
        [timeit.timeit("call(given)", number=number, timer=time.process_time, globals=names)
         / number * 1e6 for _ in range(7)]
    )  # fmt: skip

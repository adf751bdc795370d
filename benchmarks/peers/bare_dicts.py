"""The flow of `interpreter` as dicts and lambdas: what is possible when nothing is promised.

No ports, no reasons, no rounding of money, no journal to go on from: the trace is a list of names,
as JSON at the end.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

Step = Callable[[dict[str, Any]], str | None]


def _points(run: dict[str, Any]) -> str:
    run["points"] = run["amount"] * 2
    return "channel"


def _tag(run: dict[str, Any]) -> str:
    run["tags"] = ["VIP"]
    return "done"


STEPS: dict[str, Step] = {
    "paid": lambda run: "large",
    "large": lambda run: (
        "points" if run["amount"] > 500 and run["channel"] in ("live", "shop") else "done"
    ),
    "points": _points,
    "channel": lambda run: "tag" if run["channel"] in ("live", "shop") else "done",
    "tag": _tag,
    "done": lambda run: None,
}


def measure(runs: int = 20_000) -> float:
    """Runs a second of the processor."""
    began = time.process_time()
    for number in range(runs):
        run: dict[str, Any] = {"amount": 620 + number % 100, "channel": "live"}
        trace, at = [], "paid"
        while True:
            trace.append(at)
            then = STEPS[at](run)
            if then is None:
                break
            at = then
        json.dumps({"run": run, "trace": trace})
    return runs / (time.process_time() - began)

"""Variables: two steps that may write one at the same time are refused."""

from __future__ import annotations

from collections.abc import Iterator

from engine.core.errors import Problem
from engine.core.text import text
from engine.core.validate.plan import Plan, Spot
from engine.core.validate.scope import Names


def check_writers(plan: Plan, names: Names) -> Iterator[Problem]:
    """Two steps that write one variable must have an order, or never run together."""
    for name, found in sorted(names.writers.items()):
        for number, (one, _) in enumerate(found):
            for other, at in found[number + 1 :]:
                if one is not other and not _have_order(names, one, other):
                    message = text(
                        f"与「{one.name['zh']}」同时写变量“{name}”，结果取决于谁先谁后；"
                        "请排出先后，或改用两个变量",
                        f"writes the variable “{name}” at the same time as “{one.name['en']}”: "
                        "put them in order, or use two variables",
                    )
                    yield other.problem(f"/config{at}", "unordered_writers", message)
                    break
        for writer, at in found:
            box = next((h for _, h in writer.place.chain() if _runs_side_by_side(h)), None)
            if box is not None:
                message = text(
                    f"「{box.name['zh']}」同时处理多项，各项会抢着写变量“{name}”；"
                    "请改为一次一项，或用每项的结果",
                    f"“{box.name['en']}” handles several items at a time, which would all write "
                    f"“{name}”: one at a time, or use the results of the items",
                )
                yield writer.problem(f"/config{at}", "unordered_writers", message)


def _have_order(names: Names, one: Spot, other: Spot) -> bool:
    """Whether the lines say who comes first, or that only one of them runs."""
    ways = [[one, *(holder for _, holder in one.place.chain())],
            [other, *(holder for _, holder in other.place.chain())]]  # fmt: skip
    for a in ways[0]:
        for b in ways[1]:
            if a.place is not b.place:
                continue
            if a is b:
                # Both inside one box: in its body and a handler, or in two handlers.
                return False
            before = a.place.before
            if a.id in before.get(b.id, ()) or b.id in before.get(a.id, ()):
                return True
            return names.certainty(a.place).never_together(a.id, b.id)
    return False


def _runs_side_by_side(box: Spot) -> bool:
    at_a_time = box.config.get("at_a_time")
    return isinstance(at_a_time, int) and not isinstance(at_a_time, bool) and at_a_time > 1

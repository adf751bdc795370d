"""Joins, planned when a flow is compiled: what "stop the rest" stops, where its ways part (R2)."""

from __future__ import annotations

from typing import Any

from engine.core.execution.steps import Join, Step


def join_of(config: Any) -> Join | None:
    mode, stop_rest = getattr(config, "mode", "all"), bool(getattr(config, "stop_rest", False))
    if mode == "first":
        return Join("first", 1, stop_rest)
    if mode == "n":
        return Join("n", getattr(config, "n", 1), stop_rest)
    return None  # "all" is R1 itself


def plan_join(step: Step, join: Join, order: tuple[Step, ...]) -> None:
    """Fills in which steps lead only here, and which lie between the parting of ways and here."""
    only: set[str] = set()
    for other in reversed(order):
        if other.lines and all(target is step or target.id in only for _, _, target in other.lines):
            only.add(other.id)
    join.rest = tuple(other for other in order if other.id in only)
    parting = _dominators(order)[step.id]
    above = parting.before | {parting.id} if parting is not None else frozenset()
    join.between = tuple(sorted(step.before - above))


def _dominators(order: tuple[Step, ...]) -> dict[str, Step | None]:
    """For each step the last step every way to it passes; None where ways share no step.

    Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm"; without cycles one pass is
    enough.
    """
    place = {step.id: index for index, step in enumerate(order)}
    sources: dict[str, list[Step]] = {step.id: [] for step in order}
    for step in order:
        for _, _, target in step.lines:
            sources[target.id].append(step)
    found: dict[str, Step | None] = {}
    for step in order:
        common: Step | None = sources[step.id][0] if sources[step.id] else None
        for other in sources[step.id][1:]:
            one: Step | None = other
            while one is not common:
                # Climb from whichever lies later; None is before everything.
                if common is None or (one is not None and place[one.id] > place[common.id]):
                    one = found[one.id] if one is not None else None
                else:
                    common = found[common.id]
        found[step.id] = common
    return found

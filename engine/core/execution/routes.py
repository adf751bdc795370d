"""The ways runs have taken from a trigger: the next run finds its lines decided.

Which lines are lit and which steps are skipped depends only on the ports steps leave by. While a
flow goes one way (no two steps side by side), leaving a step by a port therefore does the same in
every run that came the same way: lines.py works it out once, a `Route` keeps it. What a run does is
the same with and without; property tests compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from engine.core.execution.advance import ROOT, Advance, Scope
from engine.core.execution.lines import end_step
from engine.core.execution.scopes import last_step, new_scope, open_scope
from engine.core.execution.steps import Step
from engine.core.run import Row, Signal, row
from engine.core.version import Version

MAX_ROUTES = 1_000  # of one version: a flow with many branchings has very many ways
_COUNT = ""  # under which version.routes keeps their number; no node has this id
_NO_SIGNAL = Signal("start", datetime.min.replace(tzinfo=UTC))


class Route:
    """A place on a way.

    step     the step that is next, None when the scope is done; path, its path
    lines    edges decided in getting here; steps, statuses set; skipped, the rows of those skipped
    left     steps not ended yet; depth, how many have run
    last     where the scope is done: the step whose output is the scope's (None without any)
    onward   routes by port; None where it is not one way any more
    """

    __slots__ = (
        "before",
        "depth",
        "last",
        "left",
        "lines",
        "onward",
        "path",
        "skipped",
        "step",
        "steps",
        "whole",
    )

    def __init__(
        self,
        before: Route | None,
        step: Step | None,
        lines: Mapping[str, int],
        steps: Mapping[str, str],
        left: int,
    ) -> None:
        self.before = before
        self.depth: int = 0 if before is None else before.depth + 1
        self.step = step
        self.path = "" if step is None else ROOT + step.tail
        self.lines = lines
        self.steps = steps
        self.skipped: tuple[Row, ...] = tuple(
            row(f"{ROOT}/{id_}", "skipped") for id_, was in steps.items() if was == "skipped"
        )
        self.last: str | None = None
        self.left = left
        self.onward: dict[str, Route | None] = {}
        self.whole: tuple[dict[str, int], dict[str, str]] | None = None


def first_route(version: Version, trigger: str) -> Route | None:
    """Where a run by this trigger begins; None when it does not begin with one step."""
    known = version.routes.get(trigger, False)
    found: Route | None = None if known is False else known
    if known is False:
        scratch = Advance(version, None, _NO_SIGNAL)
        scratch.start = {"trigger": trigger}
        open_scope(scratch, ROOT, "", "root")
        found = _route(scratch, None, {}, {})
        if trigger in version.graphs[""].steps:  # others must not fill the memory
            version.routes[trigger] = found
    return found


def follow(version: Version, route: Route, port: str) -> Route | None:
    """Where leaving the route's step by a port leads; None when lines.py must work it out."""
    if port in route.onward:
        return route.onward[port]
    step = route.step
    leaving = step.leaving.get(port) if step is not None else None
    count: int = version.routes.get(_COUNT, 0)
    if step is None or leaving is None or count >= MAX_ROUTES:
        return None
    version.routes[_COUNT] = count + 1
    scratch = Advance(version, None, _NO_SIGNAL)
    scope = scratch.scopes[ROOT] = new_scope(version.graphs[""], "root")
    write(scope, route)
    lines, steps = dict(scope["lines"]), dict(scope["steps"])
    end_step(scratch, ROOT, scope, step, leaving, None)
    found = route.onward[port] = _route(scratch, route, lines, steps)
    return found


def write(scope: Scope, route: Route) -> None:
    """Writes everything decided on the way here into a scope, which then goes on by itself."""
    whole = route.whole
    if whole is None:
        whole = route.whole = ({}, {})
        at: Route | None = route
        while at is not None:
            whole[0].update(at.lines)
            whole[1].update(at.steps)
            at = at.before
    scope["lines"] = whole[0].copy()
    scope["steps"] = whole[1].copy()
    scope["left"] = route.left


def _route(
    scratch: Advance, before: Route | None, lines: Mapping[str, int], steps: Mapping[str, str]
) -> Route | None:
    """The route to the one step that runs next; `lines` and `steps` were decided before."""
    scope = scratch.scopes[ROOT]
    if "wide" in scope or len(scratch.queue) != 1:
        return None
    step = scratch.queue[0][0]
    if step is not None and step.join is not None:
        return None  # a join looks at its lines when it fires
    found = Route(
        before,
        step,
        {edge: state for edge, state in scope["lines"].items() if edge not in lines},
        {id_: status for id_, status in scope["steps"].items() if id_ not in steps},
        scope["left"],
    )
    if step is None:
        found.last = last_step(scratch.version.graphs[scope["graph"]], scope)
    return found

"""The ways runs have taken from a trigger, learned from what the interpreter did.

Which lines are lit and which steps are skipped depends only on the ports steps leave by. While a
flow goes one way (no two steps side by side), leaving a step by a port therefore does the same in
every run that came the same way: lines.py works it out once, a `Route` keeps it. Once enough runs
have passed, the routes of a trigger are written as one function (way_source.py). What a run does is
the same with and without; property tests compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from engine.core.execution.advance import ROOT, Advance
from engine.core.execution.lines import end_step
from engine.core.execution.scopes import last_step, new_scope, open_scope
from engine.core.execution.version import Version
from engine.core.execution.way import Route, Ways
from engine.core.execution.way_source import write_functions
from engine.core.run import Row, Signal

MAX_ROUTES = 300  # of one trigger: a flow with many branchings has very many ways
_NO_SIGNAL = Signal("start", datetime.min.replace(tzinfo=UTC))


def learn(version: Version, trigger: str, rows: Sequence[Row]) -> None:
    """Notes the way a run took in its first advance, from its records.

    When enough runs went ways the function does not know, it is written anew; then after twice as
    many, for the flow may have very many ways.
    """
    ways = version.ways.get(trigger)
    if ways is None:
        if trigger not in version.graphs[""].steps:
            return  # others must not fill the memory
        ways = version.ways[trigger] = Ways(_first(version, trigger))
    _note(version, trigger, ways, ways.first, rows)


def learn_on(version: Version, trigger: str, route: Route, rows: Sequence[Row]) -> None:
    """Notes the way a run took from a route on, once the call it paused for was answered."""
    ways = version.ways.get(trigger)
    if ways is not None:
        _note(version, trigger, ways, route, rows)


def _note(
    version: Version, trigger: str, ways: Ways, route: Route | None, rows: Sequence[Row]
) -> None:
    _follow_all(version, ways, route, rows)
    ways.worked_out += 1
    if ways.has_news and ways.worked_out >= ways.due:
        write(version, trigger)


def write(version: Version, trigger: str) -> None:
    """Writes the functions of the ways known by now."""
    ways = version.ways[trigger]
    ways.due, ways.has_news = 2 * ways.worked_out, False
    if ways.first is not None:
        ways.go = write_functions(version, ways.first)


def _follow_all(version: Version, ways: Ways, route: Route | None, rows: Sequence[Row]) -> None:
    """Goes along with the records of steps that are done, as long as it is one way."""
    for step, status, port, _, _, keys, *_ in rows:
        if status == "skipped":
            continue
        if route is None or step != route.path:
            return
        if status == "active" and keys and not route.calls:
            # A time limit is a timer beside the call: what comes first is not known beforehand.
            route.calls = ways.has_news = route.step is not None and route.step.timeout is None
        if status != "done" or not isinstance(port, str):
            return
        route = route.onward[port] if port in route.onward else _follow(version, ways, route, port)


def _first(version: Version, trigger: str) -> Route | None:
    scratch = Advance(version, None, _NO_SIGNAL)
    scratch.start = {"trigger": trigger}
    open_scope(scratch, ROOT, "", "root")
    return _route(scratch, None, {}, {})


def _follow(version: Version, ways: Ways, route: Route, port: str) -> Route | None:
    """Where leaving the route's step by a port leads; None when lines.py must work it out."""
    step = route.step
    leaving = step.leaving.get(port) if step is not None else None
    if leaving is None or step is None or ways.count >= MAX_ROUTES:
        return None
    ways.count += 1
    ways.has_news = True
    scratch = Advance(version, None, _NO_SIGNAL)
    scope = scratch.scopes[ROOT] = new_scope(version.graphs[""], "root")
    route.fill(scope)
    lines, steps = dict(scope["lines"]), dict(scope["steps"])
    end_step(scratch, ROOT, scope, step, leaving, None)
    found = route.onward[port] = _route(scratch, route, lines, steps)
    return found


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

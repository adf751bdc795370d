"""A run's first advance, as long as it takes a way that was taken before (routes.py).

Most runs of most flows go from their trigger to their end without waiting for anybody. What such a
run leaves behind is its commands and the rows of its journal, so only these are made:

1. The names its steps read, one context for all of them.
2. Step by step: call it, write its row, give its effects, go on to where its port leads.
3. At the end the decision is there. The state (whole scopes, lines, statuses) follows from the way
   and the outputs; `Decision.state` makes it when somebody asks.

Whatever is not one way (a request, an error, several ports, a port nobody left by before where
there is no room for new ways) hands over: the state is made, with everything up to here, and the
interpreter of all other runs goes on from the outcome in hand. Property tests hold that both give
the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from engine.core.effect import effect_key
from engine.core.execution.advance import ROOT, Advance, State
from engine.core.execution.messages import error_from
from engine.core.execution.names import StepContext, flow_names
from engine.core.execution.routes import Route, follow, write
from engine.core.execution.scopes import new_scope
from engine.core.execution.steps import Step
from engine.core.node import SHORT, Done
from engine.core.run import Command, Decision, Row, Signal
from engine.core.version import Version

Handover = tuple[Advance, Step, Any]  # the step that ended so, and its outcome


def go(
    version: Version, signal: Signal, start: Mapping[str, Any], route: Route
) -> Decision | Handover:
    """Goes from a way's beginning to the run's end, or to where others must go on.

    One function with everything in its own variables: it is passed by nearly every run.
    """
    rows: list[Row] = []
    commands: list[Command] = []
    out: dict[str, Any] = {}
    params, given = version.params, start["params"]
    params = {**params, **(given or {})} if params or given else {}
    names = flow_names(signal, start, params, {"vars": {}, "out": out})
    output: Any = None
    outcome: Any
    port: Any
    step = route.step
    if step is not None:
        context = StepContext(signal, start, ROOT, step, names)
    while step is not None:
        context.step = step
        try:
            outcome = step.run(context)
            if outcome.__class__ is tuple and len(outcome) == SHORT:
                port, output, reason, effects, sets = outcome
                ends = False
            elif outcome.__class__ is Done:
                port, output, reason = outcome.port, outcome.output, outcome.reason
                effects, sets, ends = outcome.effects, outcome.sets, outcome.ends_run
            else:
                port = None
        except Exception as why:
            outcome, port = error_from(why), None
        onward: Route | None = None
        if port.__class__ is str:
            onward = route.onward.get(port) or follow(version, route, port)
        if onward is None:
            advance = _in_hand(version, signal, start, route, route.depth + 1, names)
            advance.rows, advance.commands = rows, commands
            return advance, step, outcome
        keys: tuple[str, ...] = ()
        if effects:
            for n, effect in enumerate(effects, 1):
                key = effect_key(start["run_id"], ROOT, step.id, 1, n)
                commands.append(Command("effect", "", effect, key, step.retry, route.path))
                keys += (key,)
        rows.append((route.path, "done", port, output, reason, keys, 0.0, None))
        out[step.id] = output
        if sets:
            names["vars"] = {**names["vars"], **sets}
        route = onward
        if route.skipped:
            rows += route.skipped
        if ends:
            break
        step = route.step
    else:
        output = None if route.last is None else out[route.last]
    commands.append(Command("end", "", {"status": "succeeded", "output": output, "error": None}))
    state = partial(_end_state, version, signal, start, route, names)
    return Decision(state, commands, None, "succeeded", rows)


def _end_state(
    version: Version,
    signal: Signal,
    start: Mapping[str, Any],
    route: Route,
    names: dict[str, Any],
) -> State:
    state = _in_hand(version, signal, start, route, route.depth, names).state
    state["status"], state["seq"] = "succeeded", signal.seq
    return state


def _in_hand(
    version: Version,
    signal: Signal,
    start: Mapping[str, Any],
    route: Route,
    count: int,
    names: dict[str, Any],
) -> Advance:
    """The state in hand, as if lines.py had decided every line up to here."""
    advance = begun(version, signal, start)
    scope = advance.scopes[ROOT] = new_scope(version.graphs[""], "root")
    advance.fresh.add(ROOT)
    write(scope, route)
    scope["out"], scope["vars"] = names["steps"], names["vars"]
    advance.state["count"] = count
    advance.names[ROOT] = names
    return advance


def begun(version: Version, signal: Signal, start: Mapping[str, Any]) -> Advance:
    """An advance of a run that begins now."""
    advance = Advance(version, None, signal)
    advance.start = advance.state["start"] = start
    advance.run_id = start["run_id"]
    advance.state["status"] = "running"
    return advance

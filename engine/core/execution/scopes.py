"""Scopes: a run's own, a sub-flow's, an item's, a round's, a reminder's tick (R5)."""

from __future__ import annotations

from typing import Any

from engine.core.execution.advance import ROOT, Advance, Scope, Wait
from engine.core.execution.lines import skip
from engine.core.execution.steps import CompiledGraph, Step


def open_scope(
    advance: Advance,
    scope_id: str,
    graph_id: str,
    kind: str,
    parent: str = "",
    index: int = 0,
    *,
    given: Any = None,
) -> None:
    """Opens a scope clean and activates its start steps.

    A flow begins at one trigger: the one that fired, or the one that stands for being called.
    Its other triggers are skipped. A body begins at every step without a line into it. `given` is
    the input of a sub-flow.
    """
    graph = advance.version.graphs[graph_id]
    scope = new_scope(graph, kind, parent, index)
    if given:
        scope["input"] = given
    advance.scopes[scope_id] = scope
    advance.fresh.add(scope_id)
    if not graph.total:
        advance.queue.append((None, scope_id, False))
        return
    entry = graph.entry
    if entry is not None:
        fired = graph.steps.get(advance.start.get("trigger") or "") if scope_id == ROOT else None
        if fired is not None and fired.type.kind == "trigger":
            entry = fired
    if entry is None and len(graph.starts) > 1:
        scope["wide"] = 1
    for step in graph.starts:
        if entry is None or step is entry:
            advance.queue.append((step, scope_id, False))
        else:
            skip(advance, scope_id, scope, step)


def new_scope(graph: CompiledGraph, kind: str, parent: str = "", index: int = 0) -> Scope:
    """A scope in which nothing has happened."""
    scope: Scope = {
        "graph": graph.id,
        "parent": parent,
        "index": index,
        "kind": kind,
        "left": graph.total,
        "lines": {},
        "steps": {},
        "out": {},
    }
    if kind == "root" or kind == "flow":
        scope["vars"] = {}
    return scope


def fill_box(advance: Advance, step: Step, path: str, wait: Wait, token: str) -> None:
    """Opens the next items of a for-each, up to `at_a_time`, or the next round of a loop."""
    box = wait["box"]
    assert step.body is not None
    if box["kind"] == "repeat":
        _open_inside(advance, step.body, "repeat", path, wait, token, box["round"] - 1)
        return
    while box["next"] < len(box["items"]) and box["live"] < box["at_a_time"]:
        _open_inside(advance, step.body, "each", path, wait, token, box["next"])
        box["next"] += 1
        box["live"] += 1


def open_child(
    advance: Advance, graph_id: str, path: str, wait: Wait, token: str, given: Any
) -> None:
    """Opens a sub-flow of this run under the step that calls it."""
    _open_inside(advance, graph_id, "flow", path, wait, token, 0, given)


def open_tick(advance: Advance, graph_id: str, path: str, wait: Wait) -> None:
    """Opens a handler scope for a tick of a repeating reminder."""
    scope_id = f"{path}~{wait['ticks']}"
    wait["inner"][scope_id] = ""
    open_scope(advance, scope_id, graph_id, "tick", path, wait["ticks"])
    wait["ticks"] += 1


def output_of(graph: CompiledGraph, scope: Scope) -> Any:
    """What a scope without a result of its own gives: the output of its last step that ran."""
    last = last_step(graph, scope)
    return None if last is None else scope["out"][last]


def last_step(graph: CompiledGraph, scope: Scope) -> str | None:
    """The last step that ran: by the lines, not by time, so that it does not depend on who
    answered first.
    """
    steps = scope["steps"]
    for step in reversed(graph.order):
        if steps.get(step.id) == "done":
            return step.id
    return None


def _open_inside(
    advance: Advance,
    graph_id: str,
    kind: str,
    path: str,
    wait: Wait,
    token: str,
    index: int,
    given: Any = None,
) -> None:
    # The number goes on over all boxes one step asks for, so that no two scopes share a name.
    scope_id = f"{path}[{wait['base']}]"
    wait["base"] += 1
    wait["inner"][scope_id] = token
    open_scope(advance, scope_id, graph_id, kind, path, index, given=given)

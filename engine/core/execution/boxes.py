"""The end of a scope, and what follows for the box around it: next item, next round, or done."""

from __future__ import annotations

from typing import Any

from engine.core.errors import EngineError
from engine.core.execution.advance import ROOT, Advance, Scope
from engine.core.execution.answers import settle
from engine.core.execution.faults import end_run
from engine.core.execution.names import names_for, names_inside
from engine.core.execution.scopes import fill_box, output_of
from engine.core.execution.steps import Step


def close_scope(advance: Advance, scope_id: str) -> None:
    """A scope has no idle, active or waiting step left (R7)."""
    scope = advance.scopes[scope_id]
    graph = advance.version.graphs[scope["graph"]]
    if scope_id == ROOT:
        end_run(advance, "succeeded", output_of(graph, scope))
        return
    parent: str = scope["parent"]
    wait = advance.own_wait(parent)
    token = wait["inner"][scope_id]
    kind = scope["kind"]
    if kind == "each" or kind == "repeat":
        try:
            after = _after_item if kind == "each" else _after_round
            done = after(advance, scope_id, scope, parent)
        except EngineError as why:
            around, step = advance.step_at(parent)
            advance.queue.append((step, around, {"code": why.code, "message": why.message}))
            return
    else:
        done = ("out", output_of(graph, scope)) if kind == "flow" else None
    del advance.scopes[scope_id], wait["inner"][scope_id]
    advance.names.pop(scope_id, None)
    if done is not None:
        settle(advance, parent, token, *done)
    elif kind != "tick":
        fill_box(advance, advance.step_at(parent)[1], parent, wait, token)


def _after_item(
    advance: Advance, scope_id: str, scope: Scope, parent: str
) -> tuple[str, Any] | None:
    """Keeps an item's result; the answer when all are done or there are enough."""
    wait = advance.waits[parent]
    box, results = wait["box"], wait["results"]
    around, step = advance.step_at(parent)
    results.append([scope["index"], _result(advance, scope_id, scope, box, step)])
    box["live"] -= 1
    is_last = not box["live"] and box["next"] == len(box["items"])
    if not is_last:
        if not box["enough"]:
            return None
        advance.own(around)
        names = {**names_for(advance, around, step), "results": _in_order(results)}
        if not step.texts.condition(box["enough"])(names, advance.now):
            return None
    return "out", {"results": _in_order(results), "count": len(results)}


def _after_round(
    advance: Advance, scope_id: str, scope: Scope, parent: str
) -> tuple[str, Any] | None:
    """Keeps a round's result; the answer when `until` holds or no round is left."""
    box = advance.waits[parent]["box"]
    step = advance.step_at(parent)[1]
    last = _result(advance, scope_id, scope, box, step)
    answer = {"last": last, "rounds": box["round"]}
    if box["until"]:
        names = {**names_inside(advance, scope_id), "last": last}
        if step.texts.condition(box["until"])(names, advance.now):
            return "out", answer
    if box["round"] >= box["limit"]:
        return "limit" if box["until"] else "out", answer
    box["round"] += 1
    box["last"] = last
    return None


def _result(advance: Advance, scope_id: str, scope: Scope, box: dict[str, Any], step: Step) -> Any:
    if not box["result"]:
        return output_of(advance.version.graphs[scope["graph"]], scope)
    return step.texts.expression(box["result"])(names_inside(advance, scope_id), advance.now)


def _in_order(results: list[list[Any]]) -> list[Any]:
    return [value for _, value in sorted(results, key=_place)]


def _place(result: list[Any]) -> int:
    place: int = result[0]
    return place

"""Signals to a run that has started: each says whether it fitted anything open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.core.execution.advance import Advance
from engine.core.execution.answers import meet, release, settle, tick
from engine.core.execution.faults import end_run, resume, retry_from
from engine.core.execution.lines import end_step
from engine.core.execution.messages import ERRORS
from engine.core.run import Signal


def _find(advance: Advance, token: str) -> tuple[str, list[Any]] | None:
    """The waiting step and the entry of an open request."""
    path = token.partition("#")[0]
    wait = advance.waits.get(path)
    if wait is None or advance.state["status"] not in ("running", "waiting"):
        return None
    entry = wait["open"].get(token)
    return None if entry is None else (path, entry)


def _answer(advance: Advance, signal: Signal) -> bool:
    found = _find(advance, signal.token)
    if found is None or found[1][0] not in ("read", "effect", "child"):
        return False
    advance.state["status"] = "running"
    settle(advance, found[0], signal.token, signal.port or "out", signal.value)
    return True


def _event(advance: Advance, signal: Signal) -> bool:
    found = _find(advance, signal.token)
    if found is None or found[1][0] != "event":
        return False
    if not meet(advance, found[0], signal.token, signal.value):
        return False
    advance.state["status"] = "running"
    return True


def _task(advance: Advance, signal: Signal) -> bool:
    found = _find(advance, signal.token)
    if found is None or found[1][0] != "task" or signal.port not in found[1][2]:
        return False
    advance.state["status"] = "running"
    settle(advance, found[0], signal.token, signal.port, signal.value)
    return True


def _timer(advance: Advance, signal: Signal) -> bool:
    found = _find(advance, signal.token)
    if found is not None:
        path, entry = found
        if entry[0] != "until":
            return False
        advance.state["status"] = "running"
        settle(advance, path, signal.token, "out", entry[2])
        return True
    path = signal.token.partition("#")[0]
    wait = advance.waits.get(path)
    if wait is None or signal.token not in wait["timers"]:
        return False
    if advance.state["status"] not in ("running", "waiting"):
        return False
    advance.state["status"] = "running"
    port = tick(advance, path, signal.token)
    if port is not None:
        release(advance, path)
        scope_id, step = advance.step_at(path)
        scope = advance.own(scope_id)
        end_step(advance, scope_id, scope, step, step.leave(port, scope["lines"]), None)
    return True


def _cancel(advance: Advance, signal: Signal) -> bool:
    if advance.state["status"] not in ("queued", "running", "waiting", "failed"):
        return False
    error = {"code": "cancelled", "message": ERRORS["cancelled"], "by": signal.value}
    end_run(advance, "cancelled", None, error)
    return True


SIGNALS: dict[str, Callable[[Advance, Signal], bool]] = {
    "answer": _answer,
    "event": _event,
    "task": _task,
    "timer": _timer,
    "cancel": _cancel,
    "resume": lambda advance, signal: resume(advance),
    "retry_from": lambda advance, signal: retry_from(advance, signal.token),
}

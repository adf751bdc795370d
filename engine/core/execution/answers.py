"""Answers and withdrawals: what ends a request, and what is taken back with it (see asks.py)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from engine.core.errors import EngineError
from engine.core.execution.advance import MAX_DEPTH, Advance, Wait
from engine.core.execution.lines import light
from engine.core.execution.messages import error_of
from engine.core.execution.names import names_for
from engine.core.execution.scopes import open_tick
from engine.core.run import Command, CommandKind, row

_WITHDRAWN: dict[str, CommandKind] = {
    "task": "close_task",
    "event": "unsubscribe",
    "until": "disarm",
}


def later(moment: datetime, span: timedelta) -> datetime:
    """The moment a span later, or the last there is."""
    try:
        return moment + span
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def settle(advance: Advance, path: str, token: str, port: str, value: Any) -> None:
    """An open request is answered. Unless more of `several` is needed, the step goes on."""
    scope_id, step = advance.step_at(path)
    wait = advance.own_wait(path)
    kind, name = wait["open"].pop(token)[:2]
    advance.state["asked"] -= kind == "read"
    if (port == "error" or port.startswith("error:")) and not wait["catch"]:
        advance.queue.append((step, scope_id, error_of(value, port)))
        return
    several = wait.get("several")
    if several is not None:
        got = {**several["got"], name: {"port": port, "value": value}} if name else {}
        wait["several"] = {**several, "got": got}
        stops = port in several["stop_on"]
        if not stops and len(got) < several["need"]:
            return
        if name:
            port = name if several["need"] == 1 else port if stops else "out"
        # In the order asked for, not of arrival.
        value = {name: got[name] for name in several["names"] if name in got}
    _close_request(advance, wait)
    wait["answers"].append([port, value])
    wait["e0"], wait["b0"] = wait["e"], wait["base"]
    advance.own(scope_id)["steps"][step.id] = "active"
    advance.queue.append((step, scope_id, True))


def meet(advance: Advance, path: str, token: str, incoming: Any) -> bool:
    """An event came that a step may wait for; whether it was the one (its condition holds)."""
    scope_id, step = advance.step_at(path)
    condition = advance.waits[path]["open"][token][2]
    if condition:
        advance.own(scope_id)
        names = {**names_for(advance, scope_id, step), "incoming": incoming}
        try:
            holds = step.texts.condition(condition)(names, advance.now)
        except EngineError as why:
            advance.queue.append((step, scope_id, {"code": why.code, "message": why.message}))
            return True
        if not holds:
            return False
    advance.commands.append(Command("unsubscribe", token, step=path))
    settle(advance, path, token, "event", incoming)
    return True


def tick(advance: Advance, path: str, token: str) -> str | None:
    """A timer of a waiting step is due: a reminder lights its line or opens its handler.

    The next tick follows from this one's due time (R9). Returns the port when the step must end.
    """
    scope_id, step = advance.step_at(path)
    wait = advance.own_wait(path)
    port, due, every, left, number, _ = wait["timers"].pop(token)
    if token.endswith("!timeout"):
        reason = ("timed_out", {"due": due})
        advance.rows.append(row(path, "done", port, None, reason))
        return "timeout"
    reason = ("reminded", {"due": due, "tick": number})
    advance.rows.append(row(path, "waiting", port, None, reason))
    if left > 0:
        after = later(due, every)
        name = f"{token.rpartition('.')[0]}.{number + 1}"
        wait["timers"][name] = [port, after, every, left - 1, number + 1, False]
        advance.commands.append(Command("timer", name, after, step=path))
    light(advance, scope_id, advance.own(scope_id), step, port)
    if port in step.handlers and scope_id.count("/") + 2 <= MAX_DEPTH:
        open_tick(advance, step.handlers[port], path, wait)
    return None


# -- withdrawing ---------------------------------------------------------------------------------


def release(advance: Advance, path: str) -> None:
    """The step waits no longer: everything it asked for is withdrawn."""
    wait = advance.own_wait(path)
    _close_request(advance, wait)
    for token in wait["timers"]:
        advance.commands.append(Command("disarm", token, step=path))
    del advance.waits[path]


def withdraw(advance: Advance, path: str, wait: Wait) -> None:
    """The commands that withdraw a step's open requests and timers; the wait itself is kept."""
    for token, entry in wait["open"].items():
        _take_back(advance, path, token, entry[0])
    for token in wait["timers"]:
        advance.commands.append(Command("disarm", token, step=path))


def cancel_scope(advance: Advance, scope_id: str) -> None:
    """Takes a scope away with all that is in it; its active steps are cancelled."""
    for id_, status in advance.scopes[scope_id]["steps"].items():
        if status == "active" or status == "waiting":
            path = f"{scope_id}/{id_}"
            advance.rows.append(row(path, "cancelled"))
            if path in advance.waits:
                release(advance, path)
    del advance.scopes[scope_id]
    advance.names.pop(scope_id, None)


def _close_request(advance: Advance, wait: Wait) -> None:
    """Takes back what is still open of the present request, its timers and its scopes."""
    path = ""
    for token, entry in wait["open"].items():
        path = path or token.partition("#")[0]
        _take_back(advance, path, token, entry[0])
    wait["open"].clear()
    for token in [token for token, timer in wait["timers"].items() if not timer[5]]:
        advance.commands.append(Command("disarm", token, step=token.partition("#")[0]))
        del wait["timers"][token]
    for scope_id in wait["inner"]:
        cancel_scope(advance, scope_id)
    wait["inner"].clear()
    wait.pop("box", None)
    wait.pop("results", None)
    wait.pop("several", None)


def _take_back(advance: Advance, path: str, token: str, kind: str) -> None:
    if kind == "read":
        advance.state["asked"] -= 1
    elif kind in _WITHDRAWN:
        advance.commands.append(Command(_WITHDRAWN[kind], token, step=path))

"""What a step waits for: requests go out as commands, answers come in, the rest is withdrawn.

A wait is kept under its step's path:

    take     which take of the step this is        at      when the step began
    n        requests so far (number of tokens)    e, e0   effects so far; before this request
    base, b0 scopes opened so far; before this request     ticks  handler scopes opened
    answers  [[port, value], ...] so far           catch   run wants to see errors itself
    open     {token: [kind, name, ...]}            inner   {scope id: token it answers, "" a tick}
    timers   {token: [port, due, every, left, tick, whole step]}
    box      of a for-each or loop, with results [[index, value], ...]
    several  {need, stop_on, names, got}
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.core.effect import CALL, Effect, effect_key
from engine.core.errors import EngineError
from engine.core.execution.advance import MAX_ASKS, MAX_DEPTH, MAX_ROUNDS, Advance, Scope, Wait
from engine.core.execution.lines import light
from engine.core.execution.messages import Error, error_of, refuse
from engine.core.execution.names import names_for
from engine.core.execution.scopes import fill_box, open_child, open_tick
from engine.core.node import Ask, Child, Each, Event, Read, Repeat, Request, Several, Task, Until
from engine.core.run import Command, StepRecord
from engine.core.version import Step

_NONE: Mapping[str, Any] = {}
_WITHDRAWN = {"task": "close_task", "event": "unsubscribe", "until": "disarm"}


# -- asking --------------------------------------------------------------------------------------


def ask(
    advance: Advance, scope_id: str, scope: Scope, step: Step, wait: Wait | None, asked: Ask
) -> Error | None:
    """Sends out what a step asks for and lets it wait; an error when it must not be asked."""
    path = scope_id + step.tail
    request = asked.request
    why = _refusal(advance, scope_id, step, request, (wait or _NONE).get("n", 0))
    if why is not None:
        return why
    if wait is None:
        wait = _new_wait(advance)
        advance.waits[path] = wait
        advance.fresh.add(path)
    wait["n"] += 1
    wait["catch"] = asked.catch
    token = f"{path}#{wait['take']}.{wait['n']}"
    scope["steps"][step.id] = "waiting"
    record = StepRecord(path, "active", "", None, asked.reason)
    advance.records.append(record)
    sent = len(advance.commands)
    at_once = _open(advance, step, path, wait, token, "", request)
    record.effects = tuple(
        command.key for command in advance.commands[sent:] if command.kind == "effect"
    )
    if at_once:
        scope["steps"][step.id] = "active"
    elif wait["open"]:
        _arm(advance, step, path, wait, token, asked)
    return None


def send(
    advance: Advance, path: str, step: Step, take: int, n: int, effect: Effect, token: str = ""
) -> str:
    """Gives the command for a step's n-th effect; returns its key."""
    scope_id = path[: -len(step.tail)]
    key = effect_key(advance.run_id, scope_id, step.id, take, n)
    advance.commands.append(Command("effect", token, effect, key, step.retry, path))
    return key


def _new_wait(advance: Advance) -> Wait:
    return {
        "take": advance.state["take"],
        "at": advance.now,
        "n": 0,
        "e": 0,
        "e0": 0,
        "base": 0,
        "b0": 0,
        "ticks": 0,
        "answers": [],
        "catch": False,
        "open": {},
        "inner": {},
        "timers": {},
    }


def _refusal(advance: Advance, scope_id: str, step: Step, request: Any, asked: int) -> Error | None:
    """Why a request cannot be made at all, None when it can."""
    opens_scope = False
    if asked >= MAX_ASKS:
        return refuse("limit_asks", limit=MAX_ASKS)
    if isinstance(request, Each | Repeat):
        opens_scope = True
        if step.body is None:
            return refuse("no_body")
        if isinstance(request, Each) and len(request.items) > MAX_ROUNDS:
            return refuse("limit_rounds", limit=MAX_ROUNDS)
    elif isinstance(request, Several):
        for inner in request.requests.values():
            if isinstance(inner, Each | Repeat | Several):
                return refuse("bad_outcome", type=type(inner).__name__)
            why = _refusal(advance, scope_id, step, inner, asked)
            if why is not None:
                return why
    elif isinstance(request, Child):
        opens_scope = request.owner is None and request.wait
        if opens_scope and f"flow:{request.flow}" not in advance.version.graphs:
            return refuse("no_flow", flow=request.flow)
    elif isinstance(request, Until):
        if not isinstance(request.at, datetime) or request.at.tzinfo is None:
            return refuse("bad_outcome", type="Until")
    elif not isinstance(request, Read | Effect | Task | Event):
        return refuse("bad_outcome", type=type(request).__name__)
    # Root is one deep, and each "/" opens one more.
    if opens_scope and scope_id.count("/") + 2 > MAX_DEPTH:
        return refuse("limit_depth", limit=MAX_DEPTH)
    return None


def _open(
    advance: Advance, step: Step, path: str, wait: Wait, token: str, name: str, request: Request
) -> bool:
    """Sends out one request; whether its answer comes within the advance."""
    commands, opened = advance.commands, wait["open"]
    if isinstance(request, Read):
        advance.state["asked"] += 1
        opened[token] = ["read", name]
        commands.append(Command("read", token, request, step=path))
        return True
    if isinstance(request, Effect):
        wait["e"] += 1
        send(advance, path, step, wait["take"], wait["e"], request, token)
        owner = request.owner
        is_own = request.kind != CALL and (owner is None or owner == advance.start.get("owner"))
        opened[token] = ["effect", name]
        return is_own  # as a rule answered within the advance, so no timer is armed
    if isinstance(request, Task):
        opened[token] = ["task", name, list(request.ports)]
        commands.append(Command("task", token, request, step=path))
    elif isinstance(request, Event):
        opened[token] = ["event", name, request.condition]
        since = advance.start["at"] if request.since_start else wait["at"]
        commands.append(Command("subscribe", token, request, step=path, since=since))
    elif isinstance(request, Until):
        opened[token] = ["until", name, request.at]
        commands.append(Command("timer", token, request.at, step=path))
    elif isinstance(request, Child):
        _open_flow(advance, step, path, wait, token, name, request)
    elif isinstance(request, Several):
        return _open_several(advance, step, path, wait, token, request)
    else:
        _open_box(advance, step, path, wait, token, request)
    return False


def _open_flow(
    advance: Advance, step: Step, path: str, wait: Wait, token: str, name: str, child: Child
) -> None:
    if child.owner is None and child.wait:
        wait["open"][token] = ["scope", name]
        open_child(advance, f"flow:{child.flow}", path, wait, token, dict(child.input))
        return
    # Not waited for, it would end with this run if it were a scope: so it is a run of its own.
    own = (
        child
        if child.owner is not None
        else Child(child.flow, child.input, advance.start.get("owner"), child.wait)
    )
    wait["e"] += 1
    scope_id = path[: -len(step.tail)]
    key = effect_key(advance.run_id, scope_id, step.id, wait["take"], wait["e"])
    advance.commands.append(Command("child", token, own, key, step.retry, path))
    wait["open"][token] = ["child", name]
    if not child.wait:
        settle(advance, path, token, "out", {})


def _open_several(
    advance: Advance, step: Step, path: str, wait: Wait, token: str, several: Several
) -> bool:
    count = len(several.requests)
    wait["several"] = {
        "need": min(max(several.need, 1), count),
        "stop_on": list(several.stop_on),
        "names": list(several.requests),
        "got": {},
    }
    at_once = False
    if not count:
        wait["open"][token] = ["scope", ""]
        settle(advance, path, token, "out", {})
    for name, request in several.requests.items():
        if "several" not in wait:
            break  # settled already, by a flow that is not waited for
        at_once |= _open(advance, step, path, wait, f"{token}:{name}", name, request)
    return at_once


def _open_box(
    advance: Advance, step: Step, path: str, wait: Wait, token: str, request: Each | Repeat
) -> None:
    wait["open"][token] = ["box", ""]
    wait["results"] = []
    if isinstance(request, Each):
        if not request.items:
            settle(advance, path, token, "out", {"results": [], "count": 0})
            return
        wait["box"] = {
            "kind": "each",
            "items": list(request.items),
            "at_a_time": max(request.at_a_time, 1),
            "result": request.result,
            "enough": request.enough,
            "next": 0,
            "live": 0,
        }
    else:
        if request.limit < 1:
            settle(advance, path, token, "limit", {"last": None, "rounds": 0})
            return
        wait["box"] = {
            "kind": "repeat",
            "limit": min(request.limit, MAX_ROUNDS),
            "until": request.until,
            "result": request.result,
            "round": 1,
            "last": None,
        }
    fill_box(advance, step, path, wait, token)


def _arm(advance: Advance, step: Step, path: str, wait: Wait, token: str, asked: Ask) -> None:
    """Timeouts and reminders of a request. The document's own timeout covers the whole step."""
    timers = wait["timers"]
    if step.timeout is not None:
        if not any(timer[5] for timer in timers.values()):
            due = _later(advance.now, step.timeout)
            timers[f"{token}!timeout"] = ["timeout", due, None, 0, 0, True]
            advance.commands.append(Command("timer", f"{token}!timeout", due, step=path))
    elif asked.timeout is not None:
        due = _later(advance.now, asked.timeout)
        timers[f"{token}!timeout"] = ["timeout", due, None, 0, 0, False]
        advance.commands.append(Command("timer", f"{token}!timeout", due, step=path))
    for one in asked.reminders:
        if one.port not in step.ports and one.port not in step.handlers:
            continue  # nobody would notice
        due = _later(advance.now, one.after)
        name = f"{token}!{one.port}.1"
        left = one.times - 1 if one.every is not None else 0
        timers[name] = [one.port, due, one.every, left, 1, False]
        advance.commands.append(Command("timer", name, due, step=path))


def _later(moment: datetime, span: timedelta) -> datetime:
    try:
        return moment + span
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


# -- answers -------------------------------------------------------------------------------------


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
        advance.records.append(StepRecord(path, "done", port, None, reason))
        return "timeout"
    reason = ("reminded", {"due": due, "tick": number})
    advance.records.append(StepRecord(path, "waiting", port, None, reason))
    if left > 0:
        after = _later(due, every)
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
            advance.records.append(StepRecord(path, "cancelled"))
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
        # mypy: the values are command kinds
        advance.commands.append(Command(_WITHDRAWN[kind], token, step=path))  # type: ignore[arg-type]

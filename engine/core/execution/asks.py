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
from datetime import datetime
from typing import Any

from engine.core.effect import CALL, Effect, effect_key
from engine.core.execution.advance import MAX_ASKS, MAX_DEPTH, MAX_ROUNDS, Advance, Scope, Wait
from engine.core.execution.answers import later, settle
from engine.core.execution.messages import Error, refuse
from engine.core.execution.scopes import fill_box, open_child
from engine.core.execution.steps import Step
from engine.core.node import Ask, Child, Each, Event, Read, Repeat, Request, Several, Task, Until
from engine.core.run import Command, row

_NONE: Mapping[str, Any] = {}


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
    place = len(advance.rows)
    advance.rows.append(row(path, "active", "", None, asked.reason))
    sent = len(advance.commands)
    at_once = _open(advance, step, path, wait, token, "", request)
    keys = tuple(command.key for command in advance.commands[sent:] if command.kind == "effect")
    advance.rows[place] = row(path, "active", "", None, asked.reason, keys)
    if at_once:
        scope["steps"][step.id] = "active"
    elif wait["open"]:
        _arm(advance, step, path, wait, token, asked)
    return None


def send(
    advance: Advance,
    scope_id: str,
    step: Step,
    path: str,
    take: int,
    n: int,
    effect: Effect,
    token: str = "",
) -> str:
    """Gives the command for a step's n-th effect; returns its key."""
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
        scope_id = path[: -len(step.tail)]
        send(advance, scope_id, step, path, wait["take"], wait["e"], request, token)
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
    at_once = bool(count)
    if not count:
        wait["open"][token] = ["scope", ""]
        settle(advance, path, token, "out", {})
    for name, request in several.requests.items():
        if "several" not in wait:
            break  # settled already, by a flow that is not waited for
        at_once &= _open(advance, step, path, wait, f"{token}:{name}", name, request)
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
            due = later(advance.now, step.timeout)
            timers[f"{token}!timeout"] = ["timeout", due, None, 0, 0, True]
            advance.commands.append(Command("timer", f"{token}!timeout", due, step=path))
    elif asked.timeout is not None:
        due = later(advance.now, asked.timeout)
        timers[f"{token}!timeout"] = ["timeout", due, None, 0, 0, False]
        advance.commands.append(Command("timer", f"{token}!timeout", due, step=path))
    for one in asked.reminders:
        if one.port not in step.ports and one.port not in step.handlers:
            continue  # nobody would notice
        due = later(advance.now, one.after)
        name = f"{token}!{one.port}.1"
        left = one.times - 1 if one.every is not None else 0
        timers[name] = [one.port, due, one.every, left, 1, False]
        advance.commands.append(Command("timer", name, due, step=path))

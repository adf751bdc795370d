"""decide(version, state, signal) -> Decision: how a flow runs (SEMANTICS R1-R12), and nothing else.

Pure: no clock, no random source, no database. The state handed in never changes; what is returned
shares with it whatever did not. A signal that fits nothing open (unknown, late, twice) gives back
the very same state and no command.

    advance.py   the state in hand              asks.py    what a step waits for
    lines.py     R1-R3, R7: lines and joins     boxes.py   R5: items, rounds, sub-flows
    faults.py    R6: errors, resume, retry      names.py   R8: what a step can read
    codec.py     states and journals as bytes

What the runtime must know beyond the commands' meaning (run.py):
- An `effect` whose key is known already is the same effect asked again after an incident: keep the
  row, take over the new token, and answer with its outcome as soon as there is one.
- A `read` is answered before the run is put away: while `Decision.status` is "running" such an
  answer is missing. An effect on the run's own owner may be.
- An `event` signal is judged here (its condition sees `incoming`); it was taken when the decision
  holds `unsubscribe` for its token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.core.errors import EngineError
from engine.core.execution.advance import MAX_STEPS, ROOT, Advance, Scope, State, Wait, new_state
from engine.core.execution.asks import ask, meet, release, send, settle, tick
from engine.core.execution.boxes import close_scope
from engine.core.execution.codec import decode_journal, dump_state, encode_journal, load_state
from engine.core.execution.faults import end_flow, end_run, fault, resume, retry_from, stop
from engine.core.execution.lines import end_step, is_reached
from engine.core.execution.messages import ERRORS, REASONS, refuse
from engine.core.execution.names import StepContext
from engine.core.execution.scopes import open_scope
from engine.core.node import Answer, Ask, Done
from engine.core.run import Decision, Signal, StepRecord
from engine.core.version import Join, Step, Version

__all__ = [
    "ERRORS",
    "REASONS",
    "decide",
    "decode_journal",
    "dump_state",
    "encode_journal",
    "load_state",
    "new_state",
]


def decide(version: Version, state: State | None, signal: Signal) -> Decision:
    """What happens to a run by one signal: its next state, the commands, the trace's raw material.

    `state` is None for a run that has not started.

    1. The signal starts the run, answers an open request, fires a timer, or is a person's order.
    2. Steps that became ready run, in drawn order, until all wait, the run ends or stops.
    """
    if state is None:
        state = new_state()
    advance = Advance(version, state, signal)
    if not _SIGNALS[signal.kind](advance, signal):
        return Decision(state, status=state["status"])
    _work(advance)
    advance.state["seq"] = signal.seq
    return advance.decision()


# -- signals -------------------------------------------------------------------------------------


def _start(advance: Advance, signal: Signal) -> bool:
    if advance.state["status"] != "queued":
        return False
    value: Mapping[str, Any] = signal.value or {}
    advance.start = advance.state["start"] = {
        "event": value.get("event") or {},
        "params": value.get("params") or {},
        "owner": value.get("owner") or "",
        "run_id": value.get("run_id") or "",
        "chain": value.get("chain") or [],
        "trigger": value.get("trigger") or "",
        "at": signal.now,
    }
    advance.run_id = advance.start["run_id"]
    advance.state["status"] = "running"
    open_scope(advance, ROOT, "", "root")
    return True


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
        end_step(advance, scope_id, advance.own(scope_id), step, port, None)
    return True


def _cancel(advance: Advance, signal: Signal) -> bool:
    if advance.state["status"] not in ("queued", "running", "waiting", "failed"):
        return False
    error = {"code": "cancelled", "message": ERRORS["cancelled"], "by": signal.value}
    end_run(advance, "cancelled", None, error)
    return True


_SIGNALS: dict[str, Callable[[Advance, Signal], bool]] = {
    "start": _start,
    "answer": _answer,
    "event": _event,
    "task": _task,
    "timer": _timer,
    "cancel": _cancel,
    "resume": lambda advance, signal: resume(advance),
    "retry_from": lambda advance, signal: retry_from(advance, signal.token),
}


# -- steps ---------------------------------------------------------------------------------------


def _work(advance: Advance) -> None:
    """Does what is to do, in the order it came up, until nothing is."""
    queue, scopes, fresh = advance.queue, advance.scopes, advance.fresh
    state = advance.state
    while queue:
        step, scope_id, cause = queue.popleft()
        scope = scopes.get(scope_id)
        if scope is None:
            continue  # closed or cancelled meanwhile
        if step is None:
            close_scope(advance, scope_id)
            continue
        if scope_id not in fresh:
            scope = advance.own(scope_id)
        status = scope["steps"].get(step.id)
        if cause is False:
            if status is not None:
                continue
            if state["count"] >= MAX_STEPS:
                path = scope_id + step.tail
                stop(advance, [path], {**refuse("limit_steps", limit=MAX_STEPS), "step": path})
                return
            state["count"] += 1
            join = step.join
            if join is not None and not _fire(advance, scope_id, scope, step, join):
                continue
            _perform(advance, scope_id, scope, step, None)
        elif cause is True:
            if status == "active":
                _perform(advance, scope_id, scope, step, advance.own_wait(scope_id + step.tail))
        elif status == "active" or status == "waiting":
            fault(advance, scope_id, step, cause)


def _perform(
    advance: Advance, scope_id: str, scope: Scope, step: Step, wait: Wait | None
) -> None:
    """Calls a node's `run` and does what it says."""
    answers = () if wait is None else tuple(Answer(port, value) for port, value in wait["answers"])
    try:
        outcome = step.run(step.config, StepContext(advance, scope_id, step, answers))
    except EngineError as why:
        fault(advance, scope_id, step, {"code": why.code, "message": why.message})
        return
    except Exception as why:
        # A bug in one node stops one run, as an incident a person can resume once it is mended.
        fault(advance, scope_id, step, refuse("fault", error=f"{type(why).__name__}: {why}"))
        return
    if outcome.__class__ is Done:
        _end(advance, scope_id, scope, step, wait, outcome)
    elif outcome.__class__ is Ask:
        why_not = ask(advance, scope_id, scope, step, wait, outcome)
        if why_not is not None:
            fault(advance, scope_id, step, why_not)
    else:
        fault(advance, scope_id, step, refuse("bad_outcome", type=type(outcome).__name__))


def _end(
    advance: Advance, scope_id: str, scope: Scope, step: Step, wait: Wait | None, done: Done
) -> None:
    """A node is Done: effects go out, variables are set, lines decided."""
    port = done.port
    if port.__class__ is str and port[:5] == "error" and (port == "error" or port[5:6] == ":"):  # type: ignore[union-attr,index]
        fault(advance, scope_id, step, _error_from(done), done.output)
        return
    if step.is_choice and port in _NO_MATCH and "default" not in step.ports:
        fault(advance, scope_id, step, refuse("no_path"))
        return
    path = scope_id + step.tail
    keys: tuple[str, ...] = ()
    if done.effects:
        take, n = (advance.state["take"], 0) if wait is None else (wait["take"], wait["e"])
        keys = tuple(
            send(advance, path, step, take, number, effect)
            for number, effect in enumerate(done.effects, n + 1)
        )
    advance.records.append(StepRecord(path, "done", port, done.output, done.reason, keys))
    if wait is not None:
        release(advance, path)
    if done.sets:
        _set(advance, scope_id, done.sets)
    end_step(advance, scope_id, scope, step, port, done.output)
    if done.ends_run:
        end_flow(advance, scope_id, done.output)


_NO_MATCH: tuple[Any, ...] = ("default", (), ("default",))


def _error_from(done: Done) -> Mapping[str, Any]:
    code = str(done.port).partition(":")[2]
    told = done.output if isinstance(done.output, Mapping) else {}
    return {
        "code": code or told.get("code") or "failed",
        "message": told.get("message") or ERRORS["failed"],
    }


def _set(advance: Advance, scope_id: str, values: Mapping[str, Any]) -> None:
    home = scope_id if scope_id == ROOT else advance.home(scope_id)
    scope = advance.own(home)
    scope["vars"] = {**scope["vars"], **values}
    # What was read before stays as it was; what is read from now on sees the new values.
    advance.names.clear()


def _fire(advance: Advance, scope_id: str, scope: Scope, step: Step, join: Join) -> bool:
    """R2: stops the rest if asked; leaves by "not reached" when too few lines arrived."""
    if not is_reached(scope, step, join):
        lit = sum(1 for edge in step.incoming if scope["lines"].get(edge))
        reason = ("not_reached", {"lit": lit, "n": join.n})
        path = scope_id + step.tail
        advance.records.append(StepRecord(path, "done", "not_reached", None, reason))
        end_step(advance, scope_id, scope, step, "not_reached", None)
        return False
    if join.stop_rest:
        for other in join.rest:
            status = scope["steps"].get(other.id)
            if status is None or status == "active" or status == "waiting":
                path = scope_id + other.tail
                if path in advance.waits:
                    release(advance, path)
                scope["steps"][other.id] = "cancelled"
                advance.records.append(StepRecord(path, "cancelled"))
                for edge, _, _ in other.lines:
                    scope["lines"].setdefault(edge, 0)
                scope["left"] -= 1
    return True

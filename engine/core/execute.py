"""decide(version, state, signal) -> Decision: how a flow runs (SEMANTICS R1-R12), and nothing else.

Pure: no clock, no random source, no database. The state handed in never changes; what is returned
shares with it whatever did not. A signal that fits nothing open (unknown, late, twice) gives back
the very same state and no command.

    advance.py   the state in hand              signals.py  what a signal fits
    lines.py     R1-R3, R7: lines and joins     asks.py     what a step waits for
    boxes.py     R5: items, rounds, sub-flows   answers.py  what ends a request, R4 timers
    faults.py    R6: errors, resume, retry      names.py    R8: what a step can read
    routes.py    ways taken before, remembered  one_way.py  an advance along such a way
    codec.py     states and journals as bytes   way_source.py  such ways as functions

What the runtime must know beyond the commands' meaning (run.py):
- An `effect` whose key is known already is the same effect asked again after an incident: keep the
  row, take over the new token, and answer with its outcome as soon as there is one.
- A `read` is answered before the run is put away: while `Decision.status` is "running" such an
  answer is missing. An effect on the run's own owner may be.
- An `event` signal is judged here (its condition sees `incoming`); it was taken when the decision
  holds `unsubscribe` for its token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.execution.advance import (
    GREY,
    MAX_STEPS,
    ROOT,
    Advance,
    Scope,
    State,
    Wait,
    new_state,
)
from engine.core.execution.answers import release
from engine.core.execution.asks import ask, send
from engine.core.execution.boxes import close_scope
from engine.core.execution.codec import decode_journal, dump_state, encode_journal, load_state
from engine.core.execution.faults import end_flow, fault, stop
from engine.core.execution.lines import end_step, is_reached
from engine.core.execution.messages import ERRORS, REASONS, Error, error_from, refuse
from engine.core.execution.names import StepContext, names_for
from engine.core.execution.one_way import Paused, begun
from engine.core.execution.routes import learn, learn_on
from engine.core.execution.scopes import open_scope
from engine.core.execution.signals import SIGNALS
from engine.core.execution.steps import Join, Step
from engine.core.execution.version import Version
from engine.core.node import Answer, Ask, Done
from engine.core.run import Decision, Signal, row

__all__ = [
    "ERRORS",
    "REASONS",
    "decide",
    "decode_journal",
    "dump_state",
    "encode_journal",
    "go_on",
    "load_state",
    "new_state",
]


def decide(version: Version, state: State | None, signal: Signal) -> Decision:
    """What happens to a run by one signal: its next state, the commands, the trace's raw material.

    `state` is None for a run that has not started.

    1. The signal starts the run, answers an open request, fires a timer, or is a person's order.
    2. Steps that became ready run, in drawn order, until all wait, the run ends or stops.
    """
    if signal.kind == "start" and (state is None or state["status"] == "queued"):
        return _start(version, signal)
    advance = Advance(version, state, signal)
    take = SIGNALS.get(signal.kind)
    if take is None or not take(advance, signal):
        unchanged = advance.state if state is None else state
        return Decision(unchanged, status=unchanged["status"])
    return _until_it_rests(advance)


def go_on(version: Version, last: Decision, signal: Signal) -> Decision:
    """`decide` on the state a decision left, which is not made where the way is known."""
    if last.__class__ is not Paused:
        return decide(version, last.state, signal)
    found = last.go_on(signal)
    if isinstance(found, Decision):
        return found
    if found is not None:
        decision = _until_it_rests(found)
    else:
        decision = decide(version, last.state, signal)
        if signal.kind != "answer" or decision.state is last.state:
            return decision
    learn_on(version, last.started.value["trigger"], last.place.route, decision.rows)
    return decision


def _start(version: Version, signal: Signal) -> Decision:
    """By a way known before, or line by line."""
    trigger = (signal.value or {}).get("trigger", "")
    ways = version.ways.get(trigger)
    found = None if ways is None else ways.go(signal)
    if isinstance(found, Decision):
        return found
    if found is None:
        found = begun(version, signal)
        open_scope(found, ROOT, "", "root")
    decision = _until_it_rests(found)
    learn(version, trigger, decision.rows)
    return decision


def _until_it_rests(advance: Advance) -> Decision:
    if advance.queue:
        _work(advance)
    advance.state["seq"] = advance.signal.seq
    return advance.decision()


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
        wait: Wait | None = None
        answers: tuple[Answer, ...] = ()
        if cause is False:
            if step.id in scope["steps"]:
                continue
            if state["count"] >= MAX_STEPS:
                path = scope_id + step.tail
                stop(advance, [path], {**refuse("limit_steps", limit=MAX_STEPS), "step": path})
                return
            state["count"] += 1
            if step.join is not None and not _fire(advance, scope_id, scope, step, step.join):
                continue
        else:
            status = scope["steps"].get(step.id)
            if status != "active" and status != "waiting":
                continue
            if cause is not True:
                fault(advance, scope_id, step, cause)
                continue
            wait = advance.own_wait(scope_id + step.tail)
            answers = tuple(Answer(port, value) for port, value in wait["answers"])
        names = names_for(advance, scope_id, step)
        outcome: Any
        try:
            outcome = step.run(
                StepContext(advance.signal, advance.start, scope_id, step, names, answers)
            )
        except Exception as why:
            outcome = error_from(why)
        _obey(advance, scope_id, scope, step, wait, outcome)


def _obey(
    advance: Advance, scope_id: str, scope: Scope, step: Step, wait: Wait | None, outcome: Any
) -> None:
    """Does what a step's outcome says."""
    if outcome.__class__ is Done:
        _end(advance, scope_id, scope, step, wait, outcome)
        return
    why_not: Error | None
    if outcome.__class__ is Ask:
        why_not = ask(advance, scope_id, scope, step, wait, outcome)
    elif outcome.__class__ is dict:
        why_not = outcome
    else:
        why_not = refuse("bad_outcome", type=type(outcome).__name__)
    if why_not is not None:
        fault(advance, scope_id, step, why_not)


def _end(
    advance: Advance, scope_id: str, scope: Scope, step: Step, wait: Wait | None, done: Done
) -> None:
    """A node is Done: effects go out, variables are set, lines decided."""
    port = done.port if isinstance(done.port, str) else tuple(done.port)
    leaving = step.leaving.get(port)
    if leaving is None:
        why_not = _no_leave(step, port, done)
        if why_not is not None:
            fault(advance, scope_id, step, why_not, done.output)
            return
        leaving = step.leave(port, {})
    path = scope_id + step.tail
    keys: tuple[str, ...] = ()
    if done.effects:
        take, n = (advance.state["take"], 0) if wait is None else (wait["take"], wait["e"])
        for number, effect in enumerate(done.effects, n + 1):
            keys += (send(advance, scope_id, step, path, take, number, effect),)
    advance.rows.append(row(path, "done", port, done.output, done.reason, keys))
    if wait is not None:
        release(advance, path)
        leaving = step.leave(port, scope["lines"])  # a reminder may have lit its line
    if done.sets:
        _set(advance, scope_id, done.sets)
    end_step(advance, scope_id, scope, step, leaving, done.output)
    if done.ends_run:
        end_flow(advance, scope_id, done.output)


def _no_leave(step: Step, port: str | tuple[str, ...], done: Done) -> Error | None:
    """Why a step cannot leave by a port it does not list; None when it can, lighting no line."""
    if isinstance(port, str) and port.partition(":")[0] == "error":
        told = done.output if isinstance(done.output, Mapping) else {}
        return {
            "code": port.partition(":")[2] or told.get("code") or "failed",
            "message": told.get("message") or ERRORS["failed"],
        }
    if step.is_choice and port in _NO_MATCH and "default" not in step.ports:
        return refuse("no_path")
    return None


_NO_MATCH: tuple[Any, ...] = ("default", (), ("default",))


def _set(advance: Advance, scope_id: str, values: Mapping[str, Any]) -> None:
    home = scope_id if scope_id == ROOT else advance.home(scope_id)
    scope = advance.own(home)
    scope["vars"] = {**scope["vars"], **values}
    # Steps run from now on see the new values; scopes inside hold copies of their names.
    names = advance.names.get(home)
    if len(advance.names) > 1:
        advance.names.clear()
    elif names is not None:
        names["vars"] = scope["vars"]


def _fire(advance: Advance, scope_id: str, scope: Scope, step: Step, join: Join) -> bool:
    """R2: stops the rest if asked; leaves by "not reached" when too few lines arrived."""
    if not is_reached(scope, step, join):
        lit = sum(1 for edge in step.incoming if scope["lines"].get(edge))
        reason = ("not_reached", {"lit": lit, "n": join.n})
        path = scope_id + step.tail
        advance.rows.append(row(path, "done", "not_reached", None, reason))
        leaving = step.leave("not_reached", {})
        end_step(advance, scope_id, scope, step, leaving, None)
        return False
    if join.stop_rest:
        for other in join.rest:
            status = scope["steps"].get(other.id)
            if status is None or status == "active" or status == "waiting":
                path = scope_id + other.tail
                if path in advance.waits:
                    release(advance, path)
                scope["steps"][other.id] = "cancelled"
                advance.rows.append(row(path, "cancelled"))
                for edge, _, _ in other.lines:
                    scope["lines"].setdefault(edge, GREY)
                scope["left"] -= 1
    return True

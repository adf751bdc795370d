"""Moves a run on by one signal, and does what its commands say.

Everything here is a generator. It goes on until it needs something of the store, yields what
(`Need`s), and is sent the answers; runner.py steps the generators of all owners of a batch side by
side, so that each kind of need is one query for the whole batch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.core.effect import CALL, Effect
from engine.core.event import Event
from engine.core.execute import encode_journal
from engine.core.ids import derived_id, new_id
from engine.core.node import Answer, Child, Task
from engine.core.run import ENDED, Command, Decision, Signal
from engine.core.text import Text, say, text
from engine.runtime import apply
from engine.runtime.announce import INCIDENT, SOURCE, incident_notice
from engine.runtime.batch import Batch
from engine.runtime.in_hand import Need, RunInHand, Steps, pack
from engine.runtime.rows import as_json, chain_of


def advance(batch: Batch, run: RunInHand, first: Signal, *, late: bool = False) -> Steps:
    """Moves a run on until it waits or ends.

    `late`: the signal's moment may lie before events of this owner that are worked on already (a
    timer's due time, an answer that was on its way), so that new waits must look back for them.

    1. decide; 2. internal effects of its own owner are applied, reads are yielded; 3. their answers
    are decided on, until none is left; 4. one journal row for all of it.
    """
    signals = deque([first])
    entries = []
    while signals:
        signal = signals.popleft()
        if run.version.customer_fields:
            yield from apply.load_owner(batch, run)
            signal.customer = _customer_view(batch, run)
        signal.seq = run.seq
        decision = run.decide(signal)
        run.last = decision
        run.status = decision.status
        entries.append((signal, decision))
        needs: list[Need] = []
        asked: list[Command] = []
        for command in decision.commands:
            if command.kind == "read":
                needs.append(Need(f"read:{command.body.kind}", run.tenant, (command.body, run)))
                asked.append(command)
            elif command.kind == "effect":
                answer = yield from _effect(batch, run, command, signal.now)
                if answer is not None and command.token:
                    signals.append(
                        Signal(
                            "answer",
                            signal.now,
                            token=command.token,
                            port=answer.port,
                            value=answer.value,
                        )
                    )
            elif command.kind == "task":
                yield from apply.load_owner(batch, run)
                people = (yield [Need("read:people", run.tenant, (command.body.who, run))])[0]
                _open_task(batch, run, command, people, signal.now)
            elif command.kind == "subscribe":
                _subscribe(batch, run, command, signal.now, late)
            else:
                _obey(batch, run, command, signal.now)
        if needs:
            yield from apply.load_owner(batch, run)
            answers = yield needs
            for command, answer in zip(asked, answers, strict=True):
                signals.append(
                    Signal(
                        "answer",
                        signal.now,
                        token=command.token,
                        port=answer.port,
                        value=answer.value,
                    )
                )
    if run.seq and not any(decision.commands or decision.rows for _, decision in entries):
        return  # nothing moved: a late answer, an event the wait did not mean
    run.seq += 1
    batch.changed_runs[run.id] = run
    batch.journal.append(
        {
            "run_id": run.id,
            "seq": run.seq,
            "tenant": run.tenant,
            "at": batch.now,
            "entry": (batch.world.entry_of or packed)(entries),
        }
    )
    _settle(batch, run, first.now)


def packed(entries: Sequence[tuple[Signal, Decision]]) -> bytes:
    """A journal row's entry: what one advance saw and decided, in order."""
    if len(entries) == 1:
        return pack(encode_journal(*entries[0]))
    return pack(b"\n".join(encode_journal(*entry) for entry in entries))


def _settle(batch: Batch, run: RunInHand, at: datetime) -> None:
    """What the store keeps of a run after an advance."""
    run.updated_at = at
    if run.status in ENDED:
        run.ended_at = at
        _after_end(batch, run, at)
        if run.status != "cancelled":
            _tell_end(batch, run)
    else:
        run.ended_at = None  # an incident that was resumed


def end(batch: Batch, run: RunInHand, status: str, at: datetime) -> None:
    """Ends a run that never began."""
    run.status, run.updated_at, run.ended_at = status, at, at
    batch.changed_runs[run.id] = run
    _after_end(batch, run, at)


def cancel(batch: Batch, run: RunInHand, at: datetime, by: Any) -> Steps:
    """Ends a run because somebody or something says so."""
    if run.state is None:
        end(batch, run, "cancelled", at)
    else:
        yield from advance(batch, run, Signal("cancel", at, value=by))


def fail(batch: Batch, run: RunInHand, code: str, at: datetime, message: Text) -> None:
    """Stops a run before it began, as an incident."""
    run.error = {"code": code, "message": message}
    end(batch, run, "failed", at)
    note_incident(batch, run.tenant, "run", run.id, code, message, run)


def _after_end(batch: Batch, run: RunInHand, at: datetime) -> None:
    if run.mode_key:
        slot = (run.flow_id, run.mode_key)
        if slot in batch.unfinished:
            batch.unfinished[slot] = [one for one in batch.unfinished[slot] if one[0] != run.id]
        batch.put(
            run.tenant,
            batch.lane(run.tenant, run.mode_key),
            "next",
            run.mode_key,
            at,
            {"flow": run.flow_id, "key": run.mode_key},
        )
    answer_parent(batch, run, at)


def answer_parent(batch: Batch, run: RunInHand, at: datetime) -> None:
    """Tells the run that asked for this one what came of it."""
    if run.parent:
        parent, lane, token = run.parent.split(" ", 2)
        failed = run.status != "succeeded"
        batch.signal(
            parent,
            run.tenant,
            int(lane),
            at,
            {
                "kind": "answer",
                "token": token,
                "port": "error" if failed else "out",
                "value": dict(run.error or {"code": run.status}) if failed else run.output,
            },
        )


def note_incident(
    batch: Batch, tenant: str, kind: str, ref: str, code: str, message: Any, run: RunInHand | None
) -> None:
    id_ = new_id("inc", batch.now)
    batch.incidents.append(
        {
            "id": id_,
            "tenant": tenant,
            "kind": kind,
            "ref": ref,
            "run_id": run.id if run else None,
            "flow_id": run.flow_id if run else None,
            "code": code,
            "message": message,
            "status": "open",
            "created_at": batch.now,
        }
    )
    # What a chain of causes ended with must not begin the next one.
    if run is not None and code != "chain":
        notice = incident_notice(run.version.key, id_, code, message, run.id)
        _tell(batch, run, INCIDENT, id_, notice)


def _tell_end(batch: Batch, run: RunInHand) -> None:
    type_ = "flow.finished" if run.status == "succeeded" else "flow.failed"
    if not batch.world.memory.tenant(run.tenant).hears(type_):
        return
    notice = {"key": run.version.key, "run": run.id, "status": run.status}
    if run.error:
        code, said = str(run.error.get("code", "failed")), run.error.get("message") or ""
        notice |= {"code": code, "error": say(said, "zh")[:2_000]}
    _tell(batch, run, type_, f"{run.id}/{run.seq}", {"flow": notice})


def _tell(batch: Batch, run: RunInHand, type_: str, name: str, data: dict[str, Any]) -> None:
    """An event of our own about a run, if somebody listens."""
    if batch.world.memory.tenant(run.tenant).hears(type_):
        id_, chain = f"{type_}/{name}", tuple(chain_of(run))
        event = Event(id_, SOURCE, type_, batch.now, data, chain=chain)
        batch.tell(run.tenant, event, run.owner)


def _customer_view(batch: Batch, run: RunInHand) -> dict[str, Any] | None:
    held = batch.customers.get(run.owner.removeprefix("customer:"))
    if held is None:
        return None
    fields = run.version.customer_fields
    return {name: value for name, value in held.record.items() if name in fields or "*" in fields}


# -- commands --------------------------------------------------------------------------------------


def _effect(batch: Batch, run: RunInHand, command: Command, at: datetime) -> Steps:
    """An effect: external into the outbox; internal now, or to the owner's lane."""
    effect: Effect = command.body
    if effect.kind == CALL:
        batch.effects.append(
            {
                "key": command.key,
                "tenant": run.tenant,
                "run_id": run.id,
                "lane": run.lane,
                "token": command.token or None,
                "step": command.step,
                "connection": effect.connection,
                "action": effect.action,
                "args": as_json(effect.args),
                "effect_class": effect.effect_class,
                "subject": effect.subject,
                "retry": as_json(command.retry) if command.retry else None,
                "status": "pending",
                "attempts": 0,
                "next_at": at,
                "claimed_by": None,
                "claimed_until": None,
                "made_at": at,
            }
        )
        return None
    owner = effect.owner or apply.owner_of(effect) or run.owner
    if owner == run.owner:
        answer: Answer = yield from apply.apply(
            batch, run.tenant, owner, effect, command.key, at, run
        )
        return answer
    batch.put(
        run.tenant,
        batch.lane(run.tenant, owner),
        "effect",
        owner,
        at,
        {
            "kind": effect.kind,
            "args": as_json(effect.args),
            "key": command.key,
            "run": run.id,
            "lane": run.lane,
            "token": command.token,
            "chain": chain_of(run),
        },
    )
    return None


def _obey(batch: Batch, run: RunInHand, command: Command, at: datetime) -> None:
    """Everything a run waits for or gives up waiting for, and its end."""
    kind, token = command.kind, command.token
    if kind == "timer":
        batch.new_timers[run.id, token] = {
            "run_id": run.id,
            "token": token,
            "tenant": run.tenant,
            "lane": run.lane,
            "due_at": command.body,
        }
    elif kind == "disarm":
        batch.drop_timer(run, token)
    elif kind == "close_task":
        batch.withdraw_task(run, token)
    elif kind == "unsubscribe":
        batch.drop_wait(run, token)
    elif kind == "child":
        _call_child(batch, run, command, at)
    elif kind == "end":
        run.output = as_json(command.body.get("output"))
        run.error = as_json(command.body.get("error"))
        if run.status == "failed":
            error = run.error or {}
            note_incident(
                batch,
                run.tenant,
                "run",
                run.id,
                str(error.get("code", "failed")),
                error.get("message") or text("执行出错", "the run failed"),
                run,
            )


def _subscribe(batch: Batch, run: RunInHand, command: Command, at: datetime, late: bool) -> None:
    wanted = command.body
    key = wanted.key or run.owner
    batch.wait(
        run,
        command.token,
        {
            "run_id": run.id,
            "token": command.token,
            "tenant": run.tenant,
            "lane": run.lane,
            "type": wanted.type,
            "key": key,
            "since": run.started_at if wanted.since_start else at,
        },
    )
    if late or wanted.since_start or key != run.owner:
        # Events may be through already that came after the wait's beginning (SEMANTICS R9).
        batch.put(run.tenant, run.lane, "look", run.id, at, {"token": command.token})


def _call_child(batch: Batch, run: RunInHand, command: Command, at: datetime) -> None:
    wanted: Child = command.body
    owner = wanted.owner or run.owner
    child = derived_id("run", run.id, command.key or command.token)
    batch.put(
        run.tenant,
        batch.lane(run.tenant, owner),
        "child",
        owner,
        at,
        {
            "flow": wanted.flow,
            "input": as_json(wanted.input),
            "run_id": child,
            "parent": run.id,
            "parent_lane": run.lane,
            "token": command.token if wanted.wait else "",
            "chain": chain_of(run),
        },
    )


def _open_task(
    batch: Batch, run: RunInHand, command: Command, people: Answer, at: datetime
) -> None:
    wanted: Task = command.body
    task_id = derived_id("task", run.id, command.token)
    batch.new_tasks[task_id] = {
        "id": task_id,
        "tenant": run.tenant,
        "run_id": run.id,
        "token": command.token,
        "lane": run.lane,
        "kind": wanted.kind,
        "title": wanted.title,
        "who": as_json(wanted.who),
        "form": as_json(wanted.form),
        "ports": list(wanted.ports),
        "details": as_json(wanted.details),
        "status": "open",
        "opened_at": at,
        "due_at": wanted.due,
    }
    batch.task_people.extend(
        {"task_id": task_id, "user_id": person["id"], "tenant": run.tenant}
        for person in (people.value or ())
    )

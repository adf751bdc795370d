"""What people do to runs: cancel, resume, retry, answer a task, decide about an unknown effect.

Nothing here moves a run. Each act is checked, noted in the audit trail and put as a signal into the
run's lane, in one transaction; the worker of that lane does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from engine.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem
from engine.core.schema import check_value
from engine.core.text import text
from engine.runtime.inspect import find_run
from engine.runtime.principal import SYSTEM, Principal, refuse_own
from engine.runtime.rows import answer_row
from engine.runtime.start import OWN_STARTS
from engine.runtime.world import World
from engine.store import effects as effect_store
from engine.store import events as event_store
from engine.store import flows as flow_store
from engine.store import incidents as incident_store
from engine.store import lanes as lane_store
from engine.store import runs as run_store
from engine.store import tasks as task_store
from engine.store.db import Connection

Verdict = Literal["delivered", "failed", "again"]


def cancel_run(world: World, who: Principal, run_id: str, reason: str = "") -> None:
    """Asks a run to end; Conflict when it has ended already."""
    _steer(world, who, run_id, "cancel", ("queued", "running", "waiting"), reason=reason)


def resume_run(world: World, who: Principal, run_id: str, reason: str = "") -> None:
    """Asks a failed run to go on where it stopped; effects keep their keys."""
    _steer(world, who, run_id, "resume", ("failed",), reason=reason)


def retry_from(world: World, who: Principal, run_id: str, step: str, reason: str = "") -> None:
    """Asks a run to do a step again, and all that follows it, as a new take."""
    states = ("failed", "waiting", "running")
    _steer(world, who, run_id, "retry_from", states, token=step, reason=reason)


def _steer(
    world: World,
    who: Principal,
    run_id: str,
    kind: str,
    states: tuple[str, ...],
    *,
    token: str = "",
    reason: str = "",
) -> None:
    now = world.now()
    with world.db.begin() as conn:
        run = find_run(conn, who.tenant, run_id)
        if run.status not in states:
            raise Conflict(
                text(
                    f"执行现在的状态是 {run.status}，不能这样操作",
                    f"the run is {run.status}: this cannot be done to it",
                )
            )
        payload: dict[str, Any] = {
            "kind": kind,
            "token": token,
            "value": {"by": who.id, "reason": reason},
        }
        lane_store.put_work(conn, [_signal(run.lane, run.tenant, run.id, now, payload)])
        if kind != "cancel":
            _resolve(conn, who, now, run.id, kind)
        detail = {"step": token, "reason": reason} if token else {"reason": reason}
        who.note(conn, now, "runs.act", f"run:{run.id}", {"did": kind, **detail})
    world.queue.wake("lanes")


def _signal(
    lane: int, tenant: str, run_id: str, at: Any, payload: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "lane": lane,
        "tenant": tenant,
        "kind": "signal",
        "ref": run_id,
        "at": at,
        "payload": dict(payload),
    }


# -- incidents -------------------------------------------------------------------------------------


def read_incident(world: World, tenant: str, incident_id: str) -> Any:
    """An incident's row; NotFound otherwise."""
    with world.db.reading() as conn:
        return _incident(conn, tenant, incident_id)


def _incident(conn: Connection, tenant: str, incident_id: str) -> Any:
    row = incident_store.find_incident(conn, tenant, incident_id)
    if row is None:
        raise NotFound(text(f"没有异常 {incident_id}", f"there is no incident {incident_id}"))
    return row


def resolve_incident(world: World, who: Principal, incident_id: str, words: str) -> Any:
    """Closes an incident that was dealt with elsewhere; Conflict when it is closed."""
    now = world.now()
    with world.db.begin() as conn:
        row = _incident(conn, who.tenant, incident_id)
        values = {"resolved_at": now, "resolved_by": who.id, "resolution": words}
        if not incident_store.resolve_incidents(conn, who.tenant, row.ref, values, row.id):
            raise Conflict(text("异常已经处理", "the incident is resolved already"))
        who.note(conn, now, "runs.act", f"incident:{row.id}", {"did": "resolve", "words": words})
        return _incident(conn, who.tenant, incident_id)


def _resolve(conn: Connection, who: Principal, now: Any, ref: str, words: str) -> None:
    values = {"resolved_at": now, "resolved_by": who.id, "resolution": words}
    incident_store.resolve_incidents(conn, who.tenant, ref, values)


def read_effect(world: World, tenant: str, key: str) -> Any:
    """An external effect's row; NotFound otherwise."""
    with world.db.reading() as conn:
        row = effect_store.find_effect(conn, tenant, key)
    if row is None:
        raise NotFound(text(f"没有动作 {key}", f"there is no effect {key}"))
    return row


def decide_effect(
    world: World, who: Principal, key: str, verdict: Verdict, *, output: Any, words: str
) -> Any:
    """A person's word on an effect that failed or of which nobody knows whether it arrived.

    delivered   it arrived; `output` is what the platform answered, where it is known
    failed      it did not arrive and shall not: the step leaves by its error port
    again       send it again under the same key
    Conflict when its result is not open. Where it moves money this takes a second person (OwnWork):
    neither who published the flow, nor who started the run by hand, nor who last sent it again.
    """
    now = world.now()
    if verdict == "again":
        values: dict[str, Any] = {
            "status": "pending",
            "next_at": now,
            "attempts": 0,
            "claimed_by": None,
            "claimed_until": None,
            "ended_at": None,
            "error": None,
        }
    elif verdict == "delivered":
        values = {"status": "delivered", "output": output, "error": None, "ended_at": now}
    else:
        said = text("人工确认未送达", "a person says that it did not arrive")
        values = {
            "status": "failed",
            "error": {"code": "failed", "message": said},
            "ended_at": now,
        }
    values["decided_by"] = who.id
    with world.db.begin() as conn:
        held = effect_store.find_effect(conn, who.tenant, key)
        if held is None:
            raise NotFound(text(f"没有动作 {key}", f"there is no effect {key}"))
        # The command line is for the operators of the installation: it is no second person's.
        if held.effect_class == "money" and who.id != SYSTEM:
            for maker in _makers(conn, held):
                refuse_own(who, maker)
        row = effect_store.decide_effect(conn, who.tenant, key, values)
        if row is None:
            raise Conflict(
                text("这个动作的结果不需要人工确认", "the effect's result is not in question")
            )
        if verdict != "again" and row.token:
            lane_store.put_work(conn, [answer_row(row, row.status, row.output, row.error, now)])
        _resolve(conn, who, now, key, f"{verdict}: {words}")
        who.note(
            conn,
            now,
            "runs.act",
            f"effect:{key}",
            {"did": verdict, "words": words, "class": row.effect_class, "run": row.run_id},
        )
    world.queue.wake("outbox" if verdict == "again" else "lanes")
    return row


def _makers(conn: Connection, effect: Any) -> Iterator[str]:
    """The people a payment goes back to: they may not also say what became of it."""
    if effect.decided_by:
        yield effect.decided_by
    run = run_store.find_run(conn, effect.tenant, effect.run_id)
    if run is None:
        return
    version = flow_store.versions_by_id(conn, effect.tenant, [run.version_id]).get(run.version_id)
    if version is not None and version.published_by:
        yield version.published_by
    for event in event_store.find_events(conn, effect.tenant, [run.event_id]):
        start = event.data.get("start") if event.source.startswith(OWN_STARTS) else None
        if isinstance(start, dict) and isinstance(start.get("by"), str):
            yield start["by"]


# -- tasks -----------------------------------------------------------------------------------------


def read_task(world: World, who: Principal, task_id: str) -> Any:
    """A task of this person's; NotFound also for one that is only other people's."""
    with world.db.reading() as conn:
        return _task(conn, who, task_id)


def _task(conn: Connection, who: Principal, task_id: str) -> Any:
    row = task_store.find_task(conn, who.tenant, task_id)
    if row is None or who.id not in task_store.people_of_task(conn, who.tenant, task_id):
        raise NotFound(text(f"没有待办 {task_id}", f"there is no task {task_id} of yours"))
    return row


def answer_task(
    world: World,
    who: Principal,
    task_id: str,
    port: str,
    values: Mapping[str, Any],
    comment: str = "",
) -> Any:
    """A person's answer; the first one counts (Conflict for the others)."""
    if not who.is_person:
        raise Forbidden(text("待办须由本人处理", "a task is answered by a person"))
    now = world.now()
    with world.db.begin() as conn:
        row = _task(conn, who, task_id)
        if port not in row.ports:
            wanted = ", ".join(row.ports)
            message = text(f"只能是：{wanted}", f"must be one of {wanted}")
            raise InvalidInput(message, [Problem("/port", message, "port")])
        given = {"comment": comment, **values} if comment else dict(values)
        problems = check_value(row.form, given, "/values") if row.form else []
        if problems:
            raise InvalidInput(text("填写的内容不合要求", "the form is not filled in"), problems)
        value = {"by": who.id, "at": now.isoformat(), "comment": comment, "values": given}
        closed = {"status": "done", "closed_at": now, "closed_by": who.id, "answer": value}
        if not task_store.close_task(conn, who.tenant, task_id, closed):
            raise Conflict(text("这项待办已经处理过", "the task is answered already"))
        payload = {"kind": "task", "token": row.token, "port": port, "value": value}
        lane_store.put_work(conn, [_signal(row.lane, row.tenant, row.run_id, now, payload)])
        who.note(conn, now, "tasks.answer", f"task:{task_id}", {"port": port, "run": row.run_id})
        found = _task(conn, who, task_id)
    world.queue.wake("lanes")
    return found

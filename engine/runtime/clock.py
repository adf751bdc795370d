"""What time brings: due timers, schedules, and the sweep that finds what was forgotten.

The scheduler calls `tick` about once a second, from as many processes as there are: rows are taken
by one of them only. In a test run the clock is wound to the next due time and the same functions
are called.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from croniter import croniter

from engine.core.errors import EngineError
from engine.core.event import Event
from engine.core.expression import compile_condition
from engine.core.ids import new_id
from engine.core.triggers import Schedule
from engine.runtime.announce import announce_incidents
from engine.runtime.inbox import receive
from engine.runtime.outbox import sweep_outbox
from engine.runtime.rows import customer_record
from engine.runtime.settling.due import earn_due, tell_lost_refunds
from engine.runtime.start import OWN_STARTS
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import effects as effect_store
from engine.store import flows as flow_store
from engine.store import incidents as incident_store
from engine.store import jobs as job_store
from engine.store import lanes as lane_store
from engine.store import runs as run_store
from engine.store.bulk import insert_many

log = structlog.get_logger(__name__)
TIMERS = 500
ON_TIME = timedelta(minutes=5)  # a schedule that fires within this is not missed
AUDIENCE_PAGE = 500


def tick(world: World) -> int:
    """Everything that is due now; returns how much was set in motion."""
    done = fire_timers(world) + fire_schedules(world)
    done += earn_due(world) + tell_lost_refunds(world)
    return done + sweep(world)


def fire_timers(world: World) -> int:
    """Due timers become signals for their runs, each once, in order of due time.

    The signal carries the due time as its `now`, so that a late scheduler changes nothing a flow
    can see.
    """
    fired = 0
    while True:
        with world.db.begin() as conn:
            rows = run_store.due_timers(conn, world.now(), TIMERS)
            lane_store.put_work(
                conn,
                [
                    {
                        "lane": row.lane,
                        "tenant": row.tenant,
                        "kind": "signal",
                        "ref": row.run_id,
                        "at": row.due_at,
                        "payload": {"kind": "timer", "token": row.token},
                    }
                    for row in rows
                ],
            )
        fired += len(rows)
        if rows:
            world.queue.wake("lanes")
        if len(rows) < TIMERS:
            return fired


def next_fire(schedule: Schedule, after: datetime) -> datetime:
    """The next time of a cron text in its zone, strictly after a moment.

    A local time that a clock change skips fires at the change; one that it repeats fires once.
    """
    zone = ZoneInfo(schedule.zone)
    found: datetime = croniter(schedule.cron, after.astimezone(zone)).get_next(datetime)
    due = found.astimezone(UTC)
    # croniter counts wall time: in a repeated hour it can come out not later than asked.
    while due <= after:
        found = croniter(schedule.cron, found).get_next(datetime)
        due = found.astimezone(UTC)
    return due


def fire_schedules(world: World) -> int:
    """Due schedules become `schedule.fired` events: one, or one per customer of the audience."""
    now = world.now()
    fired = 0
    with world.db.reading() as conn:
        world.memory.refresh(conn)
        due = flow_store.due_schedules(conn, now)
    # First the events, then the next time: an event's id names flow, node, time and customer, so a
    # second scheduler, or this one after a crash in between, only makes the same events again.
    for row in due:
        flow = world.memory.tenant(row.tenant).flows.get(row.flow_id)
        schedule = flow.version.triggers.get(row.node) if flow else None
        if not isinstance(schedule, Schedule):
            continue
        try:
            for at in _times(schedule, row.due_at, now):
                fired += _fire(world, row, schedule, at)
        except EngineError as fault:
            # An audience that cannot be judged must not stop the clock for all others.
            _note_fault(world, row, fault, now)
        with world.db.begin() as conn:
            flow_store.next_schedule(
                conn, row.flow_id, row.node, row.due_at, next_fire(schedule, now)
            )
    return fired


def _note_fault(world: World, row: Any, fault: EngineError, now: datetime) -> None:
    log.error("schedule failed", flow=row.flow_id, node=row.node, error=str(fault)[:200])
    incident = {
        "id": new_id("inc", now),
        "tenant": row.tenant,
        "kind": "event",
        "ref": f"{row.flow_id}/{row.node}",
        "run_id": None,
        "flow_id": row.flow_id,
        "code": "schedule",
        "message": fault.message,
        "status": "open",
        "created_at": now,
    }
    with world.db.begin() as conn:
        insert_many(conn, incident_store.incidents, [incident])
    announce_incidents(world, [incident])


def _times(schedule: Schedule, due: datetime, now: datetime) -> list[datetime]:
    """Which of the missed times fire, as the schedule says (none | last | all up to n)."""
    if schedule.missed == "all":
        return _latest(schedule, due, now, max(1, schedule.up_to))
    (last,) = _latest(schedule, due, now, 1)
    if schedule.missed == "none" and now - last > ON_TIME:
        return []
    return [last]


def _latest(schedule: Schedule, due: datetime, now: datetime, most: int) -> list[datetime]:
    """The last `most` times from `due` to `now`, in order; however many were missed before them.

    Looks back an hour, then eight, then sixty-four, ..., until there are enough: what a long
    outage missed is not counted one by one.
    """
    back = timedelta(hours=1)
    while True:
        since = max(due, now - back)
        found = deque([due] if since == due else (), maxlen=most)
        at = since
        while (at := next_fire(schedule, at)) <= now:
            found.append(at)
        if since == due or len(found) == most:
            return list(found)
        back *= 8


def _fire(world: World, row: Any, schedule: Schedule, at: datetime) -> int:
    name = f"{row.flow_id}/{row.node}/{at.isoformat()}"
    data = {"start": {"flow": row.flow_id, "node": row.node, "at": at.isoformat()}}
    source = OWN_STARTS + "schedule"
    if schedule.audience is None:
        event = Event(
            id=name,
            source=source,
            type="schedule.fired",
            time=at,
            data=data,
            subject=f"{row.flow_id}/{row.node}",
        )
        receive(world, row.tenant, [event])
        return 1
    holds = compile_condition(schedule.audience)
    fired, after = 0, ""
    fault: EngineError | None = None
    while fired < schedule.limit:
        with world.db.reading() as conn:
            page = customer_store.page_of_customers(conn, row.tenant, after, AUDIENCE_PAGE)
            handles = customer_store.identities_of(conn, row.tenant, [one.id for one in page])
        if not page:
            break
        after = page[-1].id
        chosen = []
        for one in page:
            try:
                record = customer_record(one, handles.get(one.id, []))
                if holds.evaluate({"customer": record}, now=at):
                    chosen.append(one.id)
            except EngineError as why:
                # Who cannot be judged is left out; it must not keep the others from their turn.
                fault = why
        chosen = chosen[: schedule.limit - fired]
        if chosen:
            receive(
                world,
                row.tenant,
                [
                    Event(
                        id=f"{name}/{id_}",
                        source=source,
                        type="schedule.fired",
                        time=at,
                        data={**data, "customer": {"id": id_}},
                        subject=f"{row.flow_id}/{row.node}",
                    )
                    for id_ in chosen
                ],
            )
        fired += len(chosen)
    if fault is not None:
        _note_fault(world, row, fault, world.now())
    return fired


def sweep(world: World) -> int:
    """Work whose wake-up was lost, and calls whose sender did not come back."""
    found = sweep_outbox(world)
    with world.db.reading() as conn:
        has_work = lane_store.has_free_work(conn)
        has_effects = effect_store.has_due(conn, world.now())
        has_jobs = job_store.has_waiting(conn)
    if has_work:
        world.queue.wake("lanes")
    if has_effects:
        world.queue.wake("outbox")
    if has_jobs:
        world.queue.wake("jobs")
    return found


def next_moment(world: World) -> datetime | None:
    """When something is due next: what a wound clock jumps to."""
    with world.db.reading() as conn:
        times = [
            run_store.next_due(conn),
            effect_store.next_due(conn),
            flow_store.next_schedule_due(conn),
        ]
    known = [time for time in times if time is not None]
    return min(known) if known else None

"""Runs, their journal, what they wait for, and incidents.

A run that never waits is two inserts: its row and one journal row. `state` is kept only while a run
waits or has failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.engine import Connection

from engine.core.ids import first_id
from engine.core.run import ENDED
from engine.store.among import among, among_pairs
from engine.store.bulk import insert_many, insert_new, update_many
from engine.store.db import Json, Moment, Whole, all_tenants, metadata, tenant_column

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),  # run_…: made from event and flow, so unique for both
    tenant_column(),
    Column("flow_id", Text, nullable=False),
    Column("version_id", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("mode_key", Text),  # run mode's key; null where every event runs
    Column("trigger", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("seq", Integer, nullable=False),  # journal rows so far
    Column("started_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("output", Json),
    Column("error", Json),
    Column("parent", Text),  # run and token of the step that started it
    Column("state", LargeBinary),
    Index("ix_runs_flow_id_id", "flow_id", "id"),
)
# Only flows with a run mode pay for it.
Index(
    "ix_runs_mode_key",
    runs.c.flow_id,
    runs.c.mode_key,
    runs.c.id,
    postgresql_where=runs.c.mode_key.is_not(None),
    sqlite_where=runs.c.mode_key.is_not(None),
)

journal = Table(
    "journal",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    tenant_column(),
    Column("at", Moment, nullable=False),
    Column("entry", LargeBinary, nullable=False),  # zstd of encode_journal's JSON
)

waits = Table(
    "waits",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("token", Text, primary_key=True),
    tenant_column(),
    Column("lane", SmallInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Index("ix_waits_tenant_key_type", "tenant", "key", "type"),
)

timers = Table(
    "timers",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("token", Text, primary_key=True),
    tenant_column(),
    Column("lane", SmallInteger, nullable=False),
    Column("due_at", Moment, nullable=False),
    Index("ix_timers_due_at", "due_at"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Text, primary_key=True),  # task_…
    tenant_column(),
    Column("run_id", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),  # approval | form
    Column("title", Text, nullable=False),
    Column("who", Json, nullable=False),
    Column("form", Json),
    Column("ports", Json, nullable=False),
    Column("details", Json, nullable=False),
    Column("status", Text, nullable=False),  # open | done | withdrawn
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("answer", Json),
    Index("ix_tasks_tenant_status_id", "tenant", "status", "id"),
    Index("ix_tasks_run_id", "run_id"),
)

task_people = Table(
    "task_people",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    tenant_column(),
    Index("ix_task_people_tenant_user_id", "tenant", "user_id", "task_id"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Text, primary_key=True),  # inc_…
    tenant_column(),
    Column("kind", Text, nullable=False),  # run | effect | event | connection
    Column("ref", Text, nullable=False),
    Column("run_id", Text),
    Column("flow_id", Text),
    Column("code", Text, nullable=False),
    Column("message", Json, nullable=False),  # {"zh", "en"}
    Column("status", Text, nullable=False),  # open | resolved
    Column("created_at", Moment, nullable=False),
    Column("resolved_at", Moment),
    Column("resolved_by", Text),
    Column("resolution", Text),
    Index("ix_incidents_tenant_status_id", "tenant", "status", "id"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    tenant_column(),
    Column("user_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("link", Text),
    Column("run_id", Text),
    Column("key", Text, nullable=False),  # of the effect
    Column("at", Moment, nullable=False),
    Column("read_at", Moment),
    UniqueConstraint("key", "user_id"),
    Index("ix_notices_tenant_user_id_id", "tenant", "user_id", "id"),
    sqlite_autoincrement=True,
)

_BRIEF = tuple(column for column in runs.c if column.name != "state")


def store_runs(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """New runs; those whose event and flow ran already are left alone. Returns the ids stored."""
    return {row[0] for row in insert_new(conn, runs, rows, ("id",))}


def save_runs(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Runs that moved on: id, status, seq, updated_at, ended_at, output, error, state."""
    update_many(conn, runs, rows, ("id",))


def store_journal(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    insert_many(conn, journal, rows)


def load_runs(conn: Connection, ids: Iterable[str]) -> dict[str, Any]:
    """Whole rows with state: what a worker needs to go on."""
    found = conn.execute(all_tenants(select(runs).where(among(runs.c.id, ids))))
    return {row.id: row for row in found}


def find_run(conn: Connection, tenant: str, run_id: str) -> Any | None:
    return conn.execute(select(*_BRIEF).where(runs.c.tenant == tenant, runs.c.id == run_id)).first()


def runs_of_event(conn: Connection, tenant: str, event_id: str) -> list[Any]:
    """The runs one event started. Their ids keep its time, so the key index finds them."""
    first = "run_" + event_id.removeprefix("evt_")[:10]
    return list(
        conn.execute(
            select(*_BRIEF)
            .where(
                runs.c.tenant == tenant,
                runs.c.id >= first,
                runs.c.id < first + "~",
                runs.c.event_id == event_id,
            )
            .order_by(runs.c.id)
        ).all()
    )


def list_runs(
    conn: Connection,
    tenant: str,
    *,
    flow_id: str | None = None,
    status: str | None = None,
    owner: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Any]:
    """Newest first, before the id `before`; of events received in [since, until)."""
    where = [runs.c.tenant == tenant]
    if since:
        where.append(runs.c.id >= first_id("run", since))
    if until:
        where.append(runs.c.id < first_id("run", until))
    if flow_id:
        where.append(runs.c.flow_id == flow_id)
    if status:
        where.append(runs.c.status == status)
    if owner:
        where.append(runs.c.owner == owner)
    if before:
        where.append(runs.c.id < before)
    return list(
        conn.execute(select(*_BRIEF).where(*where).order_by(runs.c.id.desc()).limit(limit)).all()
    )


def read_journal(conn: Connection, tenant: str, run_id: str) -> list[Any]:
    return list(
        conn.execute(
            select(journal.c.seq, journal.c.at, journal.c.entry)
            .where(journal.c.tenant == tenant, journal.c.run_id == run_id)
            .order_by(journal.c.seq)
        ).all()
    )


def unfinished(
    conn: Connection, pairs: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[Any]]:
    """{(flow id, key): rows of id, lane, status, started_at} of unfinished runs, oldest first."""
    wanted = set(pairs)
    found: dict[tuple[str, str], list[Any]] = {pair: [] for pair in wanted}
    rows = conn.execute(
        all_tenants(
            select(runs.c.id, runs.c.flow_id, runs.c.mode_key, runs.c.lane, runs.c.status)
            .where(
                among_pairs(runs.c.flow_id, runs.c.mode_key, wanted),
                runs.c.status.in_(("queued", "running", "waiting")),
            )
            .order_by(runs.c.id)
        )
    )
    for row in rows:
        found[row.flow_id, row.mode_key].append(row)
    return found


def last_started(conn: Connection, flow_id: str, key: str) -> datetime | None:
    """When the newest run of a flow and key started, whatever became of it."""
    found: datetime | None = conn.execute(
        all_tenants(
            select(func.max(runs.c.started_at)).where(
                runs.c.flow_id == flow_id, runs.c.mode_key == key
            )
        )
    ).scalar()
    return found


# -- waits, timers, tasks ----------------------------------------------------------------------


def waits_for(
    conn: Connection, tenant: str, keys: Iterable[str], types: Iterable[str] | None = None
) -> list[Any]:
    """Waits on any of these correlation keys; of these types ("order.paid", "order.*") only."""
    where = [waits.c.tenant == tenant, among(waits.c.key, keys)]
    if types is not None:
        where.append(among(waits.c.type, types))
    return list(conn.execute(select(waits).where(*where)).all())


def drop(conn: Connection, table: Table, pairs: Sequence[tuple[str, str]]) -> None:
    """Waits or timers by (run id, token); what is gone already does not matter."""
    if pairs:
        is_one = among_pairs(table.c.run_id, table.c.token, pairs)
        conn.execute(all_tenants(table.delete().where(is_one)))


def due_timers(conn: Connection, now: datetime, limit: int) -> list[Any]:
    """Timers that are due, taken out by this transaction: rows of run, token, tenant, lane, due."""
    due = (
        select(timers.c.run_id, timers.c.token)
        .where(timers.c.due_at <= now)
        .order_by(timers.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    picked = [tuple(row) for row in conn.execute(all_tenants(due))]
    if not picked:
        return []
    rows = conn.execute(
        all_tenants(
            timers.delete()
            .where(among_pairs(timers.c.run_id, timers.c.token, picked))
            .returning(timers)
        )
    )
    return sorted(rows, key=lambda row: (row.due_at, row.run_id, row.token))


def next_due(conn: Connection) -> datetime | None:
    """When the next timer is due."""
    found: datetime | None = conn.execute(all_tenants(select(func.min(timers.c.due_at)))).scalar()
    return found


def find_task(conn: Connection, tenant: str, task_id: str) -> Any | None:
    return conn.execute(
        select(tasks).where(tasks.c.tenant == tenant, tasks.c.id == task_id)
    ).first()


def tasks_of(
    conn: Connection, tenant: str, user: str, *, before: str | None = None, limit: int = 50
) -> list[Any]:
    """Open tasks a person may answer, newest first."""
    where = [
        tasks.c.tenant == tenant,
        tasks.c.status == "open",
        task_people.c.tenant == tenant,
        task_people.c.user_id == user,
    ]
    if before:
        where.append(tasks.c.id < before)
    return list(
        conn.execute(
            select(tasks)
            .join(task_people, task_people.c.task_id == tasks.c.id)
            .where(*where)
            .order_by(tasks.c.id.desc())
            .limit(limit)
        ).all()
    )


def close_task(conn: Connection, tenant: str, task_id: str, values: Mapping[str, Any]) -> bool:
    """Closes an open task; False when somebody was faster."""
    done = conn.execute(
        tasks.update()
        .where(tasks.c.tenant == tenant, tasks.c.id == task_id, tasks.c.status == "open")
        .values(**values)
    )
    return done.rowcount == 1


def people_of_task(conn: Connection, tenant: str, task_id: str) -> set[str]:
    found = conn.execute(
        select(task_people.c.user_id).where(
            task_people.c.tenant == tenant, task_people.c.task_id == task_id
        )
    )
    return {row[0] for row in found}


def list_incidents(
    conn: Connection,
    tenant: str,
    *,
    status: str = "open",
    before: str | None = None,
    limit: int = 50,
) -> list[Any]:
    where = [incidents.c.tenant == tenant, incidents.c.status == status]
    if before:
        where.append(incidents.c.id < before)
    return list(
        conn.execute(
            select(incidents).where(*where).order_by(incidents.c.id.desc()).limit(limit)
        ).all()
    )


def is_ended(status: str) -> bool:
    return status in ENDED


def withdraw_tasks(conn: Connection, pairs: Sequence[tuple[str, str]], now: datetime) -> None:
    """Closes the open tasks of steps that no longer wait: (run id, token)."""
    if pairs:
        conn.execute(
            all_tenants(
                tasks.update()
                .where(among_pairs(tasks.c.run_id, tasks.c.token, pairs), tasks.c.status == "open")
                .values(status="withdrawn", closed_at=now)
            )
        )


def store_notices(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Notices for people: tenant, user_id, title, body, link, at, key, run_id."""
    insert_new(conn, notices, rows, ("key", "user_id"))


def notices_of(
    conn: Connection, tenant: str, user: str, *, before: int | None = None, limit: int = 50
) -> list[Any]:
    where = [notices.c.tenant == tenant, notices.c.user_id == user]
    if before:
        where.append(notices.c.id < before)
    return list(
        conn.execute(select(notices).where(*where).order_by(notices.c.id.desc()).limit(limit)).all()
    )


def find_wait(conn: Connection, tenant: str, run_id: str, token: str) -> Any | None:
    return conn.execute(
        select(waits).where(
            waits.c.tenant == tenant, waits.c.run_id == run_id, waits.c.token == token
        )
    ).first()


def mark_failed(
    conn: Connection, tenant: str, run_id: str, now: datetime, error: Mapping[str, Any]
) -> None:
    """A run whose signal could not be worked on; its state stays as it was."""
    conn.execute(
        runs.update()
        .where(runs.c.tenant == tenant, runs.c.id == run_id, runs.c.status.not_in(ENDED))
        .values(status="failed", error=dict(error), updated_at=now)
    )


def find_incident(conn: Connection, tenant: str, incident_id: str) -> Any | None:
    return conn.execute(
        select(incidents).where(incidents.c.tenant == tenant, incidents.c.id == incident_id)
    ).first()


def resolve_incidents(
    conn: Connection, tenant: str, ref: str, values: Mapping[str, Any], id_: str | None = None
) -> int:
    """Closes the open incidents of a run or effect, or the one named; returns how many."""
    which = incidents.c.id == id_ if id_ else incidents.c.ref == ref
    done = conn.execute(
        incidents.update()
        .where(incidents.c.tenant == tenant, which, incidents.c.status == "open")
        .values(status="resolved", **values)
    )
    return done.rowcount


def read_notices(
    conn: Connection, tenant: str, user: str, ids: Iterable[int], now: datetime
) -> int:
    """Marks a person's own notices as read; returns how many were not read before."""
    done = conn.execute(
        notices.update()
        .where(
            notices.c.tenant == tenant,
            notices.c.user_id == user,
            notices.c.read_at.is_(None),
            among(notices.c.id, ids),
        )
        .values(read_at=now)
    )
    return done.rowcount

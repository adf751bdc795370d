"""Runs, their journal, and what they wait for.

A run that never waits is two inserts: its row and one journal row. `state` is kept only while a run
waits or has failed; while it waits for a call made at once, its journal tells it (runtime/loading).
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
    func,
    select,
)
from sqlalchemy.engine import Connection

from engine.core.ids import first_id
from engine.core.run import ENDED
from engine.store.among import among, among_pairs, belongs_to
from engine.store.bulk import insert_new, update_many
from engine.store.copying import copy_many
from engine.store.db import Json, Moment, all_tenants, metadata, tenant_column
from engine.store.rows import plain_rows
from engine.store.seam import kept_in_memory

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
    # A run that waited is changed when it goes on: room beside it spares the indexes.
    postgresql_with={"fillfactor": 75},
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

_BRIEF = tuple(column for column in runs.c if column.name != "state")


def store_runs(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """New runs. One that is there and only waits for its turn is left alone.

    One that has begun brings its first journal row, which would clash all the same.
    """
    copy_many(conn, runs, [row for row in rows if row["seq"]])
    insert_new(conn, runs, [row for row in rows if not row["seq"]], ("id",))


def save_runs(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Runs that moved on: id, status, seq, updated_at, ended_at, output, error, state."""
    update_many(conn, runs, rows, ("id",))


def store_journal(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    copy_many(conn, journal, rows)


@kept_in_memory
def load_runs(conn: Connection, ids: Iterable[str]) -> dict[str, Any]:
    """Whole rows with state: what a worker needs to go on."""
    wanted = list(ids)
    if not wanted:
        return {}
    found = conn.execute(all_tenants(select(runs).where(among(runs.c.id, wanted))))
    return {row.id: row for row in plain_rows(found)}


def journals(conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, list[bytes]]:
    """{run id: the entries of its journal, in order}."""
    found: dict[str, list[bytes]] = {}
    rows = conn.execute(
        select(journal.c.run_id, journal.c.entry)
        .where(belongs_to(journal.c.tenant, tenant), among(journal.c.run_id, ids))
        .order_by(journal.c.run_id, journal.c.seq)
    )
    for run_id, entry in rows:
        found.setdefault(run_id, []).append(entry)
    return found


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


# -- waits, timers -----------------------------------------------------------------------------


@kept_in_memory
def waits_for(
    conn: Connection, tenant: str, keys: Iterable[str], types: Iterable[str] | None = None
) -> list[Any]:
    """Waits on any of these correlation keys; of these types ("order.paid", "order.*") only."""
    where = [waits.c.tenant == tenant, among(waits.c.key, keys)]
    if types is not None:
        where.append(among(waits.c.type, types))
    # By run, so that they go on in one order; an ORDER BY of the primary key could lead the planner
    # through the whole table.
    rows = plain_rows(conn.execute(select(waits).where(*where)))
    return sorted(rows, key=lambda row: (row.run_id, row.token))


@kept_in_memory
def drop(conn: Connection, table: Table, pairs: Sequence[tuple[str, str]]) -> None:
    """Waits or timers by (run id, token); what is gone already does not matter."""
    if pairs:
        is_one = among_pairs(table.c.run_id, table.c.token, pairs)
        conn.execute(all_tenants(table.delete().where(is_one)))


@kept_in_memory
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


@kept_in_memory
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

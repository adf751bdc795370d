"""Figures for monitoring, each bounded in what it costs however large the tables are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, func, select
from sqlalchemy.engine import Connection

from engine.core.ids import first_id
from engine.store.db import all_tenants
from engine.store.effects import effects, is_pending
from engine.store.events import events
from engine.store.incidents import incidents
from engine.store.lanes import backlog, lanes_with_work
from engine.store.runs import runs

LATEST = 10_000


@dataclass(frozen=True, slots=True)
class Figures:
    """How an installation does, over all tenants."""

    work: int  # rows that wait in the lanes
    oldest_work_at: datetime | None
    lanes_with_work: int
    events_last_minute: int
    runs: dict[str, int]  # by status, of the latest 10,000
    effects: dict[str, int]  # by status, of the latest 10,000
    effects_pending: int
    oldest_effect_at: datetime | None  # since when the oldest one that is due waits
    incidents_open: int


def read_figures(conn: Connection, now: datetime) -> Figures:
    """All of them, as of one moment."""
    work, oldest = backlog(conn)
    pending = conn.execute(
        all_tenants(select(func.count(), func.min(effects.c.next_at)).where(is_pending))
    ).one()
    return Figures(
        work=work,
        oldest_work_at=oldest,
        lanes_with_work=lanes_with_work(conn),
        events_last_minute=int(
            conn.execute(
                all_tenants(
                    select(func.count())
                    .select_from(events)
                    .where(events.c.id >= first_id("evt", now - timedelta(minutes=1)))
                )
            ).scalar_one()
        ),
        runs=_by_status(conn, runs),
        effects=_by_status(conn, effects),
        effects_pending=int(pending[0]),
        oldest_effect_at=pending[1],
        incidents_open=int(
            conn.execute(
                all_tenants(
                    select(func.count()).select_from(incidents).where(incidents.c.status == "open")
                )
            ).scalar_one()
        ),
    )


def _by_status(conn: Connection, table: Table) -> dict[str, int]:
    # Counting all would read the whole table; the latest tell how it goes now.
    latest = select(table.c.status).order_by(table.c.id.desc()).limit(LATEST).subquery()
    found = conn.execute(
        all_tenants(select(latest.c.status, func.count()).group_by(latest.c.status))
    )
    return {row[0]: row[1] for row in found}

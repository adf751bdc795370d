"""Long work that people asked for: imports, exports, test runs; with progress, and cancellable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Index, Integer, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.db import (
    Json,
    Moment,
    all_tenants,
    later_sql,
    metadata,
    now_sql,
    tenant_column,
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),  # job_…
    tenant_column(),
    Column("kind", Text, nullable=False),
    Column("args", Json, nullable=False),
    Column("status", Text, nullable=False),  # queued running succeeded failed cancelled
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer),
    Column("said", Json),  # {"zh", "en"}: what it is doing
    Column("result", Json),
    Column("error", Json),
    Column("cancel_asked_at", Moment),
    Column("claimed_by", Text),
    Column("claimed_until", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_by", Text),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("ix_jobs_tenant_id", "tenant", "id"),
)


def insert_job(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(jobs.insert().values(**row))


def find_job(conn: Connection, tenant: str, job_id: str) -> Any | None:
    return conn.execute(select(jobs).where(jobs.c.tenant == tenant, jobs.c.id == job_id)).first()


def list_jobs(
    conn: Connection,
    tenant: str,
    *,
    before: str | None = None,
    by: str | None = None,
    limit: int = 50,
) -> list[Any]:
    """Newest first, before the id `before`; with `by` only those this one has asked for."""
    where = [jobs.c.tenant == tenant]
    if by:
        where.append(jobs.c.created_by == by)
    if before:
        where.append(jobs.c.id < before)
    return list(
        conn.execute(select(jobs).where(*where).order_by(jobs.c.id.desc()).limit(limit)).all()
    )


def _waiting() -> ColumnElement[bool]:
    """Queued, or left by a worker that did not come back, by the database's clock."""
    return (jobs.c.status == "queued") | (
        (jobs.c.status == "running") & (jobs.c.claimed_until <= now_sql())
    )


def claim_job(conn: Connection, who: str, lasts_for: timedelta) -> Any | None:
    """The oldest job that waits, or whose worker did not come back; marked running."""
    found = conn.execute(
        all_tenants(
            select(jobs.c.id)
            .where(_waiting())
            .order_by(jobs.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
    ).first()
    if found is None:
        return None
    return conn.execute(
        all_tenants(
            jobs.update()
            .where(jobs.c.id == found.id)
            .values(
                status="running",
                claimed_by=who,
                claimed_until=later_sql(conn, lasts_for),
                attempts=jobs.c.attempts + 1,
            )
            .returning(jobs)
        )
    ).first()


def forget_claims(conn: Connection, claimers: str) -> None:
    """Jobs of workers with names that begin so wait again: their process is dead."""
    of_them = jobs.c.claimed_by.startswith(claimers, autoescape=True)
    conn.execute(
        all_tenants(
            jobs.update().where(jobs.c.status == "running", of_them).values(claimed_until=now_sql())
        )
    )


def update_job(
    conn: Connection,
    job_id: str,
    who: str,
    values: Mapping[str, Any],
    lasts_for: timedelta | None = None,
) -> bool:
    """Writes progress or the end, if the job is still this worker's; `lasts_for` keeps it so."""
    if lasts_for is not None:
        values = {**values, "claimed_until": later_sql(conn, lasts_for)}
    done = conn.execute(
        all_tenants(
            jobs.update()
            .where(jobs.c.id == job_id, jobs.c.claimed_by == who, jobs.c.status == "running")
            .values(**values)
        )
    )
    return done.rowcount == 1


def ask_cancel(conn: Connection, tenant: str, job_id: str, now: datetime) -> bool:
    """Asks a job to stop; one that has not begun ends at once."""
    ended = conn.execute(
        jobs.update()
        .where(jobs.c.tenant == tenant, jobs.c.id == job_id, jobs.c.status == "queued")
        .values(status="cancelled", ended_at=now)
    )
    asked = conn.execute(
        jobs.update()
        .where(jobs.c.tenant == tenant, jobs.c.id == job_id, jobs.c.status == "running")
        .values(cancel_asked_at=now)
    )
    return ended.rowcount + asked.rowcount > 0


def has_waiting(conn: Connection) -> bool:
    found = conn.execute(all_tenants(select(jobs.c.id).where(_waiting()).limit(1)))
    return found.first() is not None

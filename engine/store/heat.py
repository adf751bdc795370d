"""Ended and running runs of one flow over a range of time, for the heat map of the live flow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.runs import journal, runs


def runs_between(
    conn: Connection,
    tenant: str,
    flow_id: str,
    before: str,
    since: str,
    *,
    version_id: str | None = None,
    limit: int = 200,
) -> list[Any]:
    """Runs with ids in [since, before), the newest first: ids keep the time of their event."""
    where = [
        runs.c.tenant == tenant,
        runs.c.flow_id == flow_id,
        runs.c.id >= since,
        runs.c.id < before,
    ]
    if version_id is not None:
        where.append(runs.c.version_id == version_id)
    columns = (runs.c.id, runs.c.status, runs.c.started_at, runs.c.ended_at, runs.c.error)
    return list(
        conn.execute(select(*columns).where(*where).order_by(runs.c.id.desc()).limit(limit)).all()
    )


def journals_of(conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, list[bytes]]:
    """{run id: journal entries in order}."""
    found: dict[str, list[bytes]] = {}
    rows = conn.execute(
        select(journal.c.run_id, journal.c.entry)
        .where(journal.c.tenant == tenant, among(journal.c.run_id, ids))
        .order_by(journal.c.run_id, journal.c.seq)
    )
    for row in rows:
        found.setdefault(row.run_id, []).append(row.entry)
    return found

"""Incidents: what went wrong and waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Index, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.db import Json, Moment, metadata, tenant_column

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

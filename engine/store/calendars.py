"""Working calendars of a tenant, by key; the format is engine/core/working_time.py's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.db import Json, Moment, metadata

calendars = Table(
    "calendars",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("document", Json, nullable=False),
    Column("updated_at", Moment, nullable=False),
)


def find_calendar(conn: Connection, tenant: str, key: str) -> Any | None:
    return conn.execute(
        select(calendars).where(calendars.c.tenant == tenant, calendars.c.key == key)
    ).first()


def list_calendars(conn: Connection, tenant: str) -> list[Any]:
    return list(
        conn.execute(
            select(calendars).where(calendars.c.tenant == tenant).order_by(calendars.c.key)
        )
    )

"""Working calendars of a tenant, by key; the format is engine/core/working_time.py's."""

from __future__ import annotations

from collections.abc import Mapping
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
        ).all()
    )


def put_calendar(conn: Connection, row: Mapping[str, Any]) -> None:
    """Writes a calendar: tenant, key, name, document, updated_at."""
    delete_calendar(conn, row["tenant"], row["key"])
    conn.execute(calendars.insert().values(**row))


def delete_calendar(conn: Connection, tenant: str, key: str) -> bool:
    done = conn.execute(
        calendars.delete().where(calendars.c.tenant == tenant, calendars.c.key == key)
    )
    return done.rowcount == 1

"""A tenant's own event types: events the business has a name for, with the schema of their data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Integer, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.bulk import insert_new
from engine.store.db import Json, Moment, metadata

own_event_types = Table(
    "own_event_types",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("type", Text, primary_key=True),  # "testdrive.done"
    Column("label", Json, nullable=False),  # {zh, en}
    Column("schema", Json, nullable=False),  # JSON Schema of `data`
    Column("scene", Text),  # "key@version" that brought it
    Column("revision", Integer, nullable=False),
    Column("changed_by", Text),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)


def list_own_types(conn: Connection, tenant: str) -> list[Any]:
    """All of them, by type."""
    return list(
        conn.execute(
            select(own_event_types)
            .where(own_event_types.c.tenant == tenant)
            .order_by(own_event_types.c.type)
        ).all()
    )


def find_own_type(conn: Connection, tenant: str, type_: str) -> Any | None:
    return conn.execute(
        select(own_event_types).where(
            own_event_types.c.tenant == tenant, own_event_types.c.type == type_
        )
    ).first()


def insert_own_types(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """New types; returns those that were not there."""
    return {row[1] for row in insert_new(conn, own_event_types, rows, ("tenant", "type"))}


def save_own_type(
    conn: Connection, tenant: str, type_: str, revision: int, values: Mapping[str, Any]
) -> bool:
    """Writes if `revision` is still the newest."""
    done = conn.execute(
        own_event_types.update()
        .where(
            own_event_types.c.tenant == tenant,
            own_event_types.c.type == type_,
            own_event_types.c.revision == revision,
        )
        .values(revision=revision + 1, **values)
    )
    return done.rowcount == 1


def delete_own_type(conn: Connection, tenant: str, type_: str, revision: int) -> bool:
    """Forgets a type if `revision` is still the newest."""
    done = conn.execute(
        own_event_types.delete().where(
            own_event_types.c.tenant == tenant,
            own_event_types.c.type == type_,
            own_event_types.c.revision == revision,
        )
    )
    return done.rowcount == 1

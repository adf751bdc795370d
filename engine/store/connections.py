"""Connections: a connector with credentials, settings, mapping and its state of health."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
)
from sqlalchemy.engine import Connection

from engine.store.bulk import insert_new, update_many
from engine.store.db import Json, Moment, all_tenants, metadata, tenant_column

connections = Table(
    "connections",
    metadata,
    Column("id", Text, primary_key=True),  # con_…
    tenant_column(),
    Column("key", Text, nullable=False),
    Column("connector", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("credentials", Text),  # sealed JSON
    Column("settings", Json, nullable=False),
    Column("mapping", Json),
    Column("sync_mode", Text, nullable=False),  # push | pull | both | none
    Column("on_bad_record", Text, nullable=False),  # ignore | review | park
    Column("rate", Integer),  # calls per limit's period; null: the connector's own
    Column("backup", Text),  # key of the connection to use when this one's circuit is open
    Column("status", Text, nullable=False),  # active | paused | removed
    Column("revision", Integer, nullable=False),
    Column("failures", Integer, nullable=False),  # in a row
    Column("open_until", Moment),  # circuit: no calls before
    Column("last_ok_at", Moment),
    Column("last_error_at", Moment),
    Column("last_error", Json),
    Column("cursor", Json),
    Column("pulled_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("tenant", "key"),
)

connection_tokens = Table(
    "connection_tokens",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    tenant_column(),
    Column("sealed", Text, nullable=False),
    Column("until", Moment, nullable=False),
)

review_records = Table(
    "review_records",
    metadata,
    Column("id", Text, primary_key=True),  # rev_…
    tenant_column(),
    Column("connection", Text, nullable=False),
    Column("record", Json, nullable=False),
    Column("reason", Json, nullable=False),
    Column("status", Text, nullable=False),  # open | parked | done
    Column("received_at", Moment, nullable=False),
    Index("ix_review_records_tenant_status", "tenant", "status", "connection", "id"),
)


def insert_connection(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(connections.insert().values(**row))


_OF_KEY = select(connections).where(
    connections.c.tenant == bindparam("tenant"),
    connections.c.key == bindparam("key"),
    connections.c.status != "removed",
)


def find_connection(conn: Connection, tenant: str, key: str) -> Any | None:
    return conn.execute(_OF_KEY, {"tenant": tenant, "key": key}).first()


def key_is_taken(conn: Connection, tenant: str, key: str) -> bool:
    """Whether any connection, also a removed one, has this key."""
    found = conn.execute(
        select(connections.c.id).where(connections.c.tenant == tenant, connections.c.key == key)
    )
    return found.first() is not None


def list_connections(conn: Connection, tenant: str) -> list[Any]:
    return list(
        conn.execute(
            select(connections)
            .where(connections.c.tenant == tenant, connections.c.status != "removed")
            .order_by(connections.c.key)
        ).all()
    )


def save_connection(
    conn: Connection, tenant: str, key: str, revision: int, values: Mapping[str, Any]
) -> bool:
    """Writes if `revision` is still the newest."""
    done = conn.execute(
        connections.update()
        .where(
            connections.c.tenant == tenant,
            connections.c.key == key,
            connections.c.revision == revision,
        )
        .values(revision=revision + 1, **values)
    )
    return done.rowcount == 1


def note_health(conn: Connection, tenant: str, key: str, values: Mapping[str, Any]) -> None:
    conn.execute(
        connections.update()
        .where(connections.c.tenant == tenant, connections.c.key == key)
        .values(**values)
    )


def open_circuits(conn: Connection, now: datetime) -> list[tuple[str, str]]:
    """(tenant, key) of connections that must not be called now.

    One whose circuit is open may, as long as the backup that then takes its calls may.
    """
    paused = connections.c.status == "paused"
    found = conn.execute(
        all_tenants(
            select(
                connections.c.tenant,
                connections.c.key,
                connections.c.backup,
                paused.label("paused"),
            ).where((connections.c.open_until > now) | paused)
        )
    ).all()
    down = {(row.tenant, row.key) for row in found}
    return [
        (row.tenant, row.key)
        for row in found
        if row.paused or not row.backup or (row.tenant, row.backup) in down
    ]


def find_token(conn: Connection, tenant: str, connection_id: str, name: str) -> Any | None:
    return conn.execute(
        select(connection_tokens).where(
            connection_tokens.c.tenant == tenant,
            connection_tokens.c.connection_id == connection_id,
            connection_tokens.c.name == name,
        )
    ).first()


def put_token(conn: Connection, row: Mapping[str, Any]) -> None:
    # Two workers may renew a token at the same moment: the second one writes over the first.
    if not insert_new(conn, connection_tokens, [row], ("connection_id", "name")):
        update_many(conn, connection_tokens, [row], ("connection_id", "name"))


def drop_token(conn: Connection, tenant: str, connection_id: str, name: str) -> None:
    conn.execute(
        connection_tokens.delete().where(
            connection_tokens.c.tenant == tenant,
            connection_tokens.c.connection_id == connection_id,
            connection_tokens.c.name == name,
        )
    )


def list_review(
    conn: Connection,
    tenant: str,
    connection: str,
    *,
    status: str = "open",
    before: str | None = None,
    limit: int = 50,
) -> list[Any]:
    """Records a connection could not translate, newest first, before an id."""
    where = [
        review_records.c.tenant == tenant,
        review_records.c.connection == connection,
        review_records.c.status == status,
    ]
    if before:
        where.append(review_records.c.id < before)
    return list(
        conn.execute(
            select(review_records).where(*where).order_by(review_records.c.id.desc()).limit(limit)
        ).all()
    )


def count_review(conn: Connection, tenant: str) -> dict[str, int]:
    """{connection: records nobody has looked through}."""
    found = conn.execute(
        select(review_records.c.connection, func.count())
        .where(review_records.c.tenant == tenant, review_records.c.status == "open")
        .group_by(review_records.c.connection)
    )
    return {row[0]: row[1] for row in found}


def find_review(conn: Connection, tenant: str, id_: str) -> Any | None:
    return conn.execute(
        select(review_records).where(review_records.c.tenant == tenant, review_records.c.id == id_)
    ).first()


def close_review(conn: Connection, tenant: str, id_: str) -> bool:
    """Marks a record as dealt with; False when somebody was faster."""
    done = conn.execute(
        review_records.update()
        .where(
            review_records.c.tenant == tenant,
            review_records.c.id == id_,
            review_records.c.status != "done",
        )
        .values(status="done")
    )
    return done.rowcount == 1


def drop_tokens(conn: Connection, tenant: str, connection_id: str) -> None:
    """Forgets every token of a connection: its credentials have changed."""
    conn.execute(
        connection_tokens.delete().where(
            connection_tokens.c.tenant == tenant,
            connection_tokens.c.connection_id == connection_id,
        )
    )

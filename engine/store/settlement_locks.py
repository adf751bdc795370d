"""Locks of head office on values of documents, and the change requests that go around them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.db import Json, Moment, metadata, tenant_column

settlement_locks = Table(
    "settlement_locks",
    metadata,
    Column("id", Text, primary_key=True),  # lck_…
    tenant_column(),
    Column("scope", Text, nullable=False),  # "rate_card:creators", "flow:after_sale"
    Column("pointer", Text, nullable=False),
    Column("owner_role", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", Moment),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", Moment, nullable=False),
    Column("lifted_by", Text),
    Column("lifted_at", Moment),
    Index("ix_settlement_locks_tenant_scope", "tenant", "scope"),
)

settlement_requests = Table(
    "settlement_requests",
    metadata,
    Column("id", Text, primary_key=True),  # crq_…
    tenant_column(),
    Column("scope", Text, nullable=False),
    Column("pointer", Text, nullable=False),
    Column("old", Json),
    Column("new", Json),
    Column("had_old", Boolean, nullable=False),
    Column("removes", Boolean, nullable=False),
    Column("owner_role", Text, nullable=False),
    Column("maker", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("checker", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_at", Moment),
    Index("ix_settlement_requests_tenant_id", "tenant", "id"),
)


def locks_of(conn: Connection, tenant: str, scope: str | None = None) -> list[Any]:
    """Locks that were not lifted; whether one still holds says its `until`."""
    table = settlement_locks
    where = [table.c.tenant == tenant, table.c.lifted_at.is_(None)]
    if scope is not None:
        where.append(table.c.scope == scope)
    return list(conn.execute(select(table).where(*where).order_by(table.c.id)))


def find_lock(conn: Connection, tenant: str, id_: str) -> Any | None:
    table = settlement_locks
    return conn.execute(select(table).where(table.c.tenant == tenant, table.c.id == id_)).first()


def insert_lock(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(settlement_locks.insert().values(**row))


def lift_lock(conn: Connection, tenant: str, id_: str, by: str, now: datetime) -> bool:
    table = settlement_locks
    done = conn.execute(
        table.update()
        .where(table.c.tenant == tenant, table.c.id == id_, table.c.lifted_at.is_(None))
        .values(lifted_by=by, lifted_at=now)
    )
    return done.rowcount == 1


def insert_request(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(settlement_requests.insert().values(**row))


def find_request(conn: Connection, tenant: str, id_: str) -> Any | None:
    table = settlement_requests
    return conn.execute(select(table).where(table.c.tenant == tenant, table.c.id == id_)).first()


def lock_request(conn: Connection, tenant: str, id_: str) -> Any | None:
    table = settlement_requests
    return conn.execute(
        select(table).where(table.c.tenant == tenant, table.c.id == id_).with_for_update()
    ).first()


def update_request(conn: Connection, tenant: str, id_: str, values: Mapping[str, Any]) -> None:
    table = settlement_requests
    conn.execute(table.update().where(table.c.tenant == tenant, table.c.id == id_).values(**values))


def list_requests(
    conn: Connection,
    tenant: str,
    *,
    state: str | None = None,
    before: str | None = None,
    owners: Collection[str] | None = None,
    not_by: str | None = None,
    limit: int = 50,
) -> list[Any]:
    """Newest first, before the id `before`; `owners` are roles, `not_by` a maker."""
    table = settlement_requests
    where = [table.c.tenant == tenant]
    if owners is not None:
        where.append(table.c.owner_role.in_(owners))
    if not_by is not None:
        where.append(table.c.maker != not_by)
    if state is not None:
        where.append(table.c.state == state)
    if before is not None:
        where.append(table.c.id < before)
    return list(conn.execute(select(table).where(*where).order_by(table.c.id.desc()).limit(limit)))

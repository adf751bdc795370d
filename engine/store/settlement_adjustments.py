"""Manual adjustments: proposed by one person, answered by another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Index, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.db import Moment, Whole, metadata, tenant_column

settlement_adjustments = Table(
    "settlement_adjustments",
    metadata,
    Column("id", Text, primary_key=True),  # adj_…
    tenant_column(),
    Column("party", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("term", Text, nullable=False),
    Column("minor", Whole, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("paper", Text, nullable=False),
    Column("order_key", Text, nullable=False),
    Column("maker", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("state", Text, nullable=False),  # proposed | approved | rejected
    Column("checker", Text, nullable=False),
    Column("answered_at", Moment),
    Index("ix_settlement_adjustments_tenant_id", "tenant", "id"),
)


def insert_adjustment(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(settlement_adjustments.insert().values(**row))


def lock_adjustment(conn: Connection, tenant: str, id_: str) -> Any | None:
    table = settlement_adjustments
    return conn.execute(
        select(table).where(table.c.tenant == tenant, table.c.id == id_).with_for_update()
    ).first()


def update_adjustment(conn: Connection, tenant: str, id_: str, values: Mapping[str, Any]) -> None:
    table = settlement_adjustments
    conn.execute(table.update().where(table.c.tenant == tenant, table.c.id == id_).values(**values))


def list_adjustments(
    conn: Connection, tenant: str, *, state: str | None = None, limit: int = 100
) -> list[Any]:
    """Newest first."""
    table = settlement_adjustments
    where = [table.c.tenant == tenant]
    if state is not None:
        where.append(table.c.state == state)
    return list(conn.execute(select(table).where(*where).order_by(table.c.id.desc()).limit(limit)))

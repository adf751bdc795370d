"""Statements per party, currency and period, and money that is held back for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint, func, select
from sqlalchemy.engine import Connection

from engine.store.bulk import insert_new, update_many
from engine.store.db import Json, Moment, Whole, metadata, tenant_column

settlement_statements = Table(
    "settlement_statements",
    metadata,
    Column("id", Text, primary_key=True),  # stm_…
    tenant_column(),
    Column("number", Text),  # given when it is released
    Column("party", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("state", Text, nullable=False),  # draft released confirmed disputed paid
    Column("opening", Whole, nullable=False),
    Column("sums", Json, nullable=False),  # [[term, minor, entries]]
    Column("corrections", Json, nullable=False),
    Column("held", Whole, nullable=False),
    Column("released", Whole, nullable=False),
    Column("net", Whole, nullable=False),
    Column("payable", Whole, nullable=False),
    Column("carried", Whole, nullable=False),
    Column("frozen", Whole, nullable=False),
    Column("entries", Whole, nullable=False),  # how many it lists
    Column("maker", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("released_by", Text),
    Column("released_at", Moment),
    Column("answered_by", Text),
    Column("answered_at", Moment),
    Column("answer", Text),
    Column("paid_by", Text),
    Column("paid_at", Moment),
    UniqueConstraint("tenant", "party", "currency", "period"),
    UniqueConstraint("tenant", "number"),
    Index("ix_settlement_statements_tenant_id", "tenant", "id"),
)

settlement_holds = Table(
    "settlement_holds",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("party", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("minor", Whole, nullable=False),
    Column("taken", Whole, nullable=False),
    Column("due_on", Text, nullable=False),
    Column("released_in", Text),  # the period whose statement pays it out
)


def find_statement(conn: Connection, tenant: str, id_: str) -> Any | None:
    table = settlement_statements
    return conn.execute(select(table).where(table.c.tenant == tenant, table.c.id == id_)).first()


def lock_statement(conn: Connection, tenant: str, id_: str) -> Any | None:
    table = settlement_statements
    return conn.execute(
        select(table).where(table.c.tenant == tenant, table.c.id == id_).with_for_update()
    ).first()


def statement_of(
    conn: Connection, tenant: str, party: str, currency: str, period: str, *, lock: bool = True
) -> Any | None:
    """The one of a party, currency and period; held until the transaction ends with `lock`."""
    table = settlement_statements
    asked = select(table).where(
        table.c.tenant == tenant,
        table.c.party == party,
        table.c.currency == currency,
        table.c.period == period,
    )
    return conn.execute(asked.with_for_update() if lock else asked).first()


def last_before(conn: Connection, tenant: str, party: str, currency: str, made: str) -> Any | None:
    """The party's newest statement made before the one with id `made` ("" for any)."""
    table = settlement_statements
    where = [table.c.tenant == tenant, table.c.party == party, table.c.currency == currency]
    if made:
        where.append(table.c.id < made)
    return conn.execute(select(table).where(*where).order_by(table.c.id.desc()).limit(1)).first()


def list_statements(
    conn: Connection,
    tenant: str,
    *,
    parties: Sequence[str] | None = None,
    period: str | None = None,
    state: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Any]:
    """Newest first, before the id `before`; with `parties` only theirs."""
    table = settlement_statements
    where = [table.c.tenant == tenant]
    if parties is not None:
        where.append(table.c.party.in_(list(parties)))
    if period is not None:
        where.append(table.c.period == period)
    if state is not None:
        where.append(table.c.state == state)
    if before is not None:
        where.append(table.c.id < before)
    return list(conn.execute(select(table).where(*where).order_by(table.c.id.desc()).limit(limit)))


def insert_statement(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(settlement_statements.insert().values(**row))


def update_statement(conn: Connection, tenant: str, id_: str, values: Mapping[str, Any]) -> None:
    table = settlement_statements
    conn.execute(table.update().where(table.c.tenant == tenant, table.c.id == id_).values(**values))


def count_numbered(conn: Connection, tenant: str, like: str) -> int:
    """How many numbers begin with `like`; the caller holds the tenant's row."""
    table = settlement_statements
    found = conn.execute(
        select(func.count()).where(
            table.c.tenant == tenant, table.c.number.startswith(like, autoescape=True)
        )
    )
    return int(found.scalar_one())


def holds_of(conn: Connection, tenant: str, party: str, currency: str) -> list[Any]:
    """All holds of a party, oldest due first."""
    table = settlement_holds
    return list(
        conn.execute(
            select(table)
            .where(table.c.tenant == tenant, table.c.party == party, table.c.currency == currency)
            .order_by(table.c.due_on, table.c.period)
        )
    )


def drop_hold(conn: Connection, tenant: str, party: str, currency: str, period: str) -> None:
    table = settlement_holds
    conn.execute(
        table.delete().where(
            table.c.tenant == tenant,
            table.c.party == party,
            table.c.currency == currency,
            table.c.period == period,
        )
    )


def store_holds(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    key = ("tenant", "party", "currency", "period")
    fresh = set(insert_new(conn, settlement_holds, rows, key))
    kept = [row for row in rows if tuple(row[name] for name in key) not in fresh]
    update_many(conn, settlement_holds, kept, key)

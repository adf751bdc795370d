"""Budgets with what they have let through and what waits; each demand once.

A budget has one writer at a time, as an account has: whoever saves it names the version it was read
at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Index, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import insert_many
from engine.store.db import Json, Moment, Whole, metadata
from engine.store.settlement_accounts import Overtaken

settlement_budgets = Table(
    "settlement_budgets",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("document", Json, nullable=False),
    Column("used", Whole, nullable=False),
    Column("waiting", Json, nullable=False),  # [[key, amount, asked by, since]]
    Column("told", Json, nullable=False),
    Column("version", Whole, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

settlement_demands = Table(
    "settlement_demands",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("budget", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("amount", Whole, nullable=False),
    Column("outcome", Text, nullable=False),  # pass | frozen | asked | rejected
    Column("party", Text),  # whose entries wait for it
    Column("entries", Json),  # their keys
    Column("decided_by", Text),
    Column("at", Moment, nullable=False),
    Index("ix_settlement_demands_tenant_key", "tenant", "key"),
)


def load_budgets(conn: Connection, tenant: str, keys: Iterable[str] | None = None) -> list[Any]:
    table = settlement_budgets
    where = [table.c.tenant == tenant]
    if keys is not None:
        where.append(among(table.c.key, keys))
    return list(conn.execute(select(table).where(*where).order_by(table.c.key)))


def find_budget(conn: Connection, tenant: str, key: str) -> Any | None:
    return next(iter(load_budgets(conn, tenant, [key])), None)


def insert_budget(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(settlement_budgets.insert().values(**row))


def save_budget(
    conn: Connection, tenant: str, key: str, read_at: int, values: Mapping[str, Any]
) -> None:
    """The budget as it is now; Overtaken when it is no longer at the version it was read at."""
    table = settlement_budgets
    done = conn.execute(
        table.update()
        .where(table.c.tenant == tenant, table.c.key == key, table.c.version == read_at)
        .values(**values)
    )
    if done.rowcount != 1:
        raise Overtaken


def drop_budget(conn: Connection, tenant: str, key: str) -> bool:
    table = settlement_budgets
    done = conn.execute(table.delete().where(table.c.tenant == tenant, table.c.key == key))
    return done.rowcount == 1


def demands(conn: Connection, tenant: str, budget: str, keys: Iterable[str]) -> dict[str, Any]:
    """{key: row} of what a budget has answered before."""
    table = settlement_demands
    found = conn.execute(
        select(table).where(
            table.c.tenant == tenant, table.c.budget == budget, among(table.c.key, set(keys))
        )
    )
    return {row.key: row for row in found}


def store_demands(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    insert_many(conn, settlement_demands, rows)


def answer_demand(
    conn: Connection, tenant: str, budget: str, key: str, values: Mapping[str, Any]
) -> None:
    table = settlement_demands
    conn.execute(
        table.update()
        .where(table.c.tenant == tenant, table.c.budget == budget, table.c.key == key)
        .values(**values)
    )


def waiting_demands(conn: Connection, tenant: str, keys: Iterable[str]) -> set[str]:
    """Which of these wait for any budget: nobody else may release them."""
    table = settlement_demands
    found = conn.execute(
        select(table.c.key).where(
            table.c.tenant == tenant,
            among(table.c.key, set(keys)),
            table.c.outcome.in_(("frozen", "asked")),
        )
    )
    return set(found.scalars())

"""Platforms' bills held against what was expected: each order and fee, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.bulk import insert_many
from engine.store.db import Json, Moment, Whole, metadata, tenant_column

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("id", Text, primary_key=True),  # rec_…
    tenant_column(),
    Column("platform", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("tolerance", Whole, nullable=False),
    Column("ours", Whole, nullable=False),
    Column("theirs", Whole, nullable=False),
    Column("counts", Json, nullable=False),  # {result: lines}
    Column("problems", Json, nullable=False),  # rows of the file that could not be read
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
)

reconciliation_lines = Table(
    "reconciliation_lines",
    metadata,
    Column("reconciliation_id", Text, ForeignKey("reconciliations.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    tenant_column(),
    Column("order_key", Text, nullable=False),
    Column("fee", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("ours", Whole, nullable=False),
    Column("theirs", Whole, nullable=False),
    Column("reason", Text),
    Column("age", Integer, nullable=False),
    Column("our_refs", Json, nullable=False),
    Column("their_refs", Json, nullable=False),
    Column("status", Text, nullable=False),  # matched | open | accepted | claimed | carried
    Column("note", Text, nullable=False),
    Column("owner_user", Text),
    Column("resolved_at", Moment),
)


def insert_reconciliation(
    conn: Connection, row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
) -> None:
    conn.execute(reconciliations.insert().values(**row))
    for start in range(0, len(lines), 2_000):
        insert_many(conn, reconciliation_lines, lines[start : start + 2_000])


def find_reconciliation(conn: Connection, tenant: str, id_: str) -> Any | None:
    table = reconciliations
    return conn.execute(select(table).where(table.c.tenant == tenant, table.c.id == id_)).first()


def list_reconciliations(conn: Connection, tenant: str, limit: int) -> list[Any]:
    """Newest first."""
    table = reconciliations
    return list(
        conn.execute(
            select(table).where(table.c.tenant == tenant).order_by(table.c.id.desc()).limit(limit)
        )
    )


def list_lines(
    conn: Connection,
    tenant: str,
    id_: str,
    *,
    result: str | None = None,
    after: int = -1,
    limit: int = 200,
) -> list[Any]:
    """By number, after the line `after`."""
    table = reconciliation_lines
    where = [table.c.tenant == tenant, table.c.reconciliation_id == id_, table.c.line > after]
    if result is not None:
        where.append(table.c.result == result)
    return list(conn.execute(select(table).where(*where).order_by(table.c.line).limit(limit)))


def update_line(
    conn: Connection, tenant: str, id_: str, line: int, values: Mapping[str, Any]
) -> bool:
    table = reconciliation_lines
    done = conn.execute(
        table.update()
        .where(table.c.tenant == tenant, table.c.reconciliation_id == id_, table.c.line == line)
        .values(**values)
    )
    return done.rowcount == 1

"""Answers kept for a day, so that a write sent again gets the first answer and is not done again.

A row is put before the work begins (`status` null) and filled with the answer afterwards. Answers
are sealed: some hold a secret that is shown once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.bulk import insert_new
from engine.store.db import Json, Moment, all_tenants, metadata, tenant_column

kept_answers = Table(
    "kept_answers",
    metadata,
    Column("id", Text, primary_key=True),  # hash of tenant, caller, route and key
    tenant_column(),
    Column("body_hash", Text, nullable=False),
    Column("status", Integer),  # null while the work goes on
    Column("headers", Json),
    Column("body", Text),  # sealed
    Column("begun_at", Moment, nullable=False),
    Column("until", Moment, nullable=False, index=True),
)


def begin(conn: Connection, row: Mapping[str, Any], now: datetime) -> bool:
    """Puts the row of a call that begins; False when the same call was made already."""
    conn.execute(
        kept_answers.delete().where(
            kept_answers.c.tenant == row["tenant"],
            kept_answers.c.id == row["id"],
            kept_answers.c.until < now,
        )
    )
    return bool(insert_new(conn, kept_answers, [row], ("id",)))


def find(conn: Connection, tenant: str, id_: str) -> Any | None:
    return conn.execute(
        select(kept_answers).where(kept_answers.c.tenant == tenant, kept_answers.c.id == id_)
    ).first()


def keep(conn: Connection, tenant: str, id_: str, values: Mapping[str, Any]) -> None:
    """Fills the row with the answer: status, headers, body."""
    conn.execute(
        kept_answers.update()
        .where(kept_answers.c.tenant == tenant, kept_answers.c.id == id_)
        .values(**values)
    )


def drop(conn: Connection, tenant: str, id_: str) -> None:
    """Nothing was done: the same key may be sent again."""
    conn.execute(
        kept_answers.delete().where(kept_answers.c.tenant == tenant, kept_answers.c.id == id_)
    )


def forget(conn: Connection, now: datetime, limit: int = 1000) -> int:
    """Deletes answers that are a day old."""
    old = select(kept_answers.c.id).where(kept_answers.c.until < now).limit(limit)
    return conn.execute(
        all_tenants(kept_answers.delete().where(kept_answers.c.id.in_(old)))
    ).rowcount

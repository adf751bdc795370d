"""The audit trail: what people changed, in a chain that shows if a row is altered or missing.

Rows are written unsealed with the change itself, so that no write waits for another. One job seals
them in order: each seal is sha256 over the seal before and the row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.engine import Connection

from engine.store.bulk import update_many
from engine.store.db import Json, Moment, Whole, dump_json, metadata, moment_text, tenant_column

audit = Table(
    "audit",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    tenant_column(),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),  # usr_…, key_…, "system"
    Column("act", Text, nullable=False),  # "flows.publish"
    Column("target", Text, nullable=False),  # "flow:vip", "connection:douyin"
    Column("detail", Json),
    Column("address", Text),
    Column("number", Integer),  # place in the tenant's chain, set when sealed
    Column("seal", Text),
    UniqueConstraint("tenant", "number"),
    Index("ix_audit_tenant_target", "tenant", "target", "id"),
    sqlite_autoincrement=True,
)

FIRST_SEAL = "0" * 64


def note(conn: Connection, row: Mapping[str, Any]) -> None:
    """One change: tenant, at, who, act, target, detail, address."""
    conn.execute(audit.insert().values(**row))


def seal_of(before: str, row: Any) -> str:
    """The seal of a row after the seal before it: sha256 in hex."""
    said = dump_json(
        [before, row.tenant, moment_text(row.at), row.who, row.act, row.target, row.detail]
    )
    return hashlib.sha256(said.encode()).hexdigest()


def seal(conn: Connection, tenant: str, limit: int = 1000) -> int:
    """Seals what is not sealed yet, oldest first; returns how many.

    Of several that seal at once only one does; the others find nothing to do. Rows that commit
    later than a newer one get the next number all the same: the chain is the order of sealing.
    """
    if conn.dialect.name == "postgresql":
        alone = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:tenant, 7))")
        if not conn.execute(alone, {"tenant": f"audit:{tenant}"}).scalar():
            return 0
    last = conn.execute(
        select(audit.c.number, audit.c.seal)
        .where(audit.c.tenant == tenant, audit.c.number.is_not(None))
        .order_by(audit.c.number.desc())
        .limit(1)
    ).first()
    number, before = (last.number, last.seal) if last else (0, FIRST_SEAL)
    rows = conn.execute(
        select(audit)
        .where(audit.c.tenant == tenant, audit.c.seal.is_(None))
        .order_by(audit.c.id)
        .limit(limit)
    ).all()
    sealed = []
    for row in rows:
        number, before = number + 1, seal_of(before, row)
        sealed.append({"id": row.id, "number": number, "seal": before})
    update_many(conn, audit, sealed, ("id",))
    return len(rows)


def verify(conn: Connection, tenant: str) -> int | None:
    """The first number at which the chain does not hold; None when it does."""
    before, expected = FIRST_SEAL, 1
    for row in conn.execute(
        select(audit)
        .where(audit.c.tenant == tenant, audit.c.number.is_not(None))
        .order_by(audit.c.number)
    ):
        if row.number != expected or row.seal != seal_of(before, row):
            return expected
        before, expected = row.seal, expected + 1
    return None


class Head(NamedTuple):
    """The end of the chain, and how much waits for its seal."""

    number: int
    seal: str | None
    unsealed: int


def head(conn: Connection, tenant: str) -> Head:
    last = conn.execute(
        select(audit.c.number, audit.c.seal)
        .where(audit.c.tenant == tenant, audit.c.number.is_not(None))
        .order_by(audit.c.number.desc())
        .limit(1)
    ).first()
    unsealed = conn.execute(
        select(func.count()).where(audit.c.tenant == tenant, audit.c.seal.is_(None))
    ).scalar_one()
    return Head(last.number if last else 0, last.seal if last else None, int(unsealed))


def list_audit(
    conn: Connection,
    tenant: str,
    *,
    target: str | None = None,
    who: str | None = None,
    act: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Any]:
    """Newest first, before the id `before`."""
    where = [audit.c.tenant == tenant]
    if target:
        where.append(audit.c.target == target)
    if who:
        where.append(audit.c.who == who)
    if act:
        where.append(audit.c.act == act)
    if before:
        where.append(audit.c.id < before)
    return list(
        conn.execute(select(audit).where(*where).order_by(audit.c.id.desc()).limit(limit)).all()
    )

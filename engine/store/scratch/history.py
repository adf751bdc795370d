"""What was dated when it happened: people's acts on money, and budgets as they were written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.audit import audit
from engine.store.settlement_budgets import settlement_budgets, settlement_demands

_MOVES = ("settlement.freeze", "settlement.release", "settlement.void")


def moves_of_parties(conn: Connection, tenant: str, parties: Iterable[str]) -> list[Any]:
    """Who froze, released or voided entries of some parties: audit rows, oldest first."""
    targets = sorted({f"party:{one}" for one in parties})
    return list(
        conn.execute(
            select(audit.c.at, audit.c.act, audit.c.target, audit.c.detail)
            .where(
                audit.c.tenant == tenant, among(audit.c.target, targets), audit.c.act.in_(_MOVES)
            )
            .order_by(audit.c.id)
        )
    )


def budget_answers(conn: Connection, tenant: str) -> list[Any]:
    """What people answered demands that waited for a budget: audit rows, oldest first."""
    return _of_budgets(conn, tenant, "settlement.release")


def budget_edits(conn: Connection, tenant: str, before: datetime) -> dict[str, tuple[Any, bool]]:
    """{budget: (its document at a moment, whether it was written since)}; no document: not yet
    there. Budgets whose writing the audit trail does not hold are left out.
    """
    found: dict[str, tuple[Any, bool]] = {}
    for row in _of_budgets(conn, tenant, "settlement.edit"):
        key = row.target.partition(":")[2]
        document, _ = found.get(key, (None, False))
        if row.at >= before:
            found[key] = (document, True)
        else:
            found[key] = (None if row.detail.get("deleted") else row.detail, False)
    return found


def _of_budgets(conn: Connection, tenant: str, act: str) -> list[Any]:
    keys = conn.execute(
        select(settlement_budgets.c.key).where(settlement_budgets.c.tenant == tenant)
    ).scalars()
    targets = sorted(f"budget:{key}" for key in keys)
    return list(
        conn.execute(
            select(audit.c.at, audit.c.target, audit.c.detail)
            .where(audit.c.tenant == tenant, among(audit.c.target, targets), audit.c.act == act)
            .order_by(audit.c.id)
        )
    )


def demands_by_key(conn: Connection, tenant: str, keys: Iterable[str]) -> list[Any]:
    """What budgets were asked for some entries."""
    table = settlement_demands
    return list(
        conn.execute(
            select(table).where(table.c.tenant == tenant, among(table.c.key, sorted(keys)))
        )
    )

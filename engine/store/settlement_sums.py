"""Sums of the ledger for a period: by state of money, and by party."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, case, cast, func, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.settlement_posted import heads
from engine.store.settlement_statements import settlement_statements as statements

BRAND = "brand"


def sums_by_state(conn: Connection, tenant: str, period: str) -> list[Any]:
    """(state, currency, minor, entries) of what was posted in a period; above zero parties get."""
    entries = heads(tenant)
    minor = case((entries.c.to_account == BRAND, -entries.c.minor), else_=entries.c.minor)
    return list(
        conn.execute(
            select(
                entries.c.state,
                entries.c.currency,
                func.sum(minor).label("minor"),
                cast(func.sum(entries.c.size), BigInteger).label("entries"),
            )
            .where(entries.c.posted_in == period)
            .group_by(entries.c.state, entries.c.currency)
            .order_by(entries.c.currency, entries.c.state)
        )
    )


def sums_by_party(
    conn: Connection, tenant: str, period: str, states: Iterable[str]
) -> dict[tuple[str, str], list[int]]:
    """{(party, currency): [minor, entries]} of these states; above zero the party gets it."""
    entries = heads(tenant)
    found: dict[tuple[str, str], list[int]] = {}
    wanted = list(states)
    for side, sign in ((entries.c.to_account, 1), (entries.c.from_account, -1)):
        rows = conn.execute(
            select(
                side.label("party"),
                entries.c.currency,
                func.sum(entries.c.minor).label("minor"),
                func.sum(entries.c.size).label("entries"),
            )
            .where(
                entries.c.posted_in == period,
                side != BRAND,
                among(entries.c.state, wanted),
            )
            .group_by(side, entries.c.currency)
        )
        for row in rows:
            held = found.setdefault((row.party, row.currency), [0, 0])
            held[0] += sign * int(row.minor)
            held[1] += int(row.entries)
    return found


def statements_by_state(conn: Connection, tenant: str, period: str) -> dict[str, int]:
    """How many statements of a period are in which state."""
    rows = conn.execute(
        select(statements.c.state, func.count().label("many"))
        .where(statements.c.tenant == tenant, statements.c.period == period)
        .group_by(statements.c.state)
    )
    return {row.state: int(row.many) for row in rows}

"""Sums over bookings and entries for reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.parties import parties, party_accounts
from engine.store.rate_cards import settlement_plans
from engine.store.settlement_bookings import settlement_bookings as bookings
from engine.store.settlement_posted import each_line, entries_of_bookings

FACTS = ("platform", "shop", "channel", "campaign", "service", "category", "card", "term")
# Lines whose rate a rule (by its id) had a part in: 淡季, a campaign's points.
RULE = "rule"
PLAN_KEY = 16  # characters
# Whose the shop is: a shop that no franchisee has as its account is the brand's own.
OWNER = "owner"
OWNERS = ("direct", "franchise")


def sums_between(
    conn: Connection,
    tenant: str,
    since: datetime,
    until: datetime,
    by: str,
    filters: Mapping[str, str],
) -> list[Any]:
    """(key, sub, currency, orders, base, minor) of bookings by a date in [since, until); for
    parties the key is the account and rows are apart by sub, which names the payee. Everywhere else
    an order of several terms is one order.
    """
    entries = each_line(conn, tenant)
    money = (
        select(
            entries.c.order_key,
            entries.c.line,
            entries.c.account,
            entries.c.sub,
            func.sum(entries.c.minor).label("minor"),
        )
        .where(entries.c.state != "void", entries.c.order_key != "")
        .group_by(entries.c.order_key, entries.c.line, entries.c.account, entries.c.sub)
        .subquery()
    )
    is_party = by == "party"
    key = bookings.c.account if is_party else bookings.c[by]
    sub = bookings.c.sub if is_party else literal("").label("sub")
    return list(
        conn.execute(
            select(
                key.label("key"),
                sub,
                bookings.c.currency,
                func.count(bookings.c.order_key.distinct()).label("orders"),
                func.sum(bookings.c.base - bookings.c.back_base).label("base"),
                func.sum(money.c.minor).label("minor"),
            )
            .select_from(
                bookings.outerjoin(
                    money,
                    and_(
                        money.c.order_key == bookings.c.order_key,
                        money.c.line == bookings.c.line,
                        money.c.account == bookings.c.account,
                        money.c.sub == bookings.c.sub,
                    ),
                )
            )
            .where(*_where(conn, tenant, since, until, filters))
            .group_by(key, bookings.c.currency, *([bookings.c.sub] if is_party else []))
        )
    )


def figures_between(
    conn: Connection, tenant: str, since: datetime, until: datetime, filters: Mapping[str, str]
) -> Iterator[Any]:
    """The entries of those bookings."""
    where = _where(conn, tenant, since, until, filters)
    return (one for one in entries_of_bookings(conn, tenant, where) if one.state != "void")


def _where(
    conn: Connection, tenant: str, since: datetime, until: datetime, filters: Mapping[str, str]
) -> list[Any]:
    return [
        bookings.c.tenant == tenant,
        bookings.c.rate_at >= since,
        bookings.c.rate_at < until,
        bookings.c.state != "moved",
        *(
            _owned(tenant, value)
            if name == OWNER
            else _priced_by(conn, tenant, value)
            if name == RULE
            else bookings.c[name] == value
            for name, value in filters.items()
        ),
    ]


def _priced_by(conn: Connection, tenant: str, rule: str) -> ColumnElement[bool]:
    """The plans that came of a rule; `sub` begins with the plan's key."""
    rows = conn.execute(select(settlement_plans).where(settlement_plans.c.tenant == tenant))
    keys = [row.key for row in rows if any(step[1] == rule for step in row.document["steps"])]
    return among(func.substr(bookings.c.sub, 1, PLAN_KEY), keys)


def _owned(tenant: str, owner: str) -> ColumnElement[bool]:
    is_franchise = exists(
        select(party_accounts.c.party_id)
        .join(parties, parties.c.id == party_accounts.c.party_id)
        .where(
            party_accounts.c.tenant == tenant,
            parties.c.tenant == tenant,
            party_accounts.c.platform == bookings.c.platform,
            party_accounts.c.external_id == bookings.c.shop,
            parties.c.kind == "franchisee",
        )
    )
    return is_franchise if owner == "franchise" else not_(is_franchise)


def shop_owners(conn: Connection, tenant: str, shops: Iterable[str]) -> dict[str, tuple[str, str]]:
    """{shop: (name, kind) of the party that has it as an account}, where only one has."""
    wanted = set(shops)
    if not wanted:
        return {}
    rows = conn.execute(
        select(party_accounts.c.external_id, parties.c.name, parties.c.kind)
        .join(parties, parties.c.id == party_accounts.c.party_id)
        .where(
            party_accounts.c.tenant == tenant,
            parties.c.tenant == tenant,
            among(party_accounts.c.external_id, wanted),
        )
    )
    found: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.external_id, set()).add((row.name, row.kind))
    return {shop: min(owners) for shop, owners in found.items() if len(owners) == 1}

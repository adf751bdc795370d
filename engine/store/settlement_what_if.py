"""What a trial of another card reads of a range: what was posted, what is booked, what came in.

A range is [since, until) of the date that picked the rate of a line; None is without end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, func, or_, select
from sqlalchemy.engine import Connection

from engine.core.ids import first_id
from engine.store.among import among
from engine.store.events import events
from engine.store.rate_cards import rate_card_versions, rate_cards
from engine.store.settlement_accounts import settlement_accounts
from engine.store.settlement_bookings import settlement_bookings
from engine.store.settlement_entries import settlement_entries
from engine.store.settlement_posted import each_line, heads

_OF_ORDERS = ("order", "refund", "shared", "moved")
_COUNTS = or_(events.c.type.startswith("order."), events.c.type == "refund.completed")


def posted_for_orders(
    conn: Connection,
    tenant: str,
    card: str,
    terms: Iterable[str],
    since: datetime | None,
    until: datetime | None,
) -> list[Any]:
    """(account, sub, from_account, to_account, minor) of what lines in a range came to, claw-backs
    and moves included; opening entries belong to no order.
    """
    table, booked = each_line(conn, tenant), settlement_bookings
    in_range = (
        select(booked.c.order_key)
        .where(
            *_dated(tenant, card, since, until),
            among(booked.c.term, terms),
            booked.c.order_key == table.c.order_key,
            booked.c.account == table.c.account,
        )
        .exists()
    )
    return _summed(conn, table, in_range, table.c.kind.in_(_OF_ORDERS))


def posted_in_accounts(conn: Connection, tenant: str, accounts: Iterable[str]) -> list[Any]:
    """The same of whole accounts, opening entries included."""
    table = heads(tenant)
    kinds = table.c.kind.in_((*_OF_ORDERS, "opening"))
    return _summed(conn, table, among(table.c.account, set(accounts)), kinds)


def openings(
    conn: Connection,
    tenant: str,
    card: str,
    terms: Iterable[str],
    since: datetime | None,
    until: datetime | None,
) -> list[Any]:
    """(key, account, sub, from_account, to_account, minor) of the opening entries of accounts that
    have a line in a range.
    """
    table, booked = settlement_entries, settlement_bookings
    in_range = (
        select(booked.c.order_key)
        .where(
            *_dated(tenant, card, since, until),
            among(booked.c.term, terms),
            booked.c.account == table.c.account,
        )
        .exists()
    )
    columns = ("key", "account", "sub", "from_account", "to_account", "minor")
    return list(
        conn.execute(
            select(*(table.c[name] for name in columns))
            .where(table.c.tenant == tenant, table.c.kind == "opening", in_range)
            .order_by(table.c.key)
        )
    )


def order_of_effect(conn: Connection, tenant: str, account: str, effect: str) -> str | None:
    """The order that a part of an account was posted for, by its effect key or one of its shares
    ("<key>/<share>").
    """
    table = settlement_entries
    found = conn.execute(
        select(table.c.order_key)
        .where(
            table.c.tenant == tenant,
            table.c.account == account,
            or_(table.c.key == effect, table.c.key.startswith(f"{effect}/", autoescape=True)),
        )
        .limit(1)
    )
    return found.scalar()


def booked_sums(
    conn: Connection, tenant: str, card: str, since: datetime | None, until: datetime | None
) -> list[Any]:
    """(term, account, sub, base, count) of what is booked in a range and not given back."""
    table = settlement_bookings
    columns = (table.c.term, table.c.account, table.c.sub)
    return list(
        conn.execute(
            select(
                *columns,
                func.sum(table.c.base - table.c.back_base).label("base"),
                func.sum(table.c.count - table.c.back_count).label("count"),
            )
            .where(*_dated(tenant, card, since, until), table.c.state != "moved")
            .group_by(*columns)
        )
    )


def booked_orders(
    conn: Connection,
    tenant: str,
    card: str,
    terms: Iterable[str],
    since: datetime | None,
    until: datetime | None,
) -> set[str]:
    """Orders with a booking of these terms in a range."""
    table = settlement_bookings
    found = conn.execute(
        select(table.c.order_key)
        .where(
            *_dated(tenant, card, since, until),
            among(table.c.term, terms),
            table.c.state != "moved",
        )
        .distinct()
    )
    return set(found.scalars())


def is_booked(
    conn: Connection,
    tenant: str,
    order: str,
    account: str,
    since: datetime | None,
    until: datetime | None,
) -> bool:
    """Whether an order has, or had, a line in an account with a date in a range."""
    table = settlement_bookings
    where = [
        table.c.tenant == tenant,
        table.c.order_key == order,
        table.c.account == account,
    ]
    if since is not None:
        where.append(table.c.rate_at >= since)
    if until is not None:
        where.append(table.c.rate_at < until)
    return conn.execute(select(table.c.line).where(*where).limit(1)).first() is not None


def accounts_of_terms(conn: Connection, tenant: str, terms: Iterable[str]) -> list[Any]:
    """(key, term, counted_over, state) of the accounts of terms ("card.term") that count over days,
    a campaign; those of single orders are left out.
    """
    table = settlement_accounts
    return list(
        conn.execute(
            select(table.c.key, table.c.term, table.c.counted_over, table.c.state).where(
                table.c.tenant == tenant,
                among(table.c.term, terms),
                ~table.c.counted_over.startswith("order:"),
            )
        )
    )


def first_published(conn: Connection, tenant: str, card: str) -> datetime | None:
    """When a card's first version was published."""
    found = conn.execute(
        select(func.min(rate_card_versions.c.published_at))
        .join(rate_cards, rate_card_versions.c.card_id == rate_cards.c.id)
        .where(
            rate_cards.c.tenant == tenant,
            rate_card_versions.c.tenant == tenant,
            rate_cards.c.key == card,
        )
    )
    return found.scalar()


def has_events_between(conn: Connection, tenant: str, since: datetime, until: datetime) -> bool:
    """Whether anything of an order came in within [since, until)."""
    found = conn.execute(
        select(events.c.id)
        .where(
            events.c.tenant == tenant,
            events.c.id >= first_id("evt", since),
            events.c.id < first_id("evt", until),
            _COUNTS,
        )
        .limit(1)
    )
    return found.first() is not None


def order_events(
    conn: Connection, tenant: str, since: datetime, page: int = 500
) -> Iterator[list[Any]]:
    """Events of orders and their completed refunds since a moment of receipt, in order of receipt,
    page by page.
    """
    after = first_id("evt", since)
    while True:
        rows = conn.execute(
            select(events)
            .where(events.c.tenant == tenant, events.c.id > after, _COUNTS)
            .order_by(events.c.id)
            .limit(page)
        ).all()
        if rows:
            yield list(rows)
        if len(rows) < page:
            return
        after = rows[-1].id


def _summed(conn: Connection, table: Subquery, *where: Any) -> list[Any]:
    columns = (table.c.account, table.c.sub, table.c.from_account, table.c.to_account)
    return list(
        conn.execute(
            select(*columns, func.sum(table.c.minor).label("minor"))
            .where(table.c.sub != "", *where)
            .group_by(*columns)
        )
    )


def _dated(tenant: str, card: str, since: datetime | None, until: datetime | None) -> Iterator[Any]:
    table = settlement_bookings
    yield table.c.tenant == tenant
    yield table.c.card == card
    if since is not None:
        yield table.c.rate_at >= since
    if until is not None:
        yield table.c.rate_at < until

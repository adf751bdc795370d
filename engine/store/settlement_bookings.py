"""What settlement remembers of each order line: its bookings, its refunds, what had no rate.

A booking is one line in one account (engine/settlement/booking.py). All of an order is written by
the order's own lane ("sale:<order>").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Table, Text, func, select, text
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import insert_new, update_many
from engine.store.db import Amount, Json, Moment, Whole, all_tenants, metadata
from engine.store.seam import kept_in_memory

settlement_bookings = Table(
    "settlement_bookings",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("order_key", Text, primary_key=True),
    Column("line", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("sub", Text, primary_key=True),
    Column("card", Text, nullable=False),
    Column("version", Whole, nullable=False),
    Column("term", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("paid", Whole, nullable=False),
    Column("pieces", Amount, nullable=False),
    Column("base", Whole, nullable=False),
    Column("count", Whole, nullable=False),
    Column("counts", Text, nullable=False),
    Column("takes_refunds", Boolean, nullable=False),
    Column("rate_at", Moment, nullable=False),
    Column("paid_at", Moment),
    Column("earned_at", Moment),
    Column("back_paid", Whole, nullable=False),
    Column("back_pieces", Amount, nullable=False),
    Column("back_base", Whole, nullable=False),
    Column("back_count", Whole, nullable=False),
    # estimated | earned | moved: recomputed by another version
    Column("state", Text, nullable=False),
    Column("in_bulk", Boolean, nullable=False),  # posted by the month's job, not by its lane
    Column("due_asked_at", Moment),  # when the sweep asked for it to be earned
    Column("period_kind", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("shop", Text, nullable=False),
    Column("channel", Text),
    Column("campaign", Text),
    Column("service", Text),
    Column("category", Text),
    Column("payees", Json),  # {share: party}, where the term is shared out
    Index(
        "ix_settlement_bookings_due",
        "earned_at",
        postgresql_where=text("state = 'estimated' AND due_asked_at IS NULL"),
        sqlite_where=text("state = 'estimated' AND due_asked_at IS NULL"),
    ),
    Index("ix_settlement_bookings_account", "tenant", "account", "rate_at"),
)

settlement_refunds = Table(
    "settlement_refunds",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("order_key", Text, primary_key=True),
    Column("refund", Text, primary_key=True),  # the platform's number of it
    Column("record", Json, nullable=False),
    Column("status", Text, nullable=False),  # kept: its order is not known yet | applied
    Column("kept_at", Moment, nullable=False),
    Column("told_at", Moment),  # when somebody was told that its order does not come
    Index(
        "ix_settlement_refunds_kept",
        "kept_at",
        postgresql_where=text("status = 'kept'"),
        sqlite_where=text("status = 'kept'"),
    ),
)

settlement_exceptions = Table(
    "settlement_exceptions",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("order_key", Text, primary_key=True),
    Column("line", Text, primary_key=True),
    Column("card", Text, primary_key=True),
    Column("term", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # unpriced | excluded
    Column("name", Text, nullable=False),  # of the exclusion, or the problem's code
    Column("path", Text, nullable=False),
    Column("message", Json),
    Column("at", Moment, nullable=False),
    Index("ix_settlement_exceptions_kind", "tenant", "kind", "at"),
)
_BOOKING = ("tenant", "order_key", "line", "account", "sub")
_EXCEPTION = ("tenant", "order_key", "line", "card", "term")


@kept_in_memory
def bookings_of(conn: Connection, tenant: str, orders: Iterable[str]) -> list[Any]:
    """All bookings of these orders, those that were moved away left out."""
    table = settlement_bookings
    return list(
        conn.execute(
            select(table)
            .where(
                table.c.tenant == tenant,
                among(table.c.order_key, set(orders)),
                table.c.state != "moved",
            )
            .order_by(table.c.order_key, table.c.line, table.c.account, table.c.sub)
        )
    )


def bookings_in(conn: Connection, tenant: str, account: str) -> list[Any]:
    """The bookings of one account in order of payment."""
    table = settlement_bookings
    return list(
        conn.execute(
            select(table)
            .where(table.c.tenant == tenant, table.c.account == account, table.c.state != "moved")
            .order_by(table.c.rate_at, table.c.order_key, table.c.line)
        )
    )


def orders_between(
    conn: Connection, tenant: str, card: str, since: datetime, until: datetime
) -> list[str]:
    """Orders that a card has priced by a date in [since, until)."""
    table = settlement_bookings
    found = conn.execute(
        select(table.c.order_key)
        .where(
            table.c.tenant == tenant,
            table.c.card == card,
            table.c.rate_at >= since,
            table.c.rate_at < until,
            table.c.state != "moved",
        )
        .distinct()
        .order_by(table.c.order_key)
    )
    return list(found.scalars())


def store_bookings(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """New bookings; one that was moved away before and comes back is written over."""
    fresh = set(insert_new(conn, settlement_bookings, rows, _BOOKING))
    if len(fresh) == len(rows):
        return
    again = [row for row in rows if tuple(row[name] for name in _BOOKING) not in fresh]
    update_many(conn, settlement_bookings, again, _BOOKING)


def save_bookings(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    update_many(conn, settlement_bookings, rows, _BOOKING)


def take_due(conn: Connection, now: datetime, limit: int) -> list[tuple[str, str]]:
    """(tenant, order) of estimated bookings that are earned by now; each is given once."""
    table = settlement_bookings
    due = (
        (table.c.state == "estimated") & table.c.due_asked_at.is_(None) & (table.c.earned_at <= now)
    )
    found = conn.execute(
        all_tenants(
            select(table.c.tenant, table.c.order_key)
            .where(due)
            .order_by(table.c.earned_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()
    pairs = list(dict.fromkeys((row.tenant, row.order_key) for row in found))
    for tenant in {pair[0] for pair in pairs}:
        orders = [order for whose, order in pairs if whose == tenant]
        conn.execute(
            table.update()
            .where(table.c.tenant == tenant, among(table.c.order_key, orders), due)
            .values(due_asked_at=now)
        )
    return pairs


@kept_in_memory
def refunds_of(conn: Connection, tenant: str, orders: Iterable[str]) -> list[Any]:
    table = settlement_refunds
    return list(
        conn.execute(
            select(table)
            .where(table.c.tenant == tenant, among(table.c.order_key, set(orders)))
            .order_by(table.c.kept_at, table.c.refund)
        )
    )


def store_refunds(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refunds as they are now, kept or applied."""
    key = ("tenant", "order_key", "refund")
    fresh = set(insert_new(conn, settlement_refunds, rows, key))
    kept = [row for row in rows if tuple(row[name] for name in key) not in fresh]
    update_many(conn, settlement_refunds, kept, key)


def take_overdue_refunds(conn: Connection, before: datetime, now: datetime) -> list[Any]:
    """Refunds kept since before that moment whose order never came; each is given once."""
    table = settlement_refunds
    waits = (table.c.status == "kept") & table.c.told_at.is_(None) & (table.c.kept_at < before)
    return list(
        conn.execute(
            all_tenants(
                table.update()
                .where(waits)
                .values(told_at=now)
                .returning(table.c.tenant, table.c.order_key, table.c.refund)
            )
        )
    )


def store_exceptions(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Lines without a rate and excluded ones; returns the keys that are new."""
    return insert_new(conn, settlement_exceptions, rows, _EXCEPTION)


def drop_exceptions(conn: Connection, tenant: str, orders: Iterable[str]) -> None:
    """What was wrong with these orders is looked at anew."""
    table = settlement_exceptions
    conn.execute(
        table.delete().where(table.c.tenant == tenant, among(table.c.order_key, set(orders)))
    )


def list_exceptions(
    conn: Connection, tenant: str, *, kind: str | None = None, limit: int = 200
) -> list[Any]:
    """Newest first."""
    table = settlement_exceptions
    where = [table.c.tenant == tenant]
    if kind is not None:
        where.append(table.c.kind == kind)
    order = (table.c.at.desc(), *(table.c[name] for name in _EXCEPTION))
    return list(conn.execute(select(table).where(*where).order_by(*order).limit(limit)))


def count_excluded(conn: Connection, tenant: str, since: datetime, until: datetime) -> list[Any]:
    """(card, term, kind, name, lines) of a range: the report numbers what was left out."""
    table = settlement_exceptions
    return list(
        conn.execute(
            select(
                table.c.card, table.c.term, table.c.kind, table.c.name, func.count().label("lines")
            )
            .where(table.c.tenant == tenant, table.c.at >= since, table.c.at < until)
            .group_by(table.c.card, table.c.term, table.c.kind, table.c.name)
            .order_by(table.c.card, table.c.term, table.c.kind, table.c.name)
        )
    )


@kept_in_memory
def exceptions_of(conn: Connection, tenant: str, orders: Iterable[str]) -> list[Any]:
    table = settlement_exceptions
    return list(
        conn.execute(
            select(table).where(table.c.tenant == tenant, among(table.c.order_key, set(orders)))
        )
    )


@kept_in_memory
def has_due(conn: Connection, now: datetime) -> bool:
    """Whether anything is earned by now that nobody has asked for."""
    table = settlement_bookings
    due = (table.c.state == "estimated") & table.c.due_asked_at.is_(None)
    asked = select(table.c.order_key).where(due, table.c.earned_at <= now).limit(1)
    return conn.execute(all_tenants(asked)).first() is not None


@kept_in_memory
def earned_next(conn: Connection, limit: int) -> Sequence[Any]:
    """(earned_at, order_key) of the lines of which nobody has asked yet, in order of time."""
    table = settlement_bookings
    return conn.execute(
        all_tenants(
            select(table.c.earned_at, table.c.order_key)
            .where(
                table.c.state == "estimated",
                table.c.due_asked_at.is_(None),
                table.c.earned_at.is_not(None),
            )
            .order_by(table.c.earned_at)
            .limit(limit)
        )
    ).all()


def has_overdue_refunds(conn: Connection, before: datetime) -> bool:
    table = settlement_refunds
    waits = (table.c.status == "kept") & table.c.told_at.is_(None) & (table.c.kept_at < before)
    return (
        conn.execute(all_tenants(select(table.c.refund).where(waits).limit(1))).first() is not None
    )

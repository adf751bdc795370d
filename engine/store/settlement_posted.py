"""What was posted, for sums and for joins with bookings: rows and sheets alike, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Subquery,
    Text,
    and_,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.settlement_bookings import settlement_bookings
from engine.store.settlement_entries import ALIKE, settlement_entries
from engine.store.settlement_sheets import KIND, settlement_sheets, unfolded


def posted_lines(
    conn: Connection, tenant: str, account: str, orders: Iterable[str]
) -> set[tuple[str, str, str]]:
    """(sub, order, line) of the lines of these orders that are posted in an account."""
    table = each_line(conn, tenant)
    found = conn.execute(
        select(table.c.sub, table.c.order_key, table.c.line).where(
            table.c.account == account,
            table.c.kind == KIND,
            among(table.c.order_key, set(orders)),
        )
    )
    return {(sub, order, line) for sub, order, line in found}


def heads(tenant: str) -> Subquery:
    """Rows and sheets alike: `size` entries that come to `minor` together."""
    rows, sheets = settlement_entries, settlement_sheets
    return union_all(
        select(
            *(rows.c[name] for name in ALIKE), rows.c.kind, literal(1, BigInteger).label("size")
        ).where(rows.c.tenant == tenant),
        select(
            *(sheets.c[name] for name in ALIKE), literal(KIND).label("kind"), sheets.c.size
        ).where(sheets.c.tenant == tenant),
    ).subquery("heads")


def each_line(conn: Connection, tenant: str) -> Subquery:
    """Every entry with its order, line and amount, also those in sheets."""
    rows, sheets = settlement_entries, settlement_sheets
    is_postgres = conn.dialect.name == "postgresql"
    opened = func.json_array_elements if is_postgres else func.json_each
    line = opened(sheets.c.lines).table_valued("value", name="of_sheet")

    def member(at: int) -> Any:
        if is_postgres:
            return line.c.value.op("->>")(literal_column(str(at)))
        return func.json_extract(line.c.value, f"$[{at}]")

    alike = [name for name in ALIKE if name != "minor"]
    return union_all(
        select(
            *(rows.c[name] for name in alike), rows.c.kind, rows.c.order_key, rows.c.line,
            rows.c.minor,
        ).where(rows.c.tenant == tenant),
        select(
            *(sheets.c[name] for name in alike), literal(KIND).label("kind"),
            cast(member(0), Text).label("order_key"), cast(member(1), Text).label("line"),
            cast(member(2), BigInteger).label("minor"),
        )
        .select_from(sheets.join(line, true()))
        .where(sheets.c.tenant == tenant),
    ).subquery("each_line")  # fmt: skip


def parties_in(conn: Connection, tenant: str, period: str) -> list[str]:
    """Everybody but the brand whose money moved in a period."""
    found: set[str] = set()
    for table in (settlement_entries, settlement_sheets):
        for side in (table.c.to_account, table.c.from_account):
            asked = select(side).where(
                table.c.tenant == tenant, table.c.posted_in == period, side != "brand"
            )
            found |= set(conn.execute(asked.distinct()).scalars())
    return sorted(found)


def sums_by(conn: Connection, tenant: str, account: str) -> tuple[int, int]:
    """(minor of all entries of an account, how many): what must be its state's."""
    table = heads(tenant)
    row = conn.execute(
        select(
            func.coalesce(func.sum(table.c.minor), 0), func.coalesce(func.sum(table.c.size), 0)
        ).where(table.c.account == account)
    ).one()
    return int(row[0]), int(row[1])


def currencies_in(conn: Connection, tenant: str, party: str, period: str) -> list[str]:
    """The currencies a party's money of a period is in."""
    table = heads(tenant)
    found = conn.execute(
        select(table.c.currency)
        .where(
            (table.c.to_account == party) | (table.c.from_account == party),
            table.c.posted_in == period,
        )
        .distinct()
        .order_by(table.c.currency)
    )
    return list(found.scalars())


def entries_of_bookings(conn: Connection, tenant: str, where: Collection[Any]) -> Iterator[Any]:
    """The entries of bookings that fulfil conditions on their table."""
    table, booked = settlement_entries, settlement_bookings
    names = ("order_key", "line", "account", "sub")
    rows = conn.execute(
        select(table)
        .select_from(booked.join(table, and_(*(table.c[name] == booked.c[name] for name in names))))
        .where(table.c.tenant == tenant, *where)
    )
    yield from rows
    heads_of = settlement_sheets.c
    sheets = conn.execute(
        select(settlement_sheets).where(
            heads_of.tenant == tenant,
            select(booked.c.line)
            .where(booked.c.account == heads_of.account, booked.c.sub == heads_of.sub, *where)
            .exists(),
        )
    ).all()
    if not sheets:
        return
    asked = select(*(booked.c[name] for name in names)).where(booked.c.in_bulk.is_(True), *where)
    lines = {tuple(row) for row in conn.execute(asked)}
    for one in unfolded(sheets):
        if (one.order_key, one.line, one.account, one.sub) in lines:
            yield one

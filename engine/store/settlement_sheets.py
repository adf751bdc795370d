"""Sheets of the ledger: entries of one account part that were posted together in bulk.

The entries of a month differ in order, line and figures alone. A sheet holds many of them in one
row: what is alike stands once, what is not in `lines`. It is a form of storage, no summary:
`unfold` makes of it the very entries that would have had a row each, with all their figures. Sums
read sheets as they are; what joins orders reads `lines` by SQL (settlement_entries.py).

A sheet changes its state only as a whole. An entry that goes a way of its own takes its whole sheet
into rows first (`lift`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import DDL, Column, Index, Table, Text, event, select, text
from sqlalchemy.engine import Connection

from engine.settlement.ladder import Run, Span
from engine.settlement.money import UNIT
from engine.store.among import among
from engine.store.db import Json, Moment, Whole, metadata
from engine.store.settlement_bookings import settlement_bookings as bookings

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # as PostgreSQL counts
KIND = "order"  # of all entries in sheets
MOST = 1_000  # entries in one: who looks for an order reads all of them

_NOT_BRAND = {name: text(f"{name} <> 'brand'") for name in ("from_account", "to_account")}
settlement_sheets = Table(
    "settlement_sheets",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("key", Text, primary_key=True),  # what the effect keys of its entries begin with
    Column("account", Text, nullable=False),
    Column("sub", Text, nullable=False),
    Column("from_account", Text, nullable=False),
    Column("to_account", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("earned_in", Text, nullable=False),
    Column("posted_in", Text, nullable=False),
    Column("version", Whole, nullable=False),  # of the card
    Column("since", Moment, nullable=False),  # the dates of the first line's rate and the last's
    Column("until", Moment, nullable=False),
    Column("size", Whole, nullable=False),
    Column("minor", Whole, nullable=False),  # of all its entries
    Column("before", Json, nullable=False),  # [amount, number, rest] before the first of them
    Column("spans", Json, nullable=False),  # of neighbours explained alike: see `_span`
    Column("lines", Json, nullable=False),  # [order, line, minor, base, units, fine] of each
    Column("posted_at", Moment, nullable=False),
    Index("ix_settlement_sheets_tenant_account", "tenant", "account"),
    *(
        Index(
            f"ix_settlement_sheets_{name.partition('_')[0]}",
            name,
            "posted_in",
            "tenant",
            postgresql_where=where,
            sqlite_where=where,
        )
        for name, where in _NOT_BRAND.items()
    ),
)
# Packing `lines` tighter would take PostgreSQL three times as long as storing them.
_AS_IT_IS = DDL("ALTER TABLE settlement_sheets ALTER COLUMN lines SET STORAGE EXTERNAL")  # type: ignore[no-untyped-call]
event.listen(settlement_sheets, "after_create", _AS_IT_IS.execute_if(dialect="postgresql"))


class Slot(NamedTuple):
    """What many entries of one account part have alike."""

    from_account: str
    to_account: str
    currency: str
    state: str
    earned_in: str
    posted_in: str
    version: int


class EntryRow(NamedTuple):
    """A row of the ledger, as it is read of a sheet."""

    tenant: str
    key: str
    account: str
    sub: str
    kind: str
    order_key: str
    line: str
    from_account: str
    to_account: str
    minor: int
    currency: str
    state: str
    earned_in: str
    posted_in: str
    figures: list[Any]
    posted_at: datetime

    @property
    def _mapping(self) -> dict[str, Any]:
        return self._asdict()


def entry_key(sheet: str, index: int) -> str:
    """The effect key of an entry of a sheet: keys of one sheet lie together and in order."""
    return f"{sheet}/{index:04d}"


def sheet_of(key: str) -> str:
    """The sheet an entry would be in by its key."""
    return key.rpartition("/")[0]


def unfold(sheet: Any) -> Iterator[EntryRow]:
    """The entries of a sheet; the totals before each follow from those before the first."""
    amount, number, rest = sheet.before
    spans = iter(sheet.spans)
    stop, alike = 0, []
    for index, (order, line, minor, base, units, fine) in enumerate(sheet.lines):
        if index == stop:
            stop, *alike = next(spans)
        if len(alike) == 1:
            said = alike[0]
        else:
            code, tier, price, axis = alike
            said = [[code, tier, units if axis else base, price]]
        figures = [sheet.version, base, units, amount, number, fine, rest, said]
        yield EntryRow(
            sheet.tenant, entry_key(sheet.key, index), sheet.account, sheet.sub, KIND, order, line,
            sheet.from_account, sheet.to_account, minor, sheet.currency, sheet.state,
            sheet.earned_in, sheet.posted_in, figures, sheet.posted_at,
        )  # fmt: skip
        amount, number, rest = amount + base, number + units, rest + fine - minor * UNIT


def unfolded(sheets: Iterable[Any]) -> Iterator[EntryRow]:
    """The entries of several."""
    for sheet in sheets:
        yield from unfold(sheet)


def fold(
    alike: Mapping[str, Any],
    stem: str,
    slots: Iterable[tuple[int, int, Slot]],
    orders: Sequence[str],
    names: Sequence[str],
    dates: Sequence[int],
    run: Run,
    most: int = MOST,
) -> Iterator[dict[str, Any]]:
    """The sheets of one account part's run in order of payment, as rows.

    alike    tenant, account, sub, posted_at
    stem     what their keys begin with; no two runs may have the same
    slots    what neighbours [start, stop) have alike
    dates    of each line's rate, in microseconds since EPOCH
    most     entries in one sheet
    """
    ends = [span.stop for span in run.spans]
    rest, at = run.rest, 0
    for first, last, slot in slots:
        for start in range(first, last, most):
            stop = min(start + most, last)
            rest += sum(run.fines[at:start]) - sum(run.minors[at:start]) * UNIT
            at = start
            minors = run.minors[start:stop]
            lines = zip(
                orders[start:stop], names[start:stop], minors, run.bases[start:stop],
                run.units[start:stop], run.fines[start:stop], strict=True,
            )  # fmt: skip
            spans = run.spans[bisect_right(ends, start) : bisect_left(ends, stop) + 1]
            yield {
                **alike,
                **slot._asdict(),
                "key": f"{stem}{start:07d}",
                "since": EPOCH + timedelta(microseconds=dates[start]),
                "until": EPOCH + timedelta(microseconds=dates[stop - 1]),
                "size": stop - start,
                "minor": sum(minors),
                "before": [run.amounts[start], run.numbers[start], rest],
                "spans": [_span(one, start, stop) for one in spans],
                "lines": list(lines),
            }


def sheets_with(conn: Connection, tenant: str, keys: Iterable[str]) -> list[Any]:
    """Sheets that have one of these effect keys, by key."""
    return _load(conn, tenant, {sheet_of(key) for key in keys} - {""})


def sheets_of_orders(conn: Connection, tenant: str, orders: Iterable[str]) -> list[Any]:
    """Sheets with a line of one of these orders, and perhaps a few others beside them."""
    table = settlement_sheets
    found = conn.execute(
        select(bookings.c.account, bookings.c.sub, bookings.c.rate_at).where(
            bookings.c.tenant == tenant,
            among(bookings.c.order_key, set(orders)),
            bookings.c.in_bulk.is_(True),
        )
    ).all()
    if not found:
        return []
    dates: dict[tuple[str, str], list[datetime]] = {}
    for account, sub, at in found:
        dates.setdefault((account, sub), []).append(at)
    heads = conn.execute(
        select(table.c.key, table.c.account, table.c.sub, table.c.since, table.c.until).where(
            table.c.tenant == tenant, among(table.c.account, {account for account, _ in dates})
        )
    )
    keys = [
        row.key
        for row in heads
        if any(row.since <= at <= row.until for at in dates.get((row.account, row.sub), ()))
    ]
    return _load(conn, tenant, keys)


def _load(conn: Connection, tenant: str, keys: Collection[str]) -> list[Any]:
    table = settlement_sheets
    if not keys:
        return []
    asked = select(table).where(table.c.tenant == tenant, among(table.c.key, keys))
    return list(conn.execute(asked.order_by(table.c.key)))


def _span(span: Span, start: int, stop: int) -> list[Any]:
    """[where it ends, code, tier, price, axis], or [where it ends, the lines of a single entry]."""
    end = min(span.stop, stop) - start
    if span.said is not None:
        return [end, span.said]
    return [end, span.code, span.tier, span.price, span.axis]

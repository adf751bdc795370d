"""A month in bulk: what was booked and not posted yet, read and written party by party.

Lines come in slices in order of payment, so that a party of any size takes no more memory. On
PostgreSQL entries go in by COPY; on SQLite by the usual bulk insert.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from psycopg import OperationalError as DriverFault
from sqlalchemy import Column, Table, Text, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from engine.settlement.ladder import Run, Span
from engine.store.among import among
from engine.store.db import Moment, dump_json, metadata, moment_text
from engine.store.settlement_accounts import ENTRY_COLUMNS, store_entries
from engine.store.settlement_bookings import settlement_bookings as bookings

SLICE = 50_000

settlement_unposted = Table(
    "settlement_unposted",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("noted_at", Moment, nullable=False),
)


class Line(NamedTuple):
    """A booked line. `day` it is earned on (its ordinal) is None where that is not yet.

    beside    (version, period kind, zone, other account) as one text: few differ, many are read
    """

    account: str
    sub: str
    order: str
    line: str
    base: int
    number: int
    day: int | None
    beside: str
    currency: str
    campaign: str | None
    platform: str
    shop: str


_NEEDS_ESCAPE = re.compile(r"[\\\t\n\r]")
_SEPARATOR = "\x1f"  # no version, kind or zone has it; the other account comes last
_FACTS = ("currency", "campaign", "platform", "shop")
_READ = """
SELECT account, sub, order_key, line, base, count,
       CASE WHEN earned_at <= %s THEN (earned_at AT TIME ZONE zone)::date - DATE '0001-01-01' + 1 END,
       concat_ws(chr(31), version, period_kind, zone, other){facts}
FROM settlement_bookings
WHERE tenant = %s AND account = ANY(%s) AND in_bulk AND state <> 'moved'
ORDER BY rate_at, order_key, line, sub
"""  # noqa: E501


def read_beside(beside: str) -> tuple[int, str, str, str]:
    """(version, period kind, zone, other account)."""
    version, kind, zone, other = beside.split(_SEPARATOR, 3)
    return int(version), kind, zone, other


def note_unposted(conn: Connection, tenant: str, accounts: Iterable[str], now: datetime) -> None:
    """Accounts whose bookings the next bulk posting takes.

    A note that is there is written again: so it waits for a job that is about to drop it, and
    stands afterwards.
    """
    said = now if conn.dialect.name == "postgresql" else moment_text(now)
    rows = [{"tenant": tenant, "account": name, "at": said} for name in sorted(set(accounts))]
    if rows:
        conn.execute(_NOTE, rows)


_NOTE = text(
    "INSERT INTO settlement_unposted (tenant, account, noted_at) VALUES (:tenant, :account, :at) "
    "ON CONFLICT (tenant, account) DO UPDATE SET noted_at = excluded.noted_at"
)


def unposted(conn: Connection, tenant: str) -> list[str]:
    """All such accounts, a party's together."""
    table = settlement_unposted
    found = conn.execute(
        select(table.c.account).where(table.c.tenant == tenant).order_by(table.c.account)
    )
    return list(found.scalars())


def hold_unposted(conn: Connection, tenant: str, accounts: Iterable[str]) -> list[str]:
    """Those of these accounts that still wait, held until the transaction ends: no two jobs post
    the same lines, and what is booked meanwhile is noted anew.
    """
    table = settlement_unposted
    found = conn.execute(
        select(table.c.account)
        .where(table.c.tenant == tenant, among(table.c.account, list(accounts)))
        .order_by(table.c.account)
        .with_for_update()
    )
    return list(found.scalars())


def drop_unposted(conn: Connection, tenant: str, accounts: Iterable[str]) -> None:
    table = settlement_unposted
    conn.execute(
        table.delete().where(table.c.tenant == tenant, among(table.c.account, list(accounts)))
    )


def booked_lines(
    conn: Connection,
    tenant: str,
    accounts: Sequence[str],
    now: datetime,
    *,
    with_facts: bool = False,
    size: int = SLICE,
) -> Iterator[Sequence[Any]]:
    """Slices of the lines of these accounts in order of payment; each line as a `Line`, without its
    last four members unless `with_facts`.
    """
    if conn.dialect.name != "postgresql":
        rows = list(_lines_of(conn, tenant, accounts, now))
        for start in range(0, len(rows), size):
            yield rows[start : start + size]
        return
    query = _READ.format(facts=", " + ", ".join(_FACTS) if with_facts else "")
    with _driver():
        cursor: Any = conn.connection.cursor(name="booked_lines", binary=True)
        try:
            conn.exec_driver_sql("SET LOCAL work_mem = '64MB'")  # a slice is sorted in memory
            cursor.execute(query, (now, tenant, list(accounts)))
            while rows := cursor.fetchmany(size):
                yield rows
        finally:
            cursor.close()


def _lines_of(
    conn: Connection, tenant: str, accounts: Sequence[str], now: datetime
) -> Iterator[Line]:
    table = bookings.c
    found = conn.execute(
        select(bookings)
        .where(
            table.tenant == tenant,
            among(table.account, list(accounts)),
            table.in_bulk.is_(True),
            table.state != "moved",
        )
        .order_by(table.rate_at, table.order_key, table.line, table.sub)
    )
    for row in found:
        is_earned = row.earned_at is not None and row.earned_at <= now
        day = row.earned_at.astimezone(ZoneInfo(row.zone)).date() if is_earned else None
        beside = _SEPARATOR.join((str(row.version), row.period_kind, row.zone, row.other))
        named = row._mapping
        yield Line(
            row.account, row.sub, row.order_key, row.line, row.base, named["count"],
            date.toordinal(day) if day else None, beside, *(named[name] for name in _FACTS),
        )  # fmt: skip


class Slot(NamedTuple):
    """What many entries of one account part have alike."""

    from_account: str
    to_account: str
    currency: str
    state: str
    earned_in: str
    posted_in: str
    version: int


class EntrySheet:
    """Entries on their way into the ledger, a slice at a time.

    `put` takes entries (tuples of entry.py), `put_run` the bare figures of one account part; both
    store the same rows.
    """

    def __init__(self, conn: Connection, tenant: str, now: datetime) -> None:
        self.conn, self.tenant, self.now = conn, tenant, now
        self.is_copied = conn.dialect.name == "postgresql"
        self.at = moment_text(now)
        self.texts: list[str] = []
        self.rows: list[dict[str, Any]] = []
        self.count = 0

    def put(self, entries: Sequence[Any], settled: Mapping[str, str]) -> None:
        """`settled` names states other than their own by key."""
        self.count += len(entries)
        for one in entries:
            row = dict(zip(ENTRY_COLUMNS, (self.tenant, *one, self.now), strict=True))
            row["state"] = settled.get(one[0], row["state"])
            if self.is_copied:
                *fields, figures, _ = row.values()
                written = (*map(str, fields), dump_json(figures))
                self.texts.append("\t".join((*map(_escaped, written), self.at)) + "\n")
            else:
                self.rows.append(row)

    def put_run(
        self,
        account: str,
        sub: str,
        prefix: str,
        orders: Sequence[str],
        names: Sequence[str],
        run: Run,
        slots: Sequence[tuple[int, int, Slot]],
    ) -> None:
        """Orders of one account part: what their keys begin with, orders and lines, what ladder.py
        says each came to, and what neighbours [start, stop) have alike.
        """
        if not self.is_copied:
            said = zip(orders, names, run.minors, *run[1:7], run.lines(), strict=False)
            entries = [
                (
                    entry_key(prefix, order, name), account, sub, "order", order, name,
                    slot.from_account, slot.to_account, minor, slot.currency, slot.state,
                    slot.earned_in, slot.posted_in, (slot.version, *figures),
                )
                for start, stop, slot in slots
                for order, name, minor, *figures in islice(said, stop - start)
            ]  # fmt: skip
            self.put(entries, {})
            return
        self.count += len(orders)
        sizes = list(map(len, orders))
        if _NEEDS_ESCAPE.search("".join(orders)) or _NEEDS_ESCAPE.search("".join(names)):
            orders, names = list(map(_escaped, orders)), list(map(_escaped, names))
        head = f"{_escaped(self.tenant)}\t{_escaped(prefix)}"
        middle = f"\t{_escaped(account)}\t{_escaped(sub)}\torder\t"
        columns = (sizes, orders, names, run.minors, *run[1:7])
        for start, stop, slot, span in _pieces(slots, run.spans):
            rows = zip(*(column[start:stop] for column in columns), strict=True)
            counted = (run.units if span.axis else run.bases)[start:stop]
            texts = _texts(head, middle, f"]\t{self.at}\n", slot, span, rows, counted)
            self.texts.append("".join(texts))

    def write(self) -> None:
        """Stores what was put so far."""
        if self.rows:
            store_entries(self.conn, self.rows)
        if self.texts:
            names = ", ".join(ENTRY_COLUMNS)
            cursor: Any = self.conn.connection.cursor()
            with _driver(), cursor.copy(f"COPY settlement_entries ({names}) FROM STDIN") as copy:
                for written in self.texts:
                    copy.write(written)
            cursor.close()
        self.rows, self.texts = [], []


def entry_key(prefix: str, order: str, line: str) -> str:
    """The effect key of an entry: with the order's length, so that no two orders share one."""
    return f"{prefix}{len(order)}/{order}/{line}"


def _pieces(
    slots: Sequence[tuple[int, int, Slot]], spans: Sequence[Span]
) -> Iterator[tuple[int, int, Slot, Span]]:
    """Neighbours alike in both."""
    at = 0
    for start, stop, slot in slots:
        while start < stop:
            span = spans[at]
            end = min(stop, span.stop)
            yield start, end, slot, span
            at, start = at + (end == span.stop), end


def _texts(
    head: str,
    middle: str,
    tail: str,
    slot: Slot,
    span: Span,
    rows: Iterable[tuple[Any, ...]],
    counted: Iterable[Any],
) -> list[str]:
    """Rows as COPY reads them, of neighbours that are alike but for their figures.

    This runs once for every order line of a month: one formatted text for each.
    """
    from_, to, currency, state, earned, posted, version = slot
    before, after = f',[["{span.code}",{span.tier},', f",{span.price}]]{tail}"
    if span.said is not None:
        before, counted, after = ",", [_escaped(dump_json(span.said))], tail
    sides = f"\t{_escaped(from_)}\t{_escaped(to)}\t"
    dated = f"\t{currency}\t{state}\t{_escaped(earned)}\t{_escaped(posted)}\t[{version},"
    return [
        f"{head}{size}/{order}/{line}{middle}{order}\t{line}{sides}{minor}{dated}{base},{units},"
        f"{amount},{number},{fine},{rest}{before}{what}{after}"
        for (size, order, line, minor, base, units, amount, number, fine, rest), what in zip(
            rows, counted, strict=True
        )
    ]


def _escaped(value: str) -> str:
    """A text as COPY reads it."""
    return (
        value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    )


@contextmanager
def _driver() -> Iterator[None]:
    """What the driver is asked without SQLAlchemy; its faults are those of the database too."""
    try:
        yield
    except DriverFault as fault:
        raise OperationalError("COPY", None, fault) from fault

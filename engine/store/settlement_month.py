"""A month in bulk: what was booked and not posted yet, read and written party by party.

Lines come in slices in order of payment, so that a party of any size takes no more memory. On
PostgreSQL entries go in by COPY; on SQLite by the usual bulk insert.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from psycopg import OperationalError as DriverFault
from sqlalchemy import Column, Table, Text, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

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
        cursor: Any = conn.connection.cursor(name="booked_lines")
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
        keys: Sequence[str],
        lines: Sequence[Any],
        steps: Sequence[Any],
        slots: Sequence[Slot],
    ) -> None:
        """Orders of one account part: keys, booked lines, what posting.py says each came to, and
        what it has alike with others.
        """
        if not self.is_copied:
            entries = [
                (
                    key, account, sub, "order", line[2], line[3], slot.from_account,
                    slot.to_account, step[0], slot.currency, slot.state, slot.earned_in,
                    slot.posted_in, (slot.version, *step[1:]),
                )
                for key, line, step, slot in zip(keys, lines, steps, slots, strict=True)
            ]  # fmt: skip
            self.put(entries, {})
            return
        self.count += len(keys)
        names = [(line[2], line[3]) for line in lines]
        written = self._text(account, sub, keys, names, steps, slots)
        if (
            "\\" in written
            or "\r" in written
            or written.count("\t") != len(keys) * (len(ENTRY_COLUMNS) - 1)
            or written.count("\n") != len(keys)
        ):
            keys = [_escaped(key) for key in keys]
            names = [(_escaped(order), _escaped(line)) for order, line in names]
            written = self._text(account, sub, keys, names, steps, slots)
        self.texts.append(written)

    def _text(
        self,
        account: str,
        sub: str,
        keys: Sequence[str],
        names: Sequence[tuple[str, str]],
        steps: Sequence[Any],
        slots: Sequence[Slot],
    ) -> str:
        """The rows as COPY reads them; keys and names are escaped where they have to be."""
        head = f"{_escaped(self.tenant)}\t"
        middle = f"\t{_escaped(account)}\t{_escaped(sub)}\torder\t"
        tail = f"]\t{self.at}\n"
        made: list[str] = []
        append = made.append
        known: Slot | None = None
        for key, (order, line), step, slot in zip(keys, names, steps, slots, strict=True):
            if slot is not known:
                known, (sides, dated) = slot, _slot_texts(slot)
            minor, base, units, amount, number, fine, rest, why = step
            if len(why) == 1 and len(why[0]) == 4:
                code, tier, quantity, price = why[0]
                said = f'[["{code}",{tier},{quantity},{price}]]'
            else:
                said = dump_json(why)
            append(
                f"{head}{key}{middle}{order}\t{line}\t{sides}{minor}{dated}{base},{units},{amount},"
                f"{number},{fine},{rest},{said}{tail}"
            )
        return "".join(made)

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


def _slot_texts(slot: Slot) -> tuple[str, str]:
    from_, to, currency, state, earned, posted, version = slot
    sides = f"{_escaped(from_)}\t{_escaped(to)}\t"
    return sides, f"\t{currency}\t{state}\t{_escaped(earned)}\t{_escaped(posted)}\t[{version},"


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

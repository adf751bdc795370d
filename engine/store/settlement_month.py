"""A month in bulk: what was booked and not posted yet, read account by account, column by column.

PostgreSQL puts the columns of an account together, so that neither side handles a million rows.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import chain, pairwise
from operator import lt
from typing import Any, NamedTuple

from psycopg import OperationalError as DriverFault
from sqlalchemy import Column, Table, Text, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from engine.store.among import among
from engine.store.db import Moment, Whole, metadata, moment_text
from engine.store.settlement_bookings import settlement_bookings as bookings
from engine.store.settlement_sheets import EPOCH

NEVER = 2**63 - 1  # PostgreSQL's infinity
_MICROSECOND = timedelta(microseconds=1)

settlement_unposted = Table(
    "settlement_unposted",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("noted_at", Moment, nullable=False),
    Column("lines", Whole, nullable=False, server_default="0"),  # that wait, about
)


class Beside(NamedTuple):
    """What few lines of one account part differ in."""

    version: int
    period_kind: str
    zone: str
    other: str


class Facts(NamedTuple):
    """What budgets look at."""

    campaign: str | None
    platform: str
    shop: str


class Lines(NamedTuple):
    """Booked lines of one account, column by column in order of payment.

    rated, earned  microseconds since EPOCH; NEVER where nobody knows when it is earned
    facts    only where they were asked for
    """

    account: str
    subs: Sequence[str]
    orders: Sequence[str]
    names: Sequence[str]
    bases: Sequence[int]
    units: Sequence[int]
    rated: Sequence[int]
    earned: Sequence[int]
    besides: Sequence[Beside]
    facts: Sequence[Facts]

    def only(self, kept: Sequence[int]) -> Lines:
        """Those at these places, in that order."""
        columns = ([column[at] for at in kept] if column else [] for column in self[1:])
        return Lines._make((self.account, *columns))


def microseconds(at: datetime) -> int:
    """Since EPOCH."""
    return (at - EPOCH) // _MICROSECOND


def note_unposted(
    conn: Connection, tenant: str, accounts: Mapping[str, int], now: datetime
) -> None:
    """Accounts whose bookings the next bulk posting takes: {account: lines that came}.

    A note that is there is written again: so it waits for a job that is about to drop it, and
    stands afterwards.
    """
    said = now if conn.dialect.name == "postgresql" else moment_text(now)
    rows = [
        {"tenant": tenant, "account": name, "at": said, "lines": accounts[name]}
        for name in sorted(accounts)
    ]
    if rows:
        conn.execute(_NOTE, rows)


_NOTE = text(
    "INSERT INTO settlement_unposted (tenant, account, noted_at, lines) "
    "VALUES (:tenant, :account, :at, :lines) ON CONFLICT (tenant, account) DO UPDATE "
    "SET noted_at = excluded.noted_at, lines = settlement_unposted.lines + excluded.lines"
)


def unposted(conn: Connection, tenant: str) -> dict[str, int]:
    """{such account: lines}, a party's together."""
    table = settlement_unposted
    found = conn.execute(
        select(table.c.account, table.c.lines)
        .where(table.c.tenant == tenant)
        .order_by(table.c.account)
    )
    return {row.account: row.lines for row in found}


def hold_unposted(conn: Connection, tenant: str, accounts: Iterable[str]) -> dict[str, int]:
    """Those of these accounts that still wait, held until the transaction ends: no two jobs post
    the same lines, and what is booked meanwhile is noted anew.
    """
    table = settlement_unposted
    found = conn.execute(
        select(table.c.account, table.c.lines)
        .where(table.c.tenant == tenant, among(table.c.account, list(accounts)))
        .order_by(table.c.account)
        .with_for_update()
    )
    return {row.account: row.lines for row in found}


def drop_unposted(conn: Connection, tenant: str, accounts: Iterable[str]) -> None:
    table = settlement_unposted
    conn.execute(
        table.delete().where(table.c.tenant == tenant, among(table.c.account, list(accounts)))
    )


def booked_lines(
    conn: Connection,
    tenant: str,
    waiting: Mapping[str, int],
    *,
    with_facts: bool = False,
    at_once: int,
) -> Iterator[Iterator[Lines]]:
    """Slices of the lines of these accounts in order of payment, about `at_once` lines in each;
    a slice has each account once. All of one moment are in one slice.
    """
    accounts, parts = list(waiting), -(-sum(waiting.values()) // at_once)
    read = _read_columns if conn.dialect.name == "postgresql" else _read_rows
    cuts = [None, *(_cuts(conn, tenant, accounts, parts) if parts > 1 else ()), None]
    for since, until in pairwise(cuts):
        yield _accounts_of(read(conn, tenant, accounts, since, until, with_facts))


def _cuts(conn: Connection, tenant: str, accounts: Sequence[str], parts: int) -> list[datetime]:
    """Moments that cut the lines of some accounts into parts of one size."""
    if conn.dialect.name != "postgresql":
        asked = select(bookings.c.rate_at).where(*_waits(tenant, accounts))
        dates = sorted(conn.execute(asked).scalars())
        return sorted({dates[len(dates) * part // parts] for part in range(1, parts) if dates})
    shares = [part / parts for part in range(1, parts)]
    with _driver():
        found = _cursor(conn).execute(_CUT, (shares, tenant, list(accounts))).fetchone()
    return sorted(set(found[0] or ()))


_WAITS = "FROM settlement_bookings WHERE tenant = %s AND account = ANY(%s) AND in_bulk AND state <> 'moved'"  # noqa: E501
_CUT = f"SELECT percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY rate_at) {_WAITS}"
# Put together in memory; of the bookings only those of these accounts are looked at.
_PLANNED = {"work_mem": "'192MB'", "enable_seqscan": "off", "enable_indexscan": "off"}
_ALIKE = "account, sub, version, period_kind, zone, other"
_FACTS = "array_agg(campaign), array_agg(platform), array_agg(shop)"
# Whole numbers as the bytes they are sent in anyway: two thirds of what an array of them costs.
_COLUMNS = f"""
SELECT {_ALIKE}, array_agg(order_key), array_agg(line),
       string_agg(int8send(base), ''), string_agg(int8send(count), ''),
       string_agg(timestamptz_send(rate_at), ''),
       string_agg(timestamptz_send(coalesce(earned_at, 'infinity')), '')
       {{facts}} {_WAITS} {{within}} GROUP BY {_ALIKE}
"""


def _read_columns(
    conn: Connection,
    tenant: str,
    accounts: Sequence[str],
    since: datetime | None,
    until: datetime | None,
    with_facts: bool,
) -> Iterator[Lines]:
    """Lines of accounts in no order, those alike in `Beside` together."""
    values: list[Any] = [tenant, list(accounts)]
    within = ""
    for at, means in ((since, ">="), (until, "<")):
        if at is not None:
            within += f" AND rate_at {means} %s"
            values.append(at)
    query = _COLUMNS.format(facts=f", {_FACTS}" if with_facts else "", within=within)
    with _driver():
        for name, value in _PLANNED.items():
            conn.exec_driver_sql(f"SET LOCAL {name} = {value}")
        rows = _cursor(conn).execute(query, values).fetchall()
        for name in _PLANNED:
            conn.exec_driver_sql(f"SET LOCAL {name} TO DEFAULT")
    rows.reverse()
    while rows:  # what was given away is not kept
        account, sub, *rest = rows.pop()
        beside, columns, facts = rest[:4], rest[4:10], rest[10:]
        orders, names, bases, units, rated, earned = columns
        size = len(orders)
        yield Lines(
            account, [sub] * size, orders, names, _whole(bases), _whole(units), _whole(rated),
            _whole(earned), [Beside(*beside)] * size, [*map(Facts, *facts)] if facts else [],
        )  # fmt: skip


def _whole(sent: bytes) -> list[int]:
    found = array("q", sent)
    if sys.byteorder == "little":
        found.byteswap()
    return found.tolist()


def _read_rows(
    conn: Connection,
    tenant: str,
    accounts: Sequence[str],
    since: datetime | None,
    until: datetime | None,
    with_facts: bool,
) -> Iterator[Lines]:
    """The same where there are no arrays, line by line."""
    table = bookings.c
    where = [*_waits(tenant, accounts)]
    where += [table.rate_at >= since] if since is not None else []
    where += [table.rate_at < until] if until is not None else []
    for row in conn.execute(select(bookings).where(*where)):
        earned = NEVER if row.earned_at is None else microseconds(row.earned_at)
        yield Lines(
            row.account, [row.sub], [row.order_key], [row.line], [row.base],
            [row._mapping["count"]], [microseconds(row.rate_at)], [earned],
            [Beside(row.version, row.period_kind, row.zone, row.other)],
            [Facts(row.campaign, row.platform, row.shop)] if with_facts else [],
        )  # fmt: skip


def _waits(tenant: str, accounts: Sequence[str]) -> Iterator[Any]:
    yield bookings.c.tenant == tenant
    yield among(bookings.c.account, list(accounts))
    yield bookings.c.in_bulk.is_(True)
    yield bookings.c.state != "moved"


def _accounts_of(found: Iterable[Lines]) -> Iterator[Lines]:
    """Whole accounts, their lines in order of payment."""
    by_account: dict[str, list[Lines]] = {}
    for one in found:
        by_account.setdefault(one.account, []).append(one)
    for account in sorted(by_account):
        parts = by_account.pop(account)
        one = parts[0]
        if len(parts) > 1:
            columns = zip(*(part[1:] for part in parts), strict=True)
            one = Lines._make((account, *(list(chain.from_iterable(each)) for each in columns)))
        yield _in_order(one)


def _in_order(lines: Lines) -> Lines:
    """They mostly come so; then only looking is paid for."""
    rated = lines.rated
    if all(map(lt, rated, rated[1:])):
        return lines
    order = list(zip(rated, lines.orders, lines.names, lines.subs, strict=True))
    return lines.only(sorted(range(len(order)), key=order.__getitem__))


def _cursor(conn: Connection) -> Any:
    raw: Any = conn.connection
    return raw.cursor(binary=True)


@contextmanager
def _driver() -> Iterator[None]:
    """What the driver is asked without SQLAlchemy; its faults are those of the database too."""
    try:
        yield
    except DriverFault as fault:
        raise OperationalError("month", None, fault) from fault

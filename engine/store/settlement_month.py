"""A month in bulk: what was booked and not posted yet, read and written party by party.

On PostgreSQL entries go in by COPY, one text block per part of the month; on SQLite by the usual
bulk insert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import insert_new
from engine.store.db import Moment, dump_json, metadata, moment_text
from engine.store.settlement_accounts import ENTRY_COLUMNS, store_entries
from engine.store.settlement_bookings import settlement_bookings as bookings

settlement_unposted = Table(
    "settlement_unposted",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("noted_at", Moment, nullable=False),
)

_READ = """
SELECT account, sub, order_key, line, base, count, other, version, period_kind, zone,
       CASE WHEN earned_at <= %s THEN to_char(earned_at AT TIME ZONE zone, 'YYYY-MM-DD') END
FROM settlement_bookings
WHERE tenant = %s AND account = ANY(%s) AND in_bulk AND state <> 'moved'
"""


def note_unposted(conn: Connection, tenant: str, accounts: Iterable[str], now: datetime) -> None:
    """Accounts whose bookings the next bulk posting takes."""
    rows = [{"tenant": tenant, "account": name, "noted_at": now} for name in set(accounts)]
    insert_new(conn, settlement_unposted, rows, ("tenant", "account"))


def unposted(conn: Connection, tenant: str) -> list[str]:
    """All such accounts, a party's together."""
    table = settlement_unposted
    found = conn.execute(
        select(table.c.account).where(table.c.tenant == tenant).order_by(table.c.account)
    )
    return list(found.scalars())


def drop_unposted(conn: Connection, tenant: str, accounts: Iterable[str]) -> None:
    table = settlement_unposted
    conn.execute(
        table.delete().where(table.c.tenant == tenant, among(table.c.account, list(accounts)))
    )


def booked_lines(
    conn: Connection, tenant: str, accounts: Sequence[str], now: datetime
) -> Sequence[Any]:
    """(account, sub, order, line, base, count, other, version, period kind, zone, earned day) of
    these accounts; the day is None where the line is not earned by now.
    """
    if conn.dialect.name == "postgresql":
        cursor = conn.connection.cursor()
        try:
            cursor.execute(_READ, (now, tenant, list(accounts)))
            rows: Sequence[Any] = cursor.fetchall()
        finally:
            cursor.close()
        return rows
    names = (
        "account", "sub", "order_key", "line", "base", "count", "other", "version", "period_kind",
        "zone", "earned_at",
    )  # fmt: skip
    found = conn.execute(
        select(*(bookings.c[name] for name in names)).where(
            bookings.c.tenant == tenant,
            among(bookings.c.account, list(accounts)),
            bookings.c.in_bulk.is_(True),
            bookings.c.state != "moved",
        )
    )
    return [
        (
            *row[:-1],
            row.earned_at.astimezone(ZoneInfo(row.zone)).date().isoformat()
            if row.earned_at is not None and row.earned_at <= now
            else None,
        )
        for row in found
    ]


def copy_entries(
    conn: Connection, tenant: str, entries: Sequence[Any], now: datetime, settled: Mapping[str, str]
) -> None:
    """Entries (tuples of entry.py) in bulk; `settled` names states other than their own by key."""
    if conn.dialect.name != "postgresql":
        store_entries(conn, [_row(tenant, one, now, settled) for one in entries])
        return
    at = moment_text(now)
    head, tail = _escaped(tenant), f"\t{at}\n"
    made = []
    for one in entries:
        (key, account, sub, kind, order, line, from_, to, minor, currency, state, earned, posted,
         figured) = one  # fmt: skip
        state = settled.get(key, state) if settled else state
        text = (
            f"{key}\t{account}\t{sub}\t{kind}\t{order}\t{line}\t{from_}\t{to}\t{minor}\t{currency}"
            f"\t{state}\t{earned}\t{posted}"
        )
        figures = dump_json(figured)
        if text.count("\t") != 12 or "\\" in text or "\n" in text or "\r" in text:
            fields = (
                key, account, sub, kind, order, line, from_, to, str(minor), currency, state,
                earned, posted,
            )  # fmt: skip
            text = "\t".join(map(_escaped, fields))
        if "\\" in figures:
            figures = _escaped(figures)
        made.append(f"{head}\t{text}\t{figures}{tail}")
    cursor = conn.connection.cursor()
    try:
        names = ", ".join(ENTRY_COLUMNS)
        with cursor.copy(f"COPY settlement_entries ({names}) FROM STDIN") as copy:
            copy.write("".join(made))
    finally:
        cursor.close()


def _escaped(value: str) -> str:
    """A text as COPY reads it."""
    return (
        value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    )


def _row(tenant: str, one: Any, now: datetime, settled: Mapping[str, str]) -> dict[str, Any]:
    row = dict(zip(ENTRY_COLUMNS, (tenant, *one, now), strict=True))
    row["state"] = settled.get(one[0], row["state"])
    return row

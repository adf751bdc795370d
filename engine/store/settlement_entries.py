"""The ledger's entries: rows of their own, and sheets of what was posted in bulk.

Append only; what moves is their state. Most entries come one by one and have a row each
(`settlement_entries`); those of a month's job lie in sheets (settlement_sheets.py). Every function
here answers for both, as settlement_posted.py does for sums and joins: nobody else has to know
where an entry lies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Table,
    Text,
    cast,
    literal_column,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import update_many
from engine.store.copying import copy_many
from engine.store.db import Json, Moment, Whole, metadata
from engine.store.seam import kept_in_memory
from engine.store.settlement_sheets import (
    EntryRow,
    settlement_sheets,
    sheet_of,
    sheets_of_orders,
    sheets_with,
    unfold,
    unfolded,
)

_NOT_BRAND = {name: text(f"{name} <> 'brand'") for name in ("from_account", "to_account")}
_HAS_ORDER = text("order_key <> ''")
settlement_entries = Table(
    "settlement_entries",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("key", Text, primary_key=True),  # the effect key: sorts by when its cause came
    Column("account", Text, nullable=False),
    Column("sub", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("order_key", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("from_account", Text, nullable=False),
    Column("to_account", Text, nullable=False),
    Column("minor", Whole, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("earned_in", Text, nullable=False),
    Column("posted_in", Text, nullable=False),
    Column("figures", Json, nullable=False),
    Column("posted_at", Moment, nullable=False),
    # Nearly every entry has the brand on one side: the other side's index alone holds it.
    Index(
        "ix_settlement_entries_to",
        "to_account",
        "posted_in",
        "tenant",
        postgresql_where=_NOT_BRAND["to_account"],
        sqlite_where=_NOT_BRAND["to_account"],
    ),
    Index(
        "ix_settlement_entries_from",
        "from_account",
        "posted_in",
        "tenant",
        postgresql_where=_NOT_BRAND["from_account"],
        sqlite_where=_NOT_BRAND["from_account"],
    ),
    # Orders come in no order: a hash takes a third of what a tree takes to write. Entries without
    # an order would all lie in one place of it, so they are left out.
    Index(
        "ix_settlement_entries_order",
        "order_key",
        postgresql_using="hash",
        postgresql_where=_HAS_ORDER,
        sqlite_where=_HAS_ORDER,
    ),
)
ENTRY_COLUMNS = tuple(column.name for column in settlement_entries.c)
# What stands in the row of an entry and of a sheet alike.
ALIKE = (
    "tenant", "key", "account", "sub", "from_account", "to_account", "minor", "currency", "state",
    "earned_in", "posted_in", "posted_at",
)  # fmt: skip
# Of a sheet alone.
_FOLDED = ("version", "before", "spans", "lines")
_AT_ONCE = 20  # read ahead while a page is filled: a sheet has many entries


def store_entries(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """New entries, written with their account."""
    copy_many(conn, settlement_entries, rows)


def store_in_bulk(
    conn: Connection, rows: Sequence[Mapping[str, Any]], sheets: Sequence[Mapping[str, Any]]
) -> None:
    """Many new entries, as rows and as sheets."""
    copy_many(conn, settlement_entries, rows)
    copy_many(conn, settlement_sheets, sheets)


@kept_in_memory
def keys_there(conn: Connection, tenant: str, keys: Iterable[str]) -> set[str]:
    """Which of these effect keys were posted before, one by one."""
    wanted = list(keys)
    if not wanted:
        return set()
    table = settlement_entries
    found = conn.execute(
        select(table.c.key).where(table.c.tenant == tenant, among(table.c.key, wanted))
    )
    return set(found.scalars())


def move_entries(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """New states: rows of tenant, key, state, earned_in, posted_in."""
    for tenant in sorted({row["tenant"] for row in rows}):
        _lift(conn, tenant, [row["key"] for row in rows if row["tenant"] == tenant])
    update_many(conn, settlement_entries, rows, ("tenant", "key"))


def _lift(conn: Connection, tenant: str, keys: Iterable[str]) -> None:
    """Takes the sheets of these entries into rows: from now on each goes its own way."""
    table = settlement_sheets
    held = {row.key for row in sheets_with(conn, tenant, keys)}
    if not held:
        return
    taken = conn.execute(
        table.delete().where(table.c.tenant == tenant, among(table.c.key, held)).returning(*table.c)
    )
    rows = [entry._asdict() for sheet in taken for entry in unfold(sheet)]
    copy_many(conn, settlement_entries, rows)


def entries_of_orders(conn: Connection, tenant: str, orders: Iterable[str]) -> list[Any]:
    """All entries that name one of these orders."""
    table, wanted = settlement_entries, set(orders) - {""}
    sheets = sheets_of_orders(conn, tenant, wanted)
    rows = conn.execute(
        select(table)
        .where(
            table.c.tenant == tenant,
            among(table.c.order_key, wanted),
            _HAS_ORDER,  # so that its index serves
        )
        .order_by(table.c.key)
    )
    return _together(rows, (one for one in unfolded(sheets) if one.order_key in wanted))


def entries_by_key(conn: Connection, tenant: str, keys: Iterable[str]) -> list[Any]:
    table, wanted = settlement_entries, set(keys)
    sheets = sheets_with(conn, tenant, wanted)
    rows = conn.execute(select(table).where(table.c.tenant == tenant, among(table.c.key, wanted)))
    return _together(rows, (one for one in unfolded(sheets) if one.key in wanted))


def entries_since(conn: Connection, tenant: str, since: datetime) -> Iterator[Any]:
    """All entries posted from a moment on, in no order."""
    for table in (settlement_entries, settlement_sheets):
        found = conn.execute(
            select(table)
            .where(table.c.tenant == tenant, table.c.posted_at >= since)
            .execution_options(yield_per=_AT_ONCE)
        )
        yield from found if table is settlement_entries else unfolded(found)


def list_entries(
    conn: Connection,
    tenant: str,
    *,
    party: str | None = None,
    order: str | None = None,
    account: str | None = None,
    card: str | None = None,
    period: str | None = None,
    earned: str | None = None,
    state: str | None = None,
    before: str | None = None,
    limit: int | None = 100,
) -> list[Any]:
    """Newest first, before the key `before`; `party` is on either side, `period` posted in."""
    if account is not None:
        party = party or account.partition("|")[0] or None
    sheets = [] if order is None else sheets_of_orders(conn, tenant, [order])

    def where(table: Table) -> Iterator[Any]:
        if account is not None:
            yield table.c.account == account
        if order is not None and table is settlement_sheets:
            yield among(table.c.key, [row.key for row in sheets])
        elif order is not None:
            yield table.c.order_key == order
            yield _HAS_ORDER
        elif party is not None and party != "brand":
            yield (table.c.to_account == party) | (table.c.from_account == party)
        if card is not None:  # party|card.term|window|family
            yield table.c.account.contains(f"|{card}.", autoescape=True)
        for column, wanted in (
            (table.c.posted_in, period),
            (table.c.earned_in, earned),
            (table.c.state, state),
        ):
            if wanted is not None:
                yield column == wanted

    return newest_entries(conn, tenant, where, order=order, before=before, limit=limit)


def newest_entries(
    conn: Connection,
    tenant: str,
    where: Callable[[Table], Iterable[Any]],
    *,
    order: str | None = None,
    before: str | None = None,
    limit: int | None = None,
) -> list[Any]:
    """Entries that fulfil `where`, asked of rows and of sheets, from the last key on."""
    rows, sheets = settlement_entries, settlement_sheets
    alone = [name for name in ENTRY_COLUMNS if name not in ALIKE]
    conditions = [
        [table.c.tenant == tenant, *where(table)]
        + ([table.c.key < before] if before is not None else [])
        for table in (rows, sheets)
    ]
    # One statement: it sees each entry once, also while a sheet is being taken into rows.
    asked: Any = union_all(
        select(
            *(rows.c[name] for name in (*ALIKE, *alone)),
            *(_nothing(sheets.c[name]) for name in _FOLDED),
        ).where(*conditions[0]),
        select(
            *(sheets.c[name] for name in ALIKE),
            *(_nothing(rows.c[name]) for name in alone),
            *(sheets.c[name] for name in _FOLDED),
        ).where(*conditions[1]),
    ).order_by(literal_column("key").desc())
    if limit is not None:
        asked = asked.limit(limit).execution_options(yield_per=_AT_ONCE)
    found: list[Any] = []
    begun = sheet_of(before or "")  # the page before ended within it
    with conn.execute(asked) as result:
        for row in result:
            if row.lines is None:
                found.append(row)
            else:
                found += [
                    one
                    for one in reversed(list(unfold(row)))
                    if (before is None or row.key != begun or one.key < before)
                    and (order is None or one.order_key == order)
                ]
            if limit is not None and len(found) >= limit:
                return found[:limit]
    return found


def entry_of(row: Any) -> dict[str, Any]:
    """What was read of an entry, as it is stored."""
    return {name: getattr(row, name) for name in ENTRY_COLUMNS}


def settle_entries(
    conn: Connection, tenant: str, party: str, period: str, was: str, now_is: str
) -> int:
    """Moves all entries of a party's statement from one state to the next; how many rows and sheets
    that were.
    """
    count = 0
    for table in (settlement_sheets, settlement_entries):
        done = conn.execute(
            table.update()
            .where(
                table.c.tenant == tenant,
                (table.c.to_account == party) | (table.c.from_account == party),
                table.c.posted_in == period,
                table.c.state == was,
            )
            .values(state=now_is)
        )
        count += done.rowcount
    return count


def _nothing(column: Column[Any]) -> Any:
    return cast(null(), column.type).label(column.name)


def _together(rows: Iterable[Any], unfolded: Iterable[EntryRow]) -> list[Any]:
    """By key; an entry whose sheet was taken into rows between two looks stands once."""
    found = {one.key: one for one in unfolded} | {row.key: row for row in rows}
    return [found[key] for key in sorted(found)]

"""Accounts of settlement with their totals, and the ledger's entries.

An account has one writer at a time: whoever saves it names the version it was read at; a version
that has moved means that everything is read and computed again (`Overtaken`). Entries are written
only together with their account, so none is lost and none stands twice. They are append only; what
moves is their state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Index, Table, Text, bindparam, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from engine.store.among import among, among_named
from engine.store.bulk import insert_many, insert_new, update_many
from engine.store.db import Json, Moment, Whole, metadata

settlement_accounts = Table(
    "settlement_accounts",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("key", Text, primary_key=True),  # party|card.term|window|family
    Column("party", Text, nullable=False),
    Column("term", Text, nullable=False),
    Column("counted_over", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Json, nullable=False),  # engine/settlement/account.py dump_state
    Column("closed_in", Text),  # the period in which its window was closed
    Column("version", Whole, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_settlement_accounts_tenant_party", "tenant", "party"),
    Index("ix_settlement_accounts_tenant_counted_over", "tenant", "counted_over"),
)

# What single lines or orders were rounded to, where each is rounded by itself.
settlement_cells = Table(
    "settlement_cells",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("fine", Text, nullable=False),  # may be longer than 64 bits
    Column("minor", Whole, nullable=False),
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


class Overtaken(OperationalError):
    """Somebody else has moved an account, a budget or a period meanwhile: a database fault like a
    failed serialisation, so the batch is repeated on what is there now.
    """

    def __init__(self) -> None:
        super().__init__("overtaken", None, RuntimeError("somebody was faster"))


def load_accounts(conn: Connection, tenant: str, keys: Iterable[str]) -> dict[str, Any]:
    """{key: row}."""
    wanted = set(keys)
    if not wanted:
        return {}
    found = conn.execute(_BY_KEY, {"tenant": tenant, "keys": wanted})
    return {row.key: row for row in found}


_BY_KEY = select(settlement_accounts).where(  # built once: each batch and each quote asks it
    settlement_accounts.c.tenant == bindparam("tenant"),
    among_named(settlement_accounts.c.key, "keys"),
)


def save_accounts(
    conn: Connection, tenant: str, rows: Sequence[Mapping[str, Any]], read_at: Mapping[str, int]
) -> None:
    """Accounts as they are now; `read_at` has the version each was read at, 0 for a new one.

    Overtaken when one of them is at another version by now; nothing may be kept then.
    """
    table = settlement_accounts
    fresh = [row for row in rows if not read_at[row["key"]]]
    old = [row for row in rows if read_at[row["key"]]]
    if fresh and len(insert_new(conn, table, fresh, ("tenant", "key"))) < len(fresh):
        raise Overtaken
    if not old:
        return
    held = conn.execute(
        select(table.c.key, table.c.version)
        .where(table.c.tenant == tenant, among(table.c.key, [row["key"] for row in old]))
        .order_by(table.c.key)
        .with_for_update()
    )
    now = {row.key: row.version for row in held}
    if any(now.get(row["key"]) != read_at[row["key"]] for row in old):
        raise Overtaken
    update_many(conn, table, old, ("tenant", "key"))


def list_accounts(
    conn: Connection,
    tenant: str,
    *,
    party: str | None = None,
    windows: Iterable[str] | None = None,
    after: str = "",
    limit: int = 200,
) -> list[Any]:
    """By key, after the key `after`."""
    table = settlement_accounts
    where = [table.c.tenant == tenant, table.c.key > after]
    if party is not None:
        where.append(table.c.party == party)
    if windows is not None:
        where.append(among(table.c.counted_over, windows))
    return list(conn.execute(select(table).where(*where).order_by(table.c.key).limit(limit)))


def load_cells(conn: Connection, tenant: str, account: str) -> dict[str, list[int]]:
    """{name: [fine, minor]} of one account."""
    table = settlement_cells
    found = conn.execute(
        select(table.c.name, table.c.fine, table.c.minor).where(
            table.c.tenant == tenant, table.c.account == account
        )
    )
    return {row.name: [int(row.fine), row.minor] for row in found}


def save_cells(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    key = ("tenant", "account", "name")
    fresh = set(insert_new(conn, settlement_cells, rows, key))
    kept = [row for row in rows if tuple(row[name] for name in key) not in fresh]
    update_many(conn, settlement_cells, kept, key)


def store_entries(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """New entries, written with their account."""
    insert_many(conn, settlement_entries, rows)


def keys_there(conn: Connection, tenant: str, keys: Iterable[str]) -> set[str]:
    """Which of these effect keys were posted before."""
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
    update_many(conn, settlement_entries, rows, ("tenant", "key"))


def entries_of_orders(conn: Connection, tenant: str, orders: Iterable[str]) -> list[Any]:
    """All entries that name one of these orders."""
    table = settlement_entries
    return list(
        conn.execute(
            select(table)
            .where(
                table.c.tenant == tenant,
                among(table.c.order_key, set(orders) - {""}),
                _HAS_ORDER,  # so that its index serves
            )
            .order_by(table.c.key)
        )
    )


def entries_by_key(conn: Connection, tenant: str, keys: Iterable[str]) -> list[Any]:
    table = settlement_entries
    return list(
        conn.execute(select(table).where(table.c.tenant == tenant, among(table.c.key, set(keys))))
    )


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
    table = settlement_entries
    where: list[Any] = [table.c.tenant == tenant]
    if account is not None:
        where.append(table.c.account == account)
        party = party or account.partition("|")[0] or None
    if order is not None:
        where += [table.c.order_key == order, _HAS_ORDER]
    elif party is not None and party != "brand":
        where.append((table.c.to_account == party) | (table.c.from_account == party))
    if card is not None:  # party|card.term|window|family
        where.append(table.c.account.contains(f"|{card}.", autoescape=True))
    for column, wanted in (
        (table.c.posted_in, period),
        (table.c.earned_in, earned),
        (table.c.state, state),
    ):
        if wanted is not None:
            where.append(column == wanted)
    if before is not None:
        where.append(table.c.key < before)
    asked = select(table).where(*where).order_by(table.c.key.desc())
    return list(conn.execute(asked if limit is None else asked.limit(limit)))


def parties_in(conn: Connection, tenant: str, period: str) -> list[str]:
    """Everybody but the brand whose money moved in a period."""
    table = settlement_entries
    found: set[str] = set()
    for side in (table.c.to_account, table.c.from_account):
        found |= set(
            conn.execute(
                select(side)
                .where(table.c.tenant == tenant, table.c.posted_in == period, side != "brand")
                .distinct()
            ).scalars()
        )
    return sorted(found)


def sums_by(conn: Connection, tenant: str, account: str) -> tuple[int, int]:
    """(minor of all entries of an account, how many): what must be its state's."""
    table = settlement_entries
    row = conn.execute(
        select(func.coalesce(func.sum(table.c.minor), 0), func.count()).where(
            table.c.tenant == tenant, table.c.account == account
        )
    ).one()
    return int(row[0]), int(row[1])


def open_windows(conn: Connection, tenant: str) -> list[str]:
    """The counting windows that have accounts which were not closed."""
    table = settlement_accounts
    found = conn.execute(
        select(table.c.counted_over)
        .where(table.c.tenant == tenant, table.c.closed_in.is_(None), table.c.counted_over != "")
        .distinct()
    )
    return list(found.scalars())


def parties_with(conn: Connection, tenant: str, windows: Iterable[str]) -> list[str]:
    """Whose accounts of these windows are not closed."""
    table = settlement_accounts
    found = conn.execute(
        select(table.c.party)
        .where(
            table.c.tenant == tenant,
            table.c.closed_in.is_(None),
            among(table.c.counted_over, windows),
        )
        .distinct()
        .order_by(table.c.party)
    )
    return list(found.scalars())


def open_accounts(conn: Connection, tenant: str, party: str, windows: Iterable[str]) -> list[Any]:
    """A party's accounts of these windows that are not closed."""
    table = settlement_accounts
    return list(
        conn.execute(
            select(table)
            .where(
                table.c.tenant == tenant,
                table.c.party == party,
                table.c.closed_in.is_(None),
                among(table.c.counted_over, windows),
            )
            .order_by(table.c.key)
        )
    )


def closed_accounts(
    conn: Connection, tenant: str, window: str, party: str | None = None
) -> list[Any]:
    """The accounts of a counting window that are closed, of one party or of all."""
    table = settlement_accounts
    where = [
        table.c.tenant == tenant,
        table.c.closed_in.is_not(None),
        table.c.counted_over == window,
    ]
    if party is not None:
        where.append(table.c.party == party)
    return list(conn.execute(select(table).where(*where).order_by(table.c.key)))


def settle_entries(
    conn: Connection, tenant: str, party: str, period: str, was: str, now_is: str
) -> int:
    """Moves all entries of a party's statement from one state to the next."""
    table = settlement_entries
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
    return done.rowcount


def currencies_in(conn: Connection, tenant: str, party: str, period: str) -> list[str]:
    """The currencies a party's money of a period is in."""
    table = settlement_entries
    found = conn.execute(
        select(table.c.currency)
        .where(
            table.c.tenant == tenant,
            (table.c.to_account == party) | (table.c.from_account == party),
            table.c.posted_in == period,
        )
        .distinct()
        .order_by(table.c.currency)
    )
    return list(found.scalars())

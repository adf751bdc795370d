"""Accounts of settlement with their totals.

An account has one writer at a time: whoever saves it names the version it was read at; a version
that has moved means that everything is read and computed again (`Overtaken`). Entries
(settlement_entries.py) are written only together with their account, so none is lost and none
stands twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Index, Table, Text, bindparam, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from engine.store.among import among, among_named
from engine.store.bulk import insert_new, update_many
from engine.store.db import Json, Moment, Whole, metadata
from engine.store.seam import kept_in_memory

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


class Overtaken(OperationalError):
    """Somebody else has moved an account, a budget or a period meanwhile: a database fault like a
    failed serialisation, so the batch is repeated on what is there now.
    """

    def __init__(self) -> None:
        super().__init__("overtaken", None, RuntimeError("somebody was faster"))


@kept_in_memory
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
    now = hold_versions(conn, tenant, [row["key"] for row in old])
    if any(now.get(row["key"]) != read_at[row["key"]] for row in old):
        raise Overtaken
    update_many(conn, table, old, ("tenant", "key"))


@kept_in_memory
def hold_versions(conn: Connection, tenant: str, keys: Iterable[str]) -> dict[str, int]:
    """The versions of these accounts, which stay so until the transaction ends."""
    table = settlement_accounts
    held = conn.execute(
        select(table.c.key, table.c.version)
        .where(table.c.tenant == tenant, among(table.c.key, keys))
        .order_by(table.c.key)
        .with_for_update()
    )
    return {row.key: row.version for row in held}


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

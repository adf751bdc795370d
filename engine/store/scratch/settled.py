"""What a scratch world keeps in memory of settlement: parties, bookings, accounts, entries.

Each method that has a name of the store's answers for it (engine/store/seam.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy.engine import Connection

from engine.store.parties import parties, party_accounts
from engine.store.scratch.grouped import GroupedShelf, Parts, Rows
from engine.store.scratch.shelf import Hand, Kept, Shelf
from engine.store.scratch.small import PAGE
from engine.store.seam import in_database
from engine.store.settlement_accounts import settlement_accounts
from engine.store.settlement_bookings import (
    earned_next,
    exceptions_of,
    has_due,
    refunds_of,
    settlement_bookings,
    settlement_exceptions,
    settlement_refunds,
)
from engine.store.settlement_entries import settlement_entries

MOST_MONEY = 10_000  # rows of one table in memory: they have many columns


class SettledShelves:
    """The shelves of one scratch database that settlement uses."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self.parties = Shelf(parties, hand, MOST_MONEY)
        self.party_accounts = Shelf(
            party_accounts, hand, MOST_MONEY, key=("tenant", "platform", "external_id")
        )
        self.bookings = GroupedShelf(
            settlement_bookings,
            hand,
            MOST_MONEY,
            ("tenant", "order_key", "line", "account", "sub"),
            ("tenant", "order_key"),
        )
        self.entries = Shelf(settlement_entries, hand, MOST_MONEY, key=("tenant", "key"))
        self.accounts = Shelf(settlement_accounts, hand, MOST_MONEY, key=("tenant", "key"))
        self.parts = Parts(hand, MOST_MONEY)
        # Tables nobody has written anything into: of each order they are asked for.
        self.bare = {settlement_refunds.name, settlement_exceptions.name}
        self.by_table = {
            "settlement_bookings": self.bookings,
            "settlement_entries": self.entries,
            "settlement_accounts": self.accounts,
            "parties": self.parties,
            "party_accounts": self.party_accounts,
        }

    def own(self) -> AbstractContextManager[None]:
        """For statements that look at the database as it is, without what lies here."""
        return self._hand.own()

    def find_by_account(
        self, conn: Connection, tenant: str, pairs: Iterable[tuple[str, str]]
    ) -> dict[tuple[str, str], Any]:
        names = self.party_accounts.get(conn, [(tenant, *pair) for pair in set(pairs)])
        rows = self.parties.get(conn, {row.party_id for row in names.values()})
        return {name[1:]: rows[row.party_id] for name, row in names.items()}

    def rhythms_of(self, conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, Any]:
        found = self.parties.get(conn, set(ids))
        return {id_: row for id_, row in found.items() if row.tenant == tenant}

    def replace_parts(
        self,
        conn: Connection,
        tenant: str,
        ids: Iterable[str],
        lines: Rows,
        adjustments: Rows,
        fees: Rows,
    ) -> None:
        self.parts.replace(tenant, ids, lines, adjustments, fees)

    def bookings_of(self, conn: Connection, tenant: str, orders: Iterable[str]) -> list[Any]:
        found = self.bookings.get_groups(conn, {(tenant, order) for order in orders})
        rows = [row for row in found if row.state != "moved"]
        return sorted(rows, key=lambda row: (row.order_key, row.line, row.account, row.sub))

    def refunds_of(self, conn: Connection, tenant: str, orders: Iterable[str]) -> list[Any]:
        if settlement_refunds.name in self.bare:
            return []
        return in_database(refunds_of)(conn, tenant, orders)

    def exceptions_of(self, conn: Connection, tenant: str, orders: Iterable[str]) -> list[Any]:
        if settlement_exceptions.name in self.bare:
            return []
        return in_database(exceptions_of)(conn, tenant, orders)

    def keys_there(self, conn: Connection, tenant: str, keys: Iterable[str]) -> set[str]:
        return {key for _, key in self.entries.get(conn, [(tenant, key) for key in keys])}

    def load_accounts(self, conn: Connection, tenant: str, keys: Iterable[str]) -> dict[str, Any]:
        found = self.accounts.get(conn, {(tenant, key) for key in keys})
        return {key: row for (_, key), row in found.items()}

    def hold_versions(self, conn: Connection, tenant: str, keys: Iterable[str]) -> dict[str, int]:
        return {key: row.version for key, row in self.load_accounts(conn, tenant, keys).items()}

    def entries_by_now(self, rows: Sequence[Any]) -> list[tuple[Any, Any]]:
        """Entries the database told of, each with the booking of its line, as they are by now."""
        entries, bookings = self.entries.rows, self.bookings.rows
        name_of, line_of = attrgetter(*self.entries.key), attrgetter(*self.bookings.key)
        return [(entries.get(name_of(row), row), bookings.get(line_of(row), row)) for row in rows]

    def entries_here(self, conn: Connection) -> Iterator[list[tuple[Kept, Kept | None]]]:
        """The entries that are in memory only, each with the booking of its line; by pages."""
        name_of = attrgetter(*self.bookings.key)
        fresh = [self.entries.rows[key] for key in self.entries.fresh]
        for start in range(0, len(fresh), PAGE):
            rows = fresh[start : start + PAGE]
            names = list(map(name_of, rows))
            booked = self.bookings.get(conn, names)
            yield list(zip(rows, map(booked.get, names), strict=True))

    def has_estimated(self) -> bool:
        """Whether the database does not know all that it would say of lines still to be earned."""
        held = self.bookings
        return bool(held.changed) or any(held.rows[key].state == "estimated" for key in held.fresh)

    def has_due(self, conn: Connection, now: datetime) -> bool:
        with nullcontext() if self.has_estimated() else self.own():
            return in_database(has_due)(conn, now)

    def earned_next(self, conn: Connection, limit: int) -> Sequence[Any]:
        with nullcontext() if self.has_estimated() else self.own():
            return in_database(earned_next)(conn, limit)

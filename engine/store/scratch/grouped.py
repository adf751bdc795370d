"""Rows in memory that are also asked for by what they belong to: bookings and parts of orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.db import all_tenants
from engine.store.orders import replace_parts
from engine.store.scratch.shelf import Hand, Kept, Shelf
from engine.store.seam import in_database


class GroupedShelf(Shelf):
    """A shelf whose rows are also found by `group`, all of one group at once.

    Of a group that is in `groups` every row is here. Of any other there is nothing here alone:
    either it has no rows, or its hash is among what is in the database.
    """

    def __init__(
        self, table: Table, hand: Hand, most: int, key: tuple[str, ...], group: tuple[str, ...]
    ) -> None:
        super().__init__(table, hand, most, key)
        self.group = group
        self.groups: dict[Any, dict[Any, None]] = {}
        self._group_of: Callable[[Any], Any] = itemgetter(*group)

    def get_groups(self, conn: Connection, groups: Iterable[Any]) -> list[Kept]:
        """All rows of these groups."""
        found: list[Kept] = []
        missing = []
        for group in groups:
            keys = self.groups.get(group)
            if keys is not None:
                found += [self.rows[key] for key in keys]
            elif self._is_beyond(group):
                missing.append(group)
        if missing:
            found += self._fetch_groups(conn, missing)
        return found

    def _fetch_groups(self, conn: Connection, groups: Sequence[Any]) -> list[Kept]:
        self.write(conn)  # a part of them may be here only
        where = [
            among(self.table.c[name], sorted({group[at] for group in groups}))
            for at, name in enumerate(self.group)
        ]
        with self._hand.own():
            rows = conn.execute(all_tenants(select(self.table).where(*where))).all()
        wanted = set(groups)
        found = []
        for row in rows:
            values = dict(row._mapping)
            key, group = self._key_of(values), self._group_of(values)
            if group in wanted:
                self.groups.setdefault(group, {})[key] = None
                found.append(self.rows.get(key) or self._keep(key, Kept(values)))
        return found

    def _keep(self, key: Any, row: Kept) -> Kept:
        self._belongs(key, row)
        return super()._keep(key, row)

    def _put(self, pairs: Sequence[tuple[Any, Kept]]) -> None:
        super()._put(pairs)
        for key, row in pairs:
            self._belongs(key, row)

    def _add(self, keys: Sequence[Any], rows: Sequence[Kept]) -> None:
        super()._add(keys, rows)
        for key, row in zip(keys, rows, strict=True):
            self._belongs(key, row)

    def _belongs(self, key: Any, row: Kept) -> None:
        group = self._group_of(row.__dict__)
        held = self.groups.get(group)
        if held is not None:
            held[key] = None
        elif not self._is_beyond(group):
            self.groups[group] = {key: None}

    def drop(self, key: Any) -> None:
        row = self.rows.get(key)
        if row is not None:
            group = self._group_of(row.__dict__)
            held = self.groups.get(group, {})
            held.pop(key, None)
            if not held:
                self.groups.pop(group, None)
        super().drop(key)

    def write(self, conn: Connection, keys: Iterable[Any] | None = None) -> None:
        fresh = [key for key in (self.fresh if keys is None else keys) if key in self.fresh]
        super().write(conn, keys)
        if self.beyond is not None:
            rows, group = self.rows, self._group_of
            self.beyond.update(hash(group(rows[key].__dict__)) for key in fresh)

    def forget(self) -> None:
        super().forget()
        groups, self.groups = self.groups, {}
        self._hand.undo.append(lambda: setattr(self, "groups", groups))

    def make_room(self, conn: Connection) -> None:
        if count := self.over():
            old = islice(self.rows.values(), count)
            gone = {self._group_of(row.__dict__) for row in old}
            super().make_room(conn)
            for group in gone:
                self.groups.pop(group, None)


Rows = Sequence[Mapping[str, Any]]


class Parts:
    """Lines, adjustments and fees of orders: in memory until somebody asks for any of them."""

    def __init__(self, hand: Hand, most: int) -> None:
        self.most = most
        self.rows: dict[tuple[str, str], list[list[Mapping[str, Any]]]] = {}
        self._hand = hand

    def replace(self, tenant: str, ids: Iterable[str], *parts: Rows) -> None:
        """What orders have now."""
        new: dict[tuple[str, str], list[list[Mapping[str, Any]]]]
        new = {(tenant, id_): [[], [], []] for id_ in ids}
        for at, rows in enumerate(parts):
            for row in rows:
                new[tenant, row["order_id"]][at].append(row)
        before = {slot: self.rows.get(slot) for slot in new}

        def back() -> None:
            for slot, held in before.items():
                if held is None:
                    self.rows.pop(slot, None)
                else:
                    self.rows[slot] = held

        self.rows.update(new)
        self._hand.undo.append(back)

    def write(self, conn: Connection, slots: Iterable[tuple[str, str]] | None = None) -> None:
        """All of them into the database, or those of some orders."""
        gone = {slot: self.rows[slot] for slot in (self.rows if slots is None else slots)}
        if not gone:
            return
        with self._hand.own():
            for tenant in {whose for whose, _ in gone}:
                own = {id_: parts for (whose, id_), parts in gone.items() if whose == tenant}
                flat = ([row for parts in own.values() for row in parts[at]] for at in range(3))
                in_database(replace_parts)(conn, tenant, list(own), *flat)
        for slot in gone:
            del self.rows[slot]
        self._hand.undo.append(lambda: self.rows.update(gone))

    def forget(self) -> None:
        return None

    def make_room(self, conn: Connection) -> None:
        if len(self.rows) > self.most:
            self.write(conn, list(islice(self.rows, len(self.rows) - self.most * 7 // 8)))

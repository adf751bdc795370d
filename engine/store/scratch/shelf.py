"""One table of a scratch database in memory: rows lie here first and are written when they must be.

SQLite stays what holds everything; a shelf holds what was touched last. It is written out when it
is full, and before any statement that names its table (shelves.py). Values are as they would come
back from the database: JSON as plain values, times in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import JSON as SqlJson
from sqlalchemy import Table, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.bulk import insert_rows, update_rows
from engine.store.db import Amount, Moment, all_tenants, dump_json

_PLAIN = frozenset({str, int, bool, type(None)})


class Kept:
    """A row, read by attribute like one of the database; never changed."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """A column."""

    @property
    def _mapping(self) -> Mapping[str, Any]:
        return self.__dict__


def _json(value: Any) -> Any:
    kind = type(value)
    if not value or kind in _PLAIN:
        return value
    if kind is list and _PLAIN.issuperset(map(type, value)):
        return value.copy()
    return orjson.loads(dump_json(value))


def _moment(value: Any) -> Any:
    if value.tzinfo is None:
        raise ValueError("a time without zone must not be stored")
    return value.astimezone(UTC)


def _amount(value: Any) -> Any:
    return type(value)(format(value, "f")) if "E" in str(value) else value


def turned(table: Table) -> dict[str, Callable[[Any], Any]]:
    """What each column's value, if any, is turned to as if it had been in the database.

    Times are not in it: nearly all are in UTC already, which is seen sooner than a function called.
    """
    found: dict[str, Callable[[Any], Any]] = {}
    for column in table.c:
        if isinstance(column.type, SqlJson):
            found[column.name] = _json
        elif isinstance(column.type, Amount):
            found[column.name] = _amount
    return found


@dataclass(slots=True)
class Hand:
    """What is under way: how to take it back, and whether a statement is the shelves' own."""

    undo: list[Callable[[], None]] = field(default_factory=list)
    is_own: bool = False

    @contextmanager
    def own(self) -> Iterator[None]:
        before, self.is_own = self.is_own, True
        try:
            yield
        finally:
            self.is_own = before


class Shelf:
    """Rows of one table by key; `name` is a second unique key, by which they are found too.

    `note` is told of the rows that are put here. Columns that are `plain` hold JSON as it would
    come back from the database. Of a shelf that is `passing`, what makes room is not written:
    nobody will ask for it.
    """

    def __init__(
        self,
        table: Table,
        hand: Hand,
        most: int,
        key: tuple[str, ...] = ("id",),
        name: tuple[str, ...] = (),
        note: Callable[[Sequence[Kept]], None] | None = None,
        plain: tuple[str, ...] = (),
    ) -> None:
        self.table, self.key, self.name, self.most = table, key, name, most
        self.passing = False
        self.group: tuple[str, ...] = ()  # by which rows are found together (grouped.py)
        self._hand, self._note = hand, note
        self._key_of: Callable[[Any], Any] = itemgetter(*key)
        self._name_of: Callable[[Any], Any] = itemgetter(*(name or key))
        self.rows: dict[Any, Kept] = {}
        self.named: dict[Any, Any] = {}  # {name: key} of those rows
        self.fresh: dict[Any, None] = {}  # not in the database
        self.changed: dict[Any, None] = {}  # there, but not like this
        # Hashes of keys and names that are in the database; None: anything may be.
        self.beyond: set[int] | None = set()
        self._empty = {column.name: None for column in table.c}
        self._turned = [one for one in turned(table).items() if one[0] not in plain]
        self._moments = [each.name for each in table.c if isinstance(each.type, Moment)]

    # -- reading -----------------------------------------------------------------------------------

    def get(self, conn: Connection, keys: Iterable[Any]) -> dict[Any, Kept]:
        """{key: row} of those there are."""
        rows, found = self.rows, dict[Any, Kept]()
        missing = []
        for key in keys:
            row = rows.get(key)
            if row is not None:
                found[key] = row
            else:
                missing.append(key)
        if missing and (missing := self._all_beyond(missing)):
            found |= self._fetch(conn, self.key, missing)
        return found

    def get_named(self, conn: Connection, names: Iterable[Any]) -> dict[Any, Kept]:
        """{name: row} of those there are."""
        rows, named, found = self.rows, self.named, dict[Any, Kept]()
        missing = []
        for name in names:
            key = named.get(name)
            if key is not None:
                found[name] = rows[key]
            else:
                missing.append(name)
        if missing and (missing := self._all_beyond(missing)):
            found |= self._fetch(conn, self.name, missing)
        return found

    def may_be_there(self, key: Any) -> bool:
        return key in self.rows or self._is_beyond(key)

    def _all_beyond(self, keys: list[Any]) -> list[Any]:
        """Those of them that may be in the database."""
        beyond = self.beyond
        if beyond is None:
            return keys
        return [key for key in keys if hash(key) in beyond] if beyond else []

    def _is_beyond(self, key: Any) -> bool:
        return self.beyond is None or (bool(self.beyond) and hash(key) in self.beyond)

    def _fetch(self, conn: Connection, by: tuple[str, ...], keys: Sequence[Any]) -> dict[Any, Kept]:
        columns = [self.table.c[name] for name in by]
        wanted = set(keys)
        found: dict[Any, Kept] = {}
        for start in range(0, len(keys), 500):
            part = keys[start : start + 500]
            # Column by column: for a list of pairs SQLite would walk through the whole index.
            where = [
                among(column, part if len(by) == 1 else sorted({one[at] for one in part}))
                for at, column in enumerate(columns)
            ]
            with self._hand.own():
                rows = conn.execute(all_tenants(select(self.table).where(*where))).all()
            for row in rows:
                values = dict(row._mapping)
                key = self._key_of(values)
                asked = key if by == self.key else self._name_of(values)
                # One that is here under another name was renamed since: the database is behind.
                if asked in wanted and key not in self.rows:
                    found[asked] = self._keep(key, Kept(values))
        return found

    def _keep(self, key: Any, row: Kept) -> Kept:
        self.rows[key] = row
        if self.name:
            self.named[self._name_of(row.__dict__)] = key
        return row

    # -- writing -----------------------------------------------------------------------------------

    def insert(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """New rows, the shelf's own from now on; whoever inserts knows that none is there."""
        keys = list(map(self._key_of, rows))
        empty, size = self._empty, len(self._empty)
        whole = [
            row if row.__class__ is dict and len(row) == size else {**empty, **row} for row in rows
        ]
        for name in self._moments:
            for values in whole:
                value = values[name]
                if value is not None and value.tzinfo is not UTC:
                    values[name] = _moment(value)
        for name, turn in self._turned:
            for values in whole:
                if (value := values[name]) is not None:
                    values[name] = turn(value)
        kept = list(map(Kept, whole))
        if self.rows.keys().isdisjoint(keys):
            self._add(keys, kept)
        else:
            self._put(list(zip(keys, kept, strict=True)))

    def insert_new(
        self, conn: Connection, rows: Sequence[Mapping[str, Any]], key: tuple[str, ...]
    ) -> list[tuple[Any, ...]]:
        """Rows whose key is not there yet; the keys of those."""
        first: dict[Any, Mapping[str, Any]] = {}
        asked_of: Callable[[Any], Any] = itemgetter(*key)
        for row in rows:
            first.setdefault(asked_of(row), row)
        there = self.get_named(conn, first) if key == self.name else self.get(conn, first)
        new = first
        if there:
            new = {asked: row for asked, row in first.items() if asked not in there}
        self.insert(conn, list(new.values()))
        return list(new) if len(key) > 1 else [(asked,) for asked in new]

    def update(
        self, conn: Connection, rows: Sequence[Mapping[str, Any]], key: tuple[str, ...]
    ) -> None:
        pairs: list[tuple[Any, Kept]] = []
        latest = self.get(conn, map(self._key_of, rows))
        for row in rows:
            found = self._key_of(row)
            old = latest.get(found)
            if old is None:
                continue
            values = {**old.__dict__, **row}
            self._turn(values, row)
            latest[found] = Kept(values)
            pairs.append((found, latest[found]))
        self._put(pairs)

    def _turn(self, values: dict[str, Any], row: Mapping[str, Any]) -> None:
        """Makes values what the database would give back; those of `row` are new."""
        for name in self._moments:
            value = values[name]
            if value is not None and value.tzinfo is not UTC:
                values[name] = _moment(value)
        for name, turn in self._turned:
            if (value := row.get(name)) is not None:
                values[name] = turn(value)

    def _add(self, keys: Sequence[Any], rows: Sequence[Kept]) -> None:
        """Rows none of which is here."""
        self.rows.update(zip(keys, rows, strict=True))
        self.fresh.update(dict.fromkeys(keys))
        if self.name:
            names = map(self._name_of, [row.__dict__ for row in rows])
            self.named.update(zip(names, keys, strict=True))
        self._hand.undo.append(partial(self._take_back, keys))
        if self._note is not None:
            self._note(rows)

    def _put(self, pairs: Sequence[tuple[Any, Kept]]) -> None:
        rows, fresh, changed = self.rows, self.fresh, self.changed
        before = []
        for key, row in pairs:
            old, was_fresh = rows.get(key), key in fresh
            before.append((key, old, was_fresh, key in changed))
            rows[key] = row
            if old is None or was_fresh:
                fresh[key] = None
            else:
                changed[key] = None
            if self.name and old is None:
                self.named[self._name_of(row.__dict__)] = key
        self._hand.undo.append(partial(self._back, before))
        if self._note is not None:
            self._note([row for _, row in pairs])

    def _take_back(self, keys: Sequence[Any]) -> None:
        for key in keys:
            self.drop(key)

    def _back(self, before: Sequence[tuple[Any, Kept | None, bool, bool]]) -> None:
        for key, old, was_fresh, was_changed in reversed(before):
            self.drop(key)
            if old is not None:
                self._keep(key, old)
            if was_fresh:
                self.fresh[key] = None
            elif was_changed:
                self.changed[key] = None

    def drop(self, key: Any) -> None:
        """Forgets a row that nobody will ask for."""
        row = self.rows.pop(key, None)
        self.fresh.pop(key, None)
        self.changed.pop(key, None)
        if row is not None and self.name:
            self.named.pop(self._name_of(row.__dict__), None)

    # -- the database ------------------------------------------------------------------------------

    def write(self, conn: Connection, keys: Iterable[Any] | None = None) -> None:
        """What is not in the database like this, into it."""
        fresh = [key for key in (self.fresh if keys is None else keys) if key in self.fresh]
        changed = [key for key in (self.changed if keys is None else keys) if key in self.changed]
        with self._hand.own():
            insert_rows(conn, self.table, [self.rows[key].__dict__ for key in fresh])
            update_rows(conn, self.table, [self.rows[key].__dict__ for key in changed], self.key)
        for key in fresh:
            del self.fresh[key]
        for key in changed:
            del self.changed[key]
        if self.beyond is not None:
            self.beyond.update(map(hash, fresh))
            if self.name:
                rows, name = self.rows, self._name_of
                self.beyond.update(hash(name(rows[key].__dict__)) for key in fresh)

        def back() -> None:
            self.fresh.update(dict.fromkeys(fresh))
            self.changed.update(dict.fromkeys(changed))

        if fresh or changed:
            self._hand.undo.append(back)

    def forget(self) -> None:
        """Somebody else is changing the table: nothing here is sure any more."""
        rows, named, beyond = self.rows, self.named, self.beyond

        def back() -> None:
            self.rows, self.named, self.beyond = rows, named, beyond

        self._hand.undo.append(back)
        self.rows, self.named, self.beyond = {}, {}, None

    def over(self) -> int:
        """How many rows are too many: none, or so many that there is room for a while.

        Never more than are soon written: whoever waits to hear how far it is waits for this too.
        """
        size = len(self.rows)
        return size - self.most + self.most // 40 if size > self.most else 0

    def make_room(self, conn: Connection) -> None:
        """Above its size the oldest are written and let go."""
        if count := self.over():
            old = list(islice(self.rows, count))
            if not self.passing:
                self.write(conn, old)
            for key in old:
                self.drop(key)


class Log:
    """A table that only grows and that nobody reads until the end."""

    def __init__(self, table: Table, hand: Hand, most: int) -> None:
        self.table, self.most = table, most
        self.rows: list[Mapping[str, Any]] = []  # not in the database
        self._hand = hand

    def write(self, conn: Connection) -> None:
        if self.rows:
            rows, self.rows = self.rows, []
            with self._hand.own():
                insert_rows(conn, self.table, rows)
            self._hand.undo.append(lambda: self.rows.__setitem__(slice(0, 0), rows))

    def forget(self) -> None:
        return None

    def make_room(self, conn: Connection) -> None:
        if len(self.rows) > self.most:
            self.write(conn)

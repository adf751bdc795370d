"""What lanes have to do and what runs wait for in a scratch world: in memory only."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any

import orjson
from sqlalchemy.engine import Connection

from engine.store.db import dump_json
from engine.store.lanes import Plain
from engine.store.scratch.shelf import Kept

_Undo = list[Callable[[], None]]
_FRONT = 500


def _forget(rows: dict[tuple[str, str], Kept], slot: tuple[str, str]) -> None:
    rows.pop(slot, None)


class Work:
    """The rows of the one lane, in the order they were put there."""

    def __init__(self, undo: _Undo) -> None:
        self.rows: deque[Kept] = deque()
        self._undo = undo
        self._number = count(1)

    def insert(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        add, number = self.rows.append, self._number
        for row in rows:
            payload = row["payload"]
            if payload is not None and payload.__class__ is not Plain:
                payload = orjson.loads(dump_json(payload))
            add(Kept({**row, "payload": payload, "id": next(number)}))

        def back() -> None:
            for _ in rows:
                self.rows.pop()

        self._undo.append(back)

    def claim(self, most: int) -> list[Kept]:
        return [row for row, _ in zip(self.rows, range(most), strict=False)]

    def delete(self, column: str, values: Iterable[int]) -> None:
        before, gone = self.rows, set(values)
        taken = []
        # What is done stands in front, but for what others put in between.
        while before and before[0].id in gone:
            taken.append(before.popleft())
            gone.discard(taken[-1].id)
        self._undo.append(lambda: before.extendleft(reversed(taken)))
        if gone:
            self.rows = deque(row for row in before if row.id not in gone)
            self._undo.append(partial(setattr, self, "rows", before))


class Timers:
    """Timers by (run, token), and the next of them in order: (due, run, token)."""

    def __init__(
        self,
        undo: _Undo,
        owners_of: Callable[[Connection, Sequence[str]], Mapping[str, str]],
    ) -> None:
        self.rows: dict[tuple[str, str], Kept] = {}
        self._undo, self._owners_of = undo, owners_of
        self._front: list[tuple[datetime, str, str]] = []  # sorted; all others are later
        self._heap: list[tuple[datetime, str, str]] = []

    def insert_new(
        self, conn: Connection, rows: Sequence[Mapping[str, Any]], key: tuple[str, ...]
    ) -> list[tuple[Any, ...]]:
        done: list[tuple[Any, ...]] = []
        owners = self._owners_of(conn, [row["run_id"] for row in rows])
        for row in rows:
            slot = (row["run_id"], row["token"])
            if slot not in self.rows:
                self._add(slot, Kept({**row, "owner": owners[row["run_id"]]}))
                self._undo.append(partial(_forget, self.rows, slot))
                done.append(slot)
        return done

    def _add(self, slot: tuple[str, str], row: Kept) -> None:
        self.rows[slot] = row
        entry = (row.due_at, *slot)
        if self._front and entry <= self._front[-1]:
            place = bisect_left(self._front, entry)
            if self._front[place] != entry:  # else it was dropped a moment ago
                self._front.insert(place, entry)
        else:
            heappush(self._heap, entry)

    def drop(self, slots: Iterable[tuple[str, str]]) -> None:
        for slot in slots:
            row = self.rows.pop(slot, None)
            if row is not None:
                self._undo.append(partial(self._add, slot, row))

    def next(self, limit: int) -> list[Kept]:
        """The next ones in order of their time."""
        found: list[Kept] = []
        front = self._front
        alive = 0
        for entry in front:
            if len(found) >= limit:
                return found
            row = self._alive(entry)
            alive += row is not None
            if row is not None:
                found.append(row)
        if alive < len(front):
            self._front = front = [entry for entry in front if self._alive(entry) is not None]
        while self._heap and (len(front) < _FRONT or len(found) < limit):
            entry = heappop(self._heap)
            row = self._alive(entry)
            if row is None or (front and front[-1] == entry):
                continue
            front.append(entry)
            if len(found) < limit:
                found.append(row)
        return found

    def take_due(self, now: datetime, limit: int) -> list[Kept]:
        """Those that are due, taken out, in order."""
        found = [row for row in self.next(limit) if row.due_at <= now]
        self.drop([(row.run_id, row.token) for row in found])
        return found

    def _alive(self, entry: tuple[datetime, str, str]) -> Kept | None:
        row = self.rows.get(entry[1:])
        return row if row is not None and row.due_at == entry[0] else None


class Waits:
    """Waits for events by (run, token), found by the key they are for."""

    def __init__(self, undo: _Undo) -> None:
        self.rows: dict[tuple[str, str], Kept] = {}
        self._by_key: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
        self._undo = undo

    def insert_new(
        self, conn: Connection, rows: Sequence[Mapping[str, Any]], key: tuple[str, ...]
    ) -> list[tuple[Any, ...]]:
        done: list[tuple[Any, ...]] = []
        for row in rows:
            slot = (row["run_id"], row["token"])
            if slot not in self.rows:
                self._add(slot, Kept(dict(row)))
                self._undo.append(partial(self._take_back, slot))
                done.append(slot)
        return done

    def _add(self, slot: tuple[str, str], row: Kept) -> None:
        self.rows[slot] = row
        self._by_key.setdefault((row.tenant, row.key), {})[slot] = None

    def _pop(self, slot: tuple[str, str]) -> Kept | None:
        row = self.rows.pop(slot, None)
        if row is not None:
            held = self._by_key[row.tenant, row.key]
            del held[slot]
            if not held:
                del self._by_key[row.tenant, row.key]
        return row

    def _take_back(self, slot: tuple[str, str]) -> None:
        self._pop(slot)

    def drop(self, slots: Iterable[tuple[str, str]]) -> None:
        for slot in slots:
            row = self._pop(slot)
            if row is not None:
                self._undo.append(partial(self._add, slot, row))

    def find(self, tenant: str, keys: Iterable[str], types: Iterable[str] | None) -> list[Kept]:
        """Those on any of these keys, of these types only."""
        if not self.rows:
            return []
        wanted = None if types is None else set(types)
        slots = sorted(slot for key in keys for slot in self._by_key.get((tenant, key), ()))
        rows = [self.rows[slot] for slot in slots]
        return rows if wanted is None else [row for row in rows if row.type in wanted]

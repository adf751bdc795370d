"""The busiest tables of a scratch database in memory, and the queries on them.

Each method here answers for the store's function of the same name (engine/store/seam.py). A
transaction that fails is taken back here as in SQLite. What has ended is shown to `watch` with each
commit; it says what need not be kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Table, event, literal, select
from sqlalchemy.engine import Connection

from engine.store.among import among
from engine.store.customers import customer_history, customers, identities
from engine.store.db import all_tenants, metadata
from engine.store.events import events
from engine.store.flows import schedules, tenants
from engine.store.orders import orders
from engine.store.runs import journal, runs, waits
from engine.store.scratch.grouped import Parts
from engine.store.scratch.settled import SettledShelves
from engine.store.scratch.shelf import Hand, Kept, Log, Shelf
from engine.store.scratch.waiting import Timers, Waits, Work

MOST = 20_000  # rows of one table in memory
MOST_EVENTS = 2_000  # they are large, and seldom asked for again
_WRITTEN = (
    "runs", "events", "customers", "identities", "orders", "customer_history", "journal",
    "settlement_bookings", "settlement_entries", "settlement_accounts",
    "order_lines", "order_adjustments", "order_fees", "parties", "party_accounts",
)  # fmt: skip
_ONLY_HERE = ("waits", "timers", "work")
_NOTED = (
    "tenants", "effects", "tasks", "notices", "schedules",
    "settlement_refunds", "settlement_exceptions",
)  # fmt: skip
_NAMES = re.compile(rf"\b(?:{'|'.join((*_WRITTEN, *_ONLY_HERE, *_NOTED))})\b")


@dataclass(slots=True)
class Done:
    """What one transaction has done."""

    events: list[Kept] = field(default_factory=list)  # new
    runs: dict[str, Kept] = field(default_factory=dict)  # new or moved on
    journal: list[Mapping[str, Any]] = field(default_factory=list)
    history: list[Mapping[str, Any]] = field(default_factory=list)
    untold: list[Mapping[str, Any]] = field(default_factory=list)  # notices that found nobody


class Watch(Protocol):
    """Who sees what was done, commit by commit, and says what of it is kept."""

    def saw(self, shelves: Shelves, conn: Connection, done: Done) -> None:
        """Puts what is kept of journal and history on their shelves; may drop runs."""


class Shelves(SettledShelves):
    """All shelves of one scratch database."""

    def __init__(self, conn: Connection, watch: Watch | None = None) -> None:
        hand = Hand()
        super().__init__(hand)
        self.runs = Shelf(runs, hand, MOST, note=self._moved)
        self.events = Shelf(
            events,
            hand,
            MOST_EVENTS,
            name=("tenant", "source", "external_id"),
            note=self._came,
            plain=("data", "chain"),  # read from JSON, or made plain where they were made
        )
        self.customers = Shelf(customers, hand, MOST)
        self.identities = Shelf(
            identities, hand, MOST, key=("tenant", "kind", "value"), note=self._claimed
        )
        self.orders = Shelf(orders, hand, MOST, name=("tenant", "platform", "external_id"))
        self.history, self.journal = Log(customer_history, hand, MOST), Log(journal, hand, MOST)
        self.work, self.timers, self.waits = (
            Work(hand.undo),
            Timers(hand.undo, self.owners_of),
            Waits(hand.undo),
        )
        self.watch = watch
        self.done = Done()
        self.untold: dict[str, Mapping[str, Any]] = {}  # by effect, where nobody watches
        self._by_table: dict[str, Any] = {
            "runs": self.runs,
            "events": self.events,
            "customers": self.customers,
            "identities": self.identities,
            "orders": self.orders,
            **self.by_table,
            "customer_history": _Noted(self, "history"),
            "journal": _Noted(self, "journal"),
            "work": self.work,
            "timers": self.timers,
            "waits": self.waits,
        }
        self._written: dict[str, Shelf | Log | Parts] = {
            "runs": self.runs,
            "events": self.events,
            "customers": self.customers,
            "identities": self.identities,
            "orders": self.orders,
            **self.by_table,
            "order_lines": self.parts,
            "order_adjustments": self.parts,
            "order_fees": self.parts,
            "customer_history": self.history,
            "journal": self.journal,
        }
        self.written_to: set[str] = set()  # of _NOTED, by statements of others
        self._generations: dict[str, int] | None = None
        self._schedules: list[datetime] | None = None
        # Whose identities are all known by their keys; those of others the database tells.
        self._held: dict[str, tuple[Any, ...]] = {}
        self._seed(conn)
        event.listen(conn, "before_cursor_execute", self._before)

    def of(self, table: Table) -> Any | None:
        return self._by_table.get(table.name)

    def _seed(self, conn: Connection) -> None:
        """Which keys the database holds already."""
        for shelf in self._written.values():
            if isinstance(shelf, Shelf):
                for by in (shelf.key, shelf.name, shelf.group):
                    columns = [shelf.table.c[name] for name in by]
                    if not columns:
                        continue
                    found = conn.execute(all_tenants(select(*columns)))
                    assert shelf.beyond is not None
                    shelf.beyond.update(
                        hash(row[0] if len(by) == 1 else tuple(row)) for row in found
                    )
        for name in tuple(self.bare):
            there = select(literal(1)).select_from(metadata.tables[name]).limit(1)
            if conn.execute(all_tenants(there)).first() is not None:
                self.bare.discard(name)

    # -- transactions ------------------------------------------------------------------------------

    def commit(self, conn: Connection) -> None:
        done = self.done
        if done.runs or done.events or done.journal or done.history:
            self.done = Done()
            if self.watch is not None:
                self.watch.saw(self, conn, done)
            else:
                self.history.rows.extend(done.history)
                self.journal.rows.extend(done.journal)
                self.untold.update((row["key"], row) for row in done.untold)
        for shelf in self._written.values():
            shelf.make_room(conn)
        self._hand.undo.clear()

    def write(self, conn: Connection) -> None:
        """Into the database all that it can hold."""
        for shelf in self._written.values():
            shelf.write(conn)

    def is_idle(self) -> bool:
        """Whether nothing is to be done and nobody waits."""
        return not (self.work.rows or self.timers.rows or self.waits.rows)

    def close(self) -> None:
        """Lets all rows go. Shelves tell this object and it holds them: in such a ring they would
        lie until somebody looks through all there is.
        """
        vars(self).clear()

    def rollback(self) -> None:
        for back in reversed(self._hand.undo):
            back()
        self._hand.undo.clear()
        self._held.clear()
        self.done = Done()
        self._generations = self._schedules = None

    def _moved(self, rows: Sequence[Kept]) -> None:
        self.done.runs.update((row.id, row) for row in rows)

    def _came(self, rows: Sequence[Kept]) -> None:
        self.done.events.extend(rows)

    def _claimed(self, rows: Sequence[Kept]) -> None:
        for row in rows:
            id_, key = row.customer_id, (row.tenant, row.kind, row.value)
            held = self._held.get(id_)
            if held is not None:
                self._held[id_] = held if key in held else (*held, key)
            elif not self.customers.may_be_there(id_):
                self._held[id_] = (key,)

    def _before(
        self, conn: Connection, cursor: Any, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        """Any other statement finds in SQLite all that is here."""
        named = _named(sql)
        if not named or self._hand.is_own:
            return
        is_reading = sql.lstrip()[:6].upper() == "SELECT"
        for name in named:
            shelf = self._written.get(name)
            if shelf is not None:
                shelf.write(conn)
                if not is_reading:
                    shelf.forget()
                    self._held.clear()
            elif name in _ONLY_HERE:
                raise RuntimeError(f"{name} of a scratch world are in memory only: {sql[:200]}")
            elif not is_reading:
                self.written_to.add(name)
                self.bare.discard(name)
                if name == "tenants":
                    self._generations = None
                elif name == "schedules":
                    self._schedules = None

    def owners_of(self, conn: Connection, ids: Sequence[str]) -> dict[str, str]:
        """{run: whose it is}."""
        return {id_: row.owner for id_, row in self.runs.get(conn, set(ids)).items()}

    def next_schedules(self, conn: Connection) -> list[datetime]:
        """When schedules are due next, in order."""
        if self._schedules is None:
            rows = conn.execute(
                all_tenants(
                    select(schedules.c.due_at)
                    .where(schedules.c.paused.is_(False))
                    .order_by(schedules.c.due_at)
                )
            )
            self._schedules = [row.due_at for row in rows]
        return self._schedules

    # -- the store's functions ---------------------------------------------------------------------

    def generations(self, conn: Connection) -> dict[str, int]:
        if self._generations is None:
            rows = conn.execute(select(tenants.c.id, tenants.c.generation))
            self._generations = {row[0]: row[1] for row in rows}
        return self._generations

    def claim(self, conn: Connection, held: Iterable[int], most: int) -> list[Any]:
        return self.work.claim(most)

    def fence(self, conn: Connection, held: Mapping[int, int], lasts_for: timedelta) -> bool:
        return True

    def load_runs(self, conn: Connection, ids: Iterable[str]) -> dict[str, Any]:
        return self.runs.get(conn, ids)

    def waits_for(
        self,
        conn: Connection,
        tenant: str,
        keys: Iterable[str],
        types: Iterable[str] | None = None,
    ) -> list[Any]:
        return self.waits.find(tenant, keys, types)

    def find_wait(self, conn: Connection, tenant: str, run_id: str, token: str) -> Any | None:
        return self.waits.rows.get((run_id, token))

    def drop(self, conn: Connection, table: Table, pairs: Sequence[tuple[str, str]]) -> None:
        (self.waits if table is waits else self.timers).drop(pairs)

    def due_timers(self, conn: Connection, now: datetime, limit: int) -> list[Any]:
        return self.timers.take_due(now, limit)

    def find_events(self, conn: Connection, tenant: str, ids: Iterable[str]) -> list[Any]:
        found = self.events.get(conn, ids)
        return [row for row in found.values() if row.tenant == tenant]

    def find_by_identity(
        self, conn: Connection, tenant: str, wanted: Iterable[tuple[str, str]]
    ) -> dict[tuple[str, str], str]:
        found = self.identities.get(conn, [(tenant, *pair) for pair in wanted])
        return {(key[1], key[2]): row.customer_id for key, row in found.items()}

    def load_customers(self, conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, Any]:
        found = self.customers.get(conn, ids)
        return {id_: row for id_, row in found.items() if row.tenant == tenant}

    def identities_of(
        self, conn: Connection, tenant: str, ids: Iterable[str]
    ) -> dict[str, list[Any]]:
        wanted = list(ids)
        missing = [id_ for id_ in wanted if id_ not in self._held]
        if missing:
            self._hold(conn, missing)
        held = self._held
        rows = self.identities.get(conn, [key for id_ in wanted for key in held[id_]])
        found: dict[str, list[Any]] = {}
        for id_ in wanted:
            own = [row for key in held[id_] if (row := rows.get(key)) is not None]
            if own:
                own.sort(key=lambda row: (row.kind, row.seen_at, row.value))
                found[id_] = own
        return found

    def _hold(self, conn: Connection, ids: Sequence[str]) -> None:
        """Which identities these customers have."""
        found: dict[str, list[Any]] = {id_: [] for id_ in ids}
        columns = [identities.c[name] for name in self.identities.key]
        rows = conn.execute(
            all_tenants(
                select(identities.c.customer_id, *columns).where(
                    among(identities.c.customer_id, ids)
                )
            )
        )
        for row in rows:
            found[row[0]].append(tuple(row[1:]))
        self._held.update({id_: tuple(keys) for id_, keys in found.items()})

    def find_orders(
        self, conn: Connection, tenant: str, wanted: Iterable[tuple[str, str]]
    ) -> dict[tuple[str, str], Any]:
        found = self.orders.get_named(conn, [(tenant, *pair) for pair in wanted])
        return {(name[1], name[2]): row for name, row in found.items()}

    def note_untold(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        self.done.untold.extend(rows)


class _Noted:
    """Rows that are only noted: whether they are kept is said with the commit."""

    def __init__(self, shelves: Shelves, name: str) -> None:
        self._shelves, self._name = shelves, name

    def insert(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        getattr(self._shelves.done, self._name).extend(rows)


def shelves_of(conn: Connection) -> Shelves:
    """The shelves of a scratch database."""
    found: Shelves = conn.get_execution_options()["shelves"]
    return found


@lru_cache(maxsize=4_000)
def _named(sql: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_NAMES.findall(sql)))

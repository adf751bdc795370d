"""A batch: what one transaction of a worker knows and what it will write.

While a batch is worked on, everything its lanes own is changed in memory only: customers, runs,
caps. `write` puts all of it into the store at the end, in one transaction, in a fixed order.
Readers that look at the same customer later in the batch therefore see what earlier runs did.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.core.event import Event
from engine.core.event_types import EVENT_TYPES, load_scope
from engine.core.ids import lane_of
from engine.runtime.in_hand import Customer, RunInHand
from engine.runtime.rows import answer_row, customer_row, event_row, moved_row, run_row, scope_in
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import effects as effect_store
from engine.store import events as event_store
from engine.store import incidents as incident_store
from engine.store import lanes as lane_store
from engine.store import orders as order_store
from engine.store import products as product_store
from engine.store import runs as run_store
from engine.store import tasks as task_store
from engine.store.bulk import insert_many, insert_new
from engine.store.db import Connection


@dataclass(slots=True)
class Batch:
    """What is known, by id, and what will be written."""

    world: World
    now: datetime
    events: dict[str, Event] = field(default_factory=dict)
    event_rows: dict[str, Any] = field(default_factory=dict)
    scopes: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: dict[str, RunInHand] = field(default_factory=dict)
    broken: dict[str, Exception] = field(default_factory=dict)  # runs that could not be loaded
    customers: dict[str, Customer] = field(default_factory=dict)
    waits: dict[tuple[str, str], list[Any]] = field(default_factory=dict)  # (tenant, key)
    # What is known of a cap or a trigger's marks, and since when.
    caps: dict[tuple[str, str, str], tuple[datetime, list[datetime]]] = field(default_factory=dict)
    # Unfinished runs of a run mode's key, as of now: {(flow id, key): [(run id, lane, status)]}
    unfinished: dict[tuple[str, str], list[tuple[str, int, str]]] = field(default_factory=dict)
    last_started: dict[tuple[str, str], datetime | None] = field(default_factory=dict)
    marks: dict[tuple[str, str, str], tuple[datetime, list[Any]]] = field(default_factory=dict)
    orders: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)

    journal: list[dict[str, Any]] = field(default_factory=list)
    changed_runs: dict[str, RunInHand] = field(default_factory=dict)
    effects: list[dict[str, Any]] = field(default_factory=list)
    work: list[dict[str, Any]] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)
    new_waits: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    new_timers: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    dropped_waits: list[tuple[str, str]] = field(default_factory=list)
    dropped_timers: list[tuple[str, str]] = field(default_factory=list)
    new_tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    withdrawn_tasks: list[tuple[str, str]] = field(default_factory=list)
    task_people: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    untold: list[dict[str, Any]] = field(default_factory=list)  # notices with nobody to go to
    history: list[dict[str, Any]] = field(default_factory=list)
    new_caps: list[dict[str, Any]] = field(default_factory=list)
    new_marks: list[dict[str, Any]] = field(default_factory=list)
    new_orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed_orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    new_events: list[dict[str, Any]] = field(default_factory=list)
    unmapped: list[dict[str, Any]] = field(default_factory=list)  # goods that have no product
    books: Any = None  # what this batch knows of settlement (settling/books.py), once it does
    # Runs that go on from memory soon, else from their journal: their state is not stored.
    told: set[str] = field(default_factory=set)

    def scope_of(self, event_id: str, event: Event) -> dict[str, Any]:
        """The names an event brings, typed; loaded once per batch and never changed."""
        found = self.scopes.get(event_id)
        if found is None:
            row, memory = self.event_rows.get(event_id), self.world.memory
            if row is not None and event.type not in EVENT_TYPES:
                found = scope_in(self.world, row.tenant, event)
            elif row is not None and memory.tenant(row.tenant).settles:
                found = memory.typed(event_id, event)
            else:
                found = load_scope(event)
            self.scopes[event_id] = found
        return found

    def lane(self, tenant: str, owner: str) -> int:
        return lane_of(tenant, owner, self.world.lanes)

    def put(
        self, tenant: str, lane: int, kind: str, ref: str, at: datetime, payload: Any = None
    ) -> None:
        """Work for a lane, this one or another, when the batch is committed."""
        self.work.append(
            {"lane": lane, "tenant": tenant, "kind": kind, "ref": ref, "at": at, "payload": payload}
        )

    def tell(self, tenant: str, event: Event, owner: str) -> None:
        """An event of our own, when the batch is committed.

        Its id keeps when it came, for whoever looks back by time; its name in `event` keeps it from
        being told twice.
        """
        id_, lane = self.world.ids("evt", self.now)(), self.lane(tenant, owner)
        self.new_events.append(event_row(tenant, id_, event, owner, lane, self.now))

    def signal(self, run: str, tenant: str, lane: int, at: datetime, payload: Any) -> None:
        """A signal for a run: {"kind", "token", "port", "value"}."""
        self.put(tenant, lane, "signal", run, at, payload)

    def wait(self, run: RunInHand, token: str, row: dict[str, Any]) -> None:
        self.new_waits[run.id, token] = row

    def drop_wait(self, run: RunInHand, token: str) -> None:
        if self.new_waits.pop((run.id, token), None) is None:
            self.dropped_waits.append((run.id, token))

    def drop_timer(self, run: RunInHand, token: str) -> None:
        if self.new_timers.pop((run.id, token), None) is None:
            self.dropped_timers.append((run.id, token))

    def withdraw_task(self, run: RunInHand, token: str) -> None:
        held = [
            id_
            for id_, row in self.new_tasks.items()
            if row["run_id"] == run.id and row["token"] == token
        ]
        for id_ in held:
            del self.new_tasks[id_]
            self.task_people = [row for row in self.task_people if row["task_id"] != id_]
        if not held:
            self.withdrawn_tasks.append((run.id, token))

    # -- writing -----------------------------------------------------------------------------------

    def put_away(self) -> None:
        """Makes what is stored of runs: before the transaction that writes, which is short."""
        for run in self.changed_runs.values():
            run.put_away(is_told=run.id in self.told)

    def write(self, conn: Connection) -> None:
        """Everything into the store; the caller's transaction makes it one step.

        1. what is found again by key: customers, orders, events of our own
        2. runs, new and changed, and their journal
        3. what runs wait for, what they want done
        4. work for lanes, and the work that is done taken away
        """
        self._write_records(conn)
        self._write_runs(conn)
        self._write_asked(conn)
        if self.books is not None:
            self.books.write(conn, self.now)
        lane_store.put_work(conn, self.work)
        lane_store.finish(conn, self.finished)

    def _write_records(self, conn: Connection) -> None:
        changed = [customer for customer in self.customers.values() if customer.is_changed]
        if changed:
            customer_store.save_customers(conn, [customer_row(one, self.now) for one in changed])
        customer_store.store_history(conn, self.history)
        customer_store.store_caps(conn, self.new_caps)
        customer_store.store_marks(conn, self.new_marks)
        order_store.store_orders(conn, list(self.new_orders.values()))
        order_store.save_orders(conn, list(self.changed_orders.values()))
        product_store.note_unmapped(conn, self.unmapped)
        if self.new_events:
            fresh = event_store.store_events(conn, self.new_events)
            self.work.extend(
                {
                    "lane": row["lane"],
                    "tenant": row["tenant"],
                    "kind": "event",
                    "ref": row["id"],
                    "at": row["received_at"],
                    "payload": None,
                }
                for row in self.new_events
                if (row["tenant"], row["source"], row["external_id"]) in fresh
            )

    def _write_runs(self, conn: Connection) -> None:
        changed = self.changed_runs.values()
        run_store.store_runs(conn, [run_row(run) for run in changed if run.is_new])
        run_store.save_runs(conn, [moved_row(run) for run in changed if not run.is_new])
        run_store.store_journal(conn, self.journal)
        insert_many(conn, incident_store.incidents, self.incidents)

    def _write_asked(self, conn: Connection) -> None:
        run_store.drop(conn, run_store.waits, self.dropped_waits)
        run_store.drop(conn, run_store.timers, self.dropped_timers)
        insert_new(conn, run_store.waits, list(self.new_waits.values()), ("run_id", "token"))
        insert_new(conn, run_store.timers, list(self.new_timers.values()), ("run_id", "token"))
        insert_many(conn, task_store.tasks, list(self.new_tasks.values()))
        insert_many(conn, task_store.task_people, self.task_people)
        task_store.withdraw_tasks(conn, self.withdrawn_tasks, self.now)
        task_store.store_notices(conn, self.notices)
        task_store.note_untold(conn, self.untold)
        own: list[dict[str, Any]] = []
        again: list[dict[str, Any]] = []
        for effect in self.effects:
            run = self.runs.get(effect["run_id"])
            (own if run is not None and run.is_new else again).append(effect)
        effect_store.add_effects(conn, own)
        for held in effect_store.store_effects(conn, again):
            # Whether money was paid is a person's to say: until then nothing is answered.
            decides = held.status == "unknown" and held.effect_class == "money"
            if held.token and not decides:
                self.work.append(answer_row(held, held.status, held.output, held.error, self.now))

"""A batch: what one transaction of a worker knows and what it will write.

While a batch is worked on, everything its lanes own is changed in memory only: customers, runs,
caps. `write` puts all of it into the store at the end, in one transaction, in a fixed order.
Readers that look at the same customer later in the batch therefore see what earlier runs did.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import zstandard

from engine.core.errors import InvalidInput
from engine.core.event import Event
from engine.core.event_types import EVENT_TYPES, load_scope
from engine.core.ids import lane_of
from engine.core.version import Version
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
from engine.store.db import Connection, dump_json

# An entry is about 900 bytes: level 1 takes twice as long and saves 80 of them.
_pack = zstandard.ZstdCompressor(level=-1).compress
_unpack = zstandard.ZstdDecompressor().decompress


def pack(raw: bytes) -> bytes:
    """Journal entries and states as they are stored."""
    return _pack(raw)


def unpack(packed: bytes) -> bytes:
    return _unpack(packed)


@dataclass(slots=True)
class Need:
    """Something of the store that a piece of work waits for; answered for the whole batch at once.

    `kind` names a loader in reads.py.
    """

    kind: str
    tenant: str
    args: Any


# A piece of work under way: yields what it needs, is sent the answers in order.
Steps = Generator[list[Need], list[Any], Any]


@dataclass(slots=True)
class RunInHand:
    """A run while it is worked on."""

    id: str
    tenant: str
    flow_id: str
    version_id: str
    version: Version
    event_id: str
    owner: str
    lane: int
    trigger: str
    started_at: datetime
    mode_key: str | None = None
    parent: str | None = None
    status: str = "running"
    seq: int = 0
    state: dict[str, Any] | None = None
    is_new: bool = True
    updated_at: datetime | None = None
    ended_at: datetime | None = None
    output: Any = None
    error: Mapping[str, Any] | None = None
    packed: bytes | None = None


@dataclass(slots=True)
class Customer:
    """A customer while it is worked on; `record` is what expressions see."""

    id: str
    tenant: str
    record: dict[str, Any]
    row: Any
    is_changed: bool = False


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
    history: list[dict[str, Any]] = field(default_factory=list)
    new_caps: list[dict[str, Any]] = field(default_factory=list)
    new_marks: list[dict[str, Any]] = field(default_factory=list)
    new_orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed_orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    new_events: list[dict[str, Any]] = field(default_factory=list)
    unmapped: list[dict[str, Any]] = field(default_factory=list)  # goods that have no product
    books: Any = None  # what this batch knows of settlement (settling/books.py), once it does

    def scope_of(self, event_id: str, event: Event) -> dict[str, Any]:
        """The names an event brings, typed; loaded once per batch and never changed."""
        found = self.scopes.get(event_id)
        if found is None:
            row = None if event.type in EVENT_TYPES else self.event_rows.get(event_id)
            found = scope_in(self.world, row.tenant, event) if row else load_scope(event)
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
            customer_store.save_customers(conn, [_customer_row(one, self.now) for one in changed])
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
        run_store.store_runs(conn, [_run_row(run) for run in changed if run.is_new])
        run_store.save_runs(conn, [_moved_row(run) for run in changed if not run.is_new])
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


def _run_row(run: RunInHand) -> dict[str, Any]:
    return {
        "id": run.id,
        "tenant": run.tenant,
        "flow_id": run.flow_id,
        "version_id": run.version_id,
        "event_id": run.event_id,
        "owner": run.owner,
        "lane": run.lane,
        "mode_key": run.mode_key,
        "trigger": run.trigger,
        "status": run.status,
        "seq": run.seq,
        "started_at": run.started_at,
        "updated_at": run.updated_at or run.started_at,
        "ended_at": run.ended_at,
        "output": run.output,
        "error": run.error,
        "parent": run.parent,
        "state": run.packed,
    }


def _moved_row(run: RunInHand) -> dict[str, Any]:
    return {
        "id": run.id,
        "status": run.status,
        "seq": run.seq,
        "updated_at": run.updated_at,
        "ended_at": run.ended_at,
        "output": run.output,
        "error": run.error,
        "parent": run.parent,
        "state": run.packed,
    }


def scope_in(world: World, tenant: str, event: Event) -> dict[str, Any]:
    """The names an event brings, typed; the tenant's own types by their schema.

    One that was stored before its type was changed, and does not fit it now, is free data.
    """
    own = world.memory.tenant(tenant).own_types.get(event.type)
    try:
        return load_scope(event, own)
    except InvalidInput:
        if own is None:
            raise
        return load_scope(event)


_OWN_COLUMNS = frozenset(
    {"id", "name", "phone", "level", "tags", "owner_user", "consent", "created_at", "identities"}
)


def customer_record(row: Any, identities: list[Any]) -> dict[str, Any]:
    """What expressions see of a customer: own fields stand beside the fixed ones."""
    found: dict[str, Any] = dict(row.fields or {})
    found.update(
        id=row.id,
        name=row.name,
        phone=row.phone,
        level=row.level,
        tags=list(row.tags or ()),
        owner_user=row.owner_user,
        created_at=row.created_at,
        consent=dict(row.consent or {}),
        identities={one.kind: one.value for one in identities if one.sealed is None},
    )
    return found


def _customer_row(customer: Customer, now: datetime) -> dict[str, Any]:
    record = customer.record
    return {
        "id": customer.id,
        "name": record["name"],
        "level": record["level"],
        "tags": record["tags"],
        "owner_user": record["owner_user"],
        "consent": record["consent"],
        "fields": {name: value for name, value in record.items() if name not in _OWN_COLUMNS},
        "revision": customer.row.revision + 1,
        "updated_at": now,
    }


def as_json(value: Any) -> Any:
    """Plain JSON values of anything a step may put out (Decimal becomes text).

    The character U+0000, which PostgreSQL cannot store, becomes U+FFFD: platforms do answer it.
    """
    kind = value.__class__
    if value is None or kind is bool or kind is int:
        return value
    if kind is list and all(one.__class__ is str and "\x00" not in one for one in value):
        return value.copy()  # tags: asked for twice with each change
    written = dump_json(value)
    found = orjson.loads(written)
    return _without_nul(found) if "\\u0000" in written else found


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(one) for name, one in value.items()}
    return value


def answer_row(row: Any, status: str, output: Any, error: Any, now: datetime) -> dict[str, Any]:
    """The signal that tells a run what became of its effect."""
    failed = status != "delivered"
    value = {**(error or {}), "code": "unknown"} if status == "unknown" else error
    return {
        "lane": row.lane,
        "tenant": row.tenant,
        "kind": "signal",
        "ref": row.run_id,
        "at": now,
        "payload": {
            "kind": "answer",
            "token": row.token,
            "port": "error" if failed else "out",
            "value": value if failed else output,
        },
    }


def event_row(
    batch: Batch,
    tenant: str,
    id_: str,
    event: Event,
    owner: str,
    at: datetime,
    lane: int | None = None,
) -> dict[str, Any]:
    """An event of our own as a row of the inbox."""
    return {
        "id": id_,
        "tenant": tenant,
        "source": event.source,
        "external_id": event.id,
        "type": event.type,
        "subject": event.subject,
        "time": event.time,
        "received_at": at,
        "owner": owner,
        "lane": batch.lane(tenant, owner) if lane is None else lane,
        "connection": None,
        "chain": list(event.chain),
        "data": as_json(event.data),
    }


def chain_of(run: RunInHand) -> list[str]:
    """The causes of what this run causes, itself included (SEMANTICS R12)."""
    found: list[str] = ((run.state or {}).get("start") or {}).get("chain") or []
    return found

"""Advances runs: leases lanes, works on their batches, one transaction per batch.

1. Lease a few lanes that have work, oldest first.
2. Claim a batch of their work and load all it names.
3. Work on it in memory, owner by owner side by side (advance.py), answering needs in bulk.
4. Write everything in one transaction that begins with the fence: a lost lease stops it all.
5. Go on until the lanes are empty or the time is up; wake the next one.

Database faults repeat a batch. Any other fault halves it until the bad piece of work is alone: that
one is set aside as an incident and the lane goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from engine.core.errors import EngineError, GiveUp
from engine.core.event_types import patterns_of
from engine.core.execute import load_state
from engine.core.ids import lane_of, new_id
from engine.core.text import text
from engine.core.version import Version
from engine.runtime.announce import announce_incidents
from engine.runtime.batch import Batch, Need, RunInHand, Steps, unpack
from engine.runtime.dispatch import work_on
from engine.runtime.inbox import as_event, record_keys
from engine.runtime.reads import LOADERS, answer_all, load_customers
from engine.runtime.start import event_value
from engine.runtime.world import World
from engine.store import events as event_store
from engine.store import incidents as incident_store
from engine.store import lanes as lane_store
from engine.store import orders as order_store
from engine.store import runs as run_store
from engine.store.bulk import insert_many
from engine.store.db import Connection, DatabaseFault

log = structlog.get_logger(__name__)

# Renewed with every batch. A worker that was killed keeps its lanes for this long.
LEASE_FOR = timedelta(seconds=5)
MOST_LANES = 16
BATCH = 400  # a batch costs some twenty statements, however many runs are in it
AHEAD = 2  # batches claimed at once: a lane held is nobody else's, so its work stays as it is
REPEATS = 5


class LeaseLost(Exception):
    """Another worker has taken a lane of this batch: nothing was written."""


def drain_lanes(world: World, who: str, *, seconds: float = 10.0, batch: int = BATCH) -> int:
    """Works until no free lane has work or the time is up; returns how many pieces were done."""
    over = time.monotonic() + seconds
    done = 0
    while True:
        held = _lease(world, who)
        if not held:
            return done
        try:
            while rows := _claim(world, held, batch * AHEAD):
                for start in range(0, len(rows), batch):
                    done += work_batch(world, held, rows[start : start + batch])
                    if time.monotonic() >= over:
                        world.queue.wake("lanes")
                        return done
        except LeaseLost:
            # Nothing was written. Those lanes that are still ours are given back below.
            log.warning("lease lost", worker=who, lanes=sorted(held))
        finally:
            with world.db.begin() as conn:
                lane_store.release(conn, held)


def _lease(world: World, who: str) -> dict[int, int]:
    with world.db.begin() as conn:
        busy = lane_store.lanes_with_work(conn)
        if not busy:
            return {}
        # Half of what there is: with all of it, the second worker would find nothing.
        held = lane_store.lease(conn, who, min(MOST_LANES, max(1, busy // 2)), LEASE_FOR)
    if busy > len(held):
        world.queue.wake("lanes")
    return held


def _claim(world: World, held: dict[int, int], most: int) -> list[Any]:
    with world.db.reading() as conn:
        return lane_store.claim(conn, held, most)


def work_batch(world: World, held: dict[int, int], rows: Sequence[Any]) -> int:
    """Does these rows: all of them, or, where one is bad, all others and that one set aside."""
    for attempt in range(1, REPEATS + 1):
        try:
            _do(world, held, rows)
            return len(rows)
        except LeaseLost:
            raise
        except DatabaseFault as fault:
            if attempt == REPEATS:
                raise
            log.warning("database fault, batch repeated", attempt=attempt, error=str(fault)[:200])
            time.sleep(0.05 * 2**attempt)
        except Exception as fault:
            if len(rows) == 1:
                _set_aside(world, held, rows[0], fault)
                return 1
            log.warning("bad work in batch", rows=len(rows), error=repr(fault)[:200])
            middle = len(rows) // 2
            return work_batch(world, held, rows[:middle]) + work_batch(world, held, rows[middle:])
    raise AssertionError("unreachable")


def _do(world: World, held: dict[int, int], rows: Sequence[Any]) -> None:
    batch = Batch(world, world.now())
    with world.db.reading() as conn:
        load(batch, conn, rows)
        compute(batch, conn, rows)
    batch.finished = [row.id for row in rows]
    with world.db.begin() as conn:
        if not lane_store.fence(conn, held, LEASE_FOR):
            raise LeaseLost
        batch.write(conn)
    if batch.effects:
        world.queue.wake("outbox")
    if any(row["lane"] not in held for row in batch.work):
        world.queue.wake("lanes")


def load(batch: Batch, conn: Connection, rows: Sequence[Any]) -> None:
    """Everything the rows name, with one query per kind and tenant."""
    batch.world.memory.refresh(conn)
    for tenant in {row.tenant for row in rows}:
        own = [row for row in rows if row.tenant == tenant]
        stored = run_store.load_runs(
            conn,
            {row.ref for row in own if row.kind in ("signal", "look")}
            | {row.payload["run_id"] for row in own if row.kind == "child"},
        )
        events = {row.ref for row in own if row.kind == "event"}
        events |= {
            row.payload["event"]
            for row in own
            if row.kind in ("signal", "start") and (row.payload or {}).get("event")
        }
        keys: set[str] = set()
        found = _events(batch, conn, tenant, events)
        for event in found:
            keys |= {event.owner, *record_keys(event.data)}
        if keys:
            types = {pattern for event in found for pattern in patterns_of(event.type)}
            waits = run_store.waits_for(conn, tenant, keys, types)
            for wait in waits:
                batch.waits.setdefault((tenant, wait.key), []).append(wait)
            stored |= run_store.load_runs(conn, {wait.run_id for wait in waits} - stored.keys())
        _events(batch, conn, tenant, {run.event_id for run in stored.values()})
        _runs(batch, conn, tenant, stored)
        owners = {row.owner for row in found} | {run.owner for run in stored.values()}
        owners |= {row.ref for row in own if row.kind in ("effect", "child")}
        load_customers(
            batch, conn, tenant, [owner[9:] for owner in owners if owner.startswith("customer:")]
        )
        numbers = {
            (order["platform"], order["external_id"])
            for event in found
            if event.type.startswith("order.")
            and isinstance(order := event.data.get("order"), dict)
            and "platform" in order
            and "external_id" in order
        }
        for (platform, number), row in order_store.find_orders(conn, tenant, numbers).items():
            batch.orders[tenant, platform, number] = dict(row._mapping)


def _events(batch: Batch, conn: Connection, tenant: str, ids: set[str]) -> list[Any]:
    missing = [id_ for id_ in ids if id_ not in batch.event_rows]
    rows = event_store.find_events(conn, tenant, missing) if missing else []
    for row in rows:
        batch.event_rows[row.id] = row
        batch.events[row.id] = as_event(row)
    return rows


def _runs(batch: Batch, conn: Connection, tenant: str, stored: dict[str, Any]) -> None:
    versions = batch.world.memory.versions(
        conn, tenant, {row.version_id for row in stored.values()}
    )
    for row in stored.values():
        try:
            batch.runs[row.id] = _in_hand(batch, row, versions.get(row.version_id))
        except Exception as fault:
            # Only work for this very run fails by it (take_signal), not what came along with it.
            batch.broken[row.id] = fault


def _load_run(batch: Batch, conn: Connection, tenant: str, ids: Sequence[str]) -> list[None]:
    """Puts further runs into the batch; one that is there stays as it is."""
    stored = run_store.load_runs(conn, set(ids) - batch.runs.keys())
    _events(batch, conn, tenant, {run.event_id for run in stored.values()})
    _runs(batch, conn, tenant, stored)
    owners = [row.owner for row in stored.values() if row.owner.startswith("customer:")]
    load_customers(batch, conn, tenant, [owner[9:] for owner in owners])
    return [None] * len(ids)


LOADERS["load_run"] = _load_run


def _in_hand(batch: Batch, row: Any, version: Version | None) -> RunInHand:
    if version is None:
        raise GiveUp(
            text("流程的这个版本无法加载", "this version of the flow cannot be loaded"),
            "no_version",
        )
    event = batch.events.get(row.event_id)
    return RunInHand(
        id=row.id,
        tenant=row.tenant,
        flow_id=row.flow_id,
        version_id=row.version_id,
        version=version,
        event_id=row.event_id,
        owner=row.owner,
        lane=row.lane,
        trigger=row.trigger,
        started_at=row.started_at,
        mode_key=row.mode_key,
        parent=row.parent,
        status=row.status,
        seq=row.seq,
        is_new=False,
        updated_at=row.updated_at,
        ended_at=row.ended_at,
        output=row.output,
        error=row.error,
        packed=row.state,
        state=load_state(
            unpack(row.state),
            event=event_value(batch, row.event_id, event) if event else None,
            params=version.params,
        )
        if row.state
        else None,
    )


def compute(batch: Batch, conn: Connection, rows: Sequence[Any]) -> None:
    """Works on the rows: one owner's in order, different owners' side by side."""
    by_owner: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        by_owner.setdefault((row.tenant, _owner(batch, row)), []).append(row)
    waiting: list[tuple[Steps, list[Need]]] = []
    for own in by_owner.values():
        steps = _in_order(batch, own)
        needs = next(steps, None)
        if needs is not None:
            waiting.append((steps, needs))
    while waiting:
        flat = [need for _, needs in waiting for need in needs]
        answers = iter(answer_all(batch, conn, flat))
        still: list[tuple[Steps, list[Need]]] = []
        for steps, needs in waiting:
            own_answers = [next(answers) for _ in needs]
            try:
                still.append((steps, steps.send(own_answers)))
            except StopIteration:
                continue
        waiting = still


def _in_order(batch: Batch, rows: Sequence[Any]) -> Steps:
    for row in rows:
        yield from work_on(batch, row)


def _owner(batch: Batch, row: Any) -> str:
    if row.kind == "event":
        stored = batch.event_rows.get(row.ref)
        return str(stored.owner) if stored else str(row.ref)
    if row.kind in ("signal", "look"):
        run = batch.runs.get(row.ref)
        return run.owner if run else str(row.ref)
    return str(row.ref)


def _set_aside(world: World, held: dict[int, int], row: Any, fault: Exception) -> None:
    """A piece of work that cannot be done: an incident names it, the lane goes on."""
    log.error("work set aside", kind=row.kind, ref=row.ref, error=repr(fault), exc_info=fault)
    message = (
        fault.message
        if isinstance(fault, EngineError)
        else text("系统内部出错，已停下等待处理", "an internal fault: stopped until somebody looks")
    )
    now = world.now()
    is_run = row.kind in ("signal", "look")
    incident = {
        "id": new_id("inc", now),
        "tenant": row.tenant,
        "kind": "run" if is_run else "event",
        "ref": row.ref,
        "run_id": row.ref if is_run else None,
        "flow_id": None,
        "code": getattr(fault, "code", "internal"),
        "message": message,
        "status": "open",
        "created_at": now,
    }
    with world.db.begin() as conn:
        if not lane_store.fence(conn, held, LEASE_FOR):
            raise LeaseLost
        insert_many(conn, incident_store.incidents, [incident])
        error = {"code": incident["code"], "message": message}
        if is_run:
            run_store.mark_failed(conn, row.tenant, row.ref, now, error)
        lane_store.put_work(conn, list(_told(world, conn, row, error, now)))
        lane_store.finish(conn, [row.id])
    world.queue.wake("lanes")
    announce_incidents(world, [incident])


def _told(
    world: World, conn: Connection, row: Any, error: dict[str, Any], now: datetime
) -> Iterator[dict[str, Any]]:
    """Work for those who would wait in vain: who asked, and what is queued behind a run."""
    asked = row.payload or {}
    asker = None
    if row.kind == "effect":
        asker = (asked.get("run"), asked.get("lane"), asked.get("token"))
    elif row.kind == "child":
        asker = (asked.get("parent"), asked.get("parent_lane"), asked.get("token"))
    elif row.kind in ("signal", "look"):
        run = run_store.find_run(conn, row.tenant, row.ref)
        if run is not None and run.parent:
            parent, lane, token = run.parent.split(" ", 2)
            asker = (parent, int(lane), token)
        if run is not None and run.mode_key:
            yield {
                "lane": lane_of(row.tenant, run.mode_key, world.lanes),
                "tenant": row.tenant,
                "kind": "next",
                "ref": run.mode_key,
                "at": now,
                "payload": {"flow": run.flow_id, "key": run.mode_key},
            }
    if asker is not None and asker[2]:
        answer = {"kind": "answer", "token": asker[2], "port": "error", "value": error}
        yield {
            "lane": asker[1],
            "tenant": row.tenant,
            "kind": "signal",
            "ref": asker[0],
            "at": now,
            "payload": answer,
        }

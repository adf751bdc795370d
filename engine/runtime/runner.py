"""Advances runs: leases lanes, works on their batches, one transaction per batch.

1. Lease a few lanes that have work, oldest first.
2. Claim a batch of their work and load all it names.
3. Work on it in memory, owner by owner side by side (advance.py), answering needs in bulk.
4. Write everything in one transaction that begins with the fence: a lost lease stops it all.
5. Calls that may go at once are sent (courier.py); runs go on with the answers that came.
6. Go on until the lanes are empty or the time is up; wake the next one.

Database faults repeat a batch. Any other fault halves it until the bad piece of work is alone: that
one is set aside as an incident and the lane goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import structlog

from engine.core.errors import EngineError
from engine.core.ids import lane_of, new_id
from engine.core.text import text
from engine.runtime.announce import announce_incidents
from engine.runtime.batch import Batch
from engine.runtime.courier import Calls, Courier
from engine.runtime.dispatch import work_on
from engine.runtime.in_hand import Need, Steps
from engine.runtime.loading import load
from engine.runtime.outbox import settle
from engine.runtime.outcomes import Answered, Told, note, tell
from engine.runtime.reads import answer_all
from engine.runtime.start import Passing
from engine.runtime.world import World
from engine.store import effects as effect_store
from engine.store import incidents as incident_store
from engine.store import lanes as lane_store
from engine.store import runs as run_store
from engine.store.bulk import insert_many
from engine.store.db import Connection, DatabaseFault

log = structlog.get_logger(__name__)

# Renewed with every batch. A worker that was killed keeps its lanes for this long.
LEASE_FOR = timedelta(seconds=5)
MOST_LANES = 16
BATCH = 400  # a batch costs some twenty statements, however many runs are in it
AHEAD = 4  # batches claimed at once: a lane held is nobody else's, so its work stays as it is
REPEATS = 5
LINGER = 0.1  # seconds an empty lane is held for calls under way: their runs then go on from memory


class LeaseLost(Exception):
    """Another worker has taken a lane of this batch: nothing was written."""


class ClaimLost(Exception):
    """Somebody else has judged a call that came back: nothing was written."""


def drain_lanes(world: World, who: str, *, seconds: float = 10.0, batch: int = BATCH) -> int:
    """Works until no free lane has work or the time is up; returns how many pieces were done.

    Calls are left to the outbox.
    """
    return _drain(world, who, time.monotonic() + seconds, batch, None)


def drain_and_call(world: World, who: str, *, seconds: float = 10.0, batch: int = BATCH) -> int:
    """The same with the calls that may go at once; when it returns none is under way.

    While a slow platform is waited for beyond the time, lanes are worked on, but no call is begun.
    """
    over = time.monotonic() + seconds
    done = 0
    with Courier(world, who) as courier:
        while True:
            done += _drain(world, who, max(over, time.monotonic() + LINGER), batch, courier)
            if not courier.is_busy:
                return done
            courier.is_open = time.monotonic() < over
            for came in courier.come_back(LINGER):
                done += settle(world, who, came)


def _drain(world: World, who: str, over: float, batch: int, courier: Courier | None) -> int:
    done = 0
    while held := _lease(world, who):
        try:
            while (rows := _claim(world, held, batch * AHEAD)) or (courier and courier.expects):
                for start in range(0, len(rows), batch):
                    done += work_batch(world, held, rows[start : start + batch], courier)
                    if courier is not None:
                        done += _go_on(world, held, courier)
                    if time.monotonic() >= over:
                        world.queue.wake("lanes")
                        return done
                if not rows and courier is not None:
                    came = _go_on(world, held, courier, LINGER)
                    if not came:
                        break
                    done += came
        except LeaseLost:
            # Nothing was written. Those lanes that are still ours are given back below.
            log.warning("lease lost", worker=who, lanes=sorted(held))
            # A batch that takes longer than a lease would go to and fro between workers for ever.
            batch = max(1, batch // 2)
        finally:
            if courier is not None:
                courier.forget()
            with world.db.begin() as conn:
                lane_store.release(conn, held)
    return done


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


def _go_on(world: World, held: dict[int, int], courier: Courier, linger: float = 0.0) -> int:
    """Moves runs on with what their calls answered; returns how many calls came back.

    What cannot be done at once takes the outbox's way: a signal in the run's lane.
    """
    done = 0
    for came in courier.come_back(linger):
        done += len(came.rows)
        signals = came.signals()
        try:
            if signals and all(one["lane"] in held for one in signals):
                _do(world, held, [Passing(one) for one in signals], courier, came)
                continue
        except LeaseLost:
            settle(world, courier.who, came)
            raise
        except Exception as fault:
            log.warning("answers left to the outbox", error=repr(fault)[:200])
        settle(world, courier.who, came)
    return done


def work_batch(
    world: World, held: dict[int, int], rows: Sequence[Any], courier: Courier | None = None
) -> int:
    """Does these rows: all of them, or, where one is bad, all others and that one set aside."""
    for attempt in range(1, REPEATS + 1):
        try:
            _do(world, held, rows, courier)
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
                if courier is not None:
                    courier.forget()
                return 1
            log.warning("bad work in batch", rows=len(rows), error=repr(fault)[:200])
            middle = len(rows) // 2
            return sum(
                work_batch(world, held, half, courier) for half in (rows[:middle], rows[middle:])
            )
    raise AssertionError("unreachable")


def _do(
    world: World,
    held: dict[int, int],
    rows: Sequence[Any],
    courier: Courier | None,
    came: Answered | None = None,
) -> None:
    """One batch: of rows of work that are stored, or of the signals of calls that came back."""
    batch = Batch(world, world.now())
    calls: Calls = {}
    told: Told | None = None
    with world.db.reading() as conn:
        world.memory.refresh(conn)
        if courier is not None and came is not None:
            courier.hand_out(batch, [row.ref for row in rows])
        load(batch, conn, rows)
        compute(batch, conn, rows)
        if courier is not None and batch.effects:
            calls = courier.take(conn, batch)
    batch.put_away()
    if came is None:
        batch.finished = [row.id for row in rows]
    with world.db.begin() as conn:
        if not lane_store.fence(conn, held, LEASE_FOR):
            raise LeaseLost
        batch.write(conn)
        if courier is not None and came is not None:
            own = effect_store.settle_effects(conn, courier.who, came.outcomes)
            if len(own) < len(came.rows):
                raise ClaimLost
            told = note(conn, came)
    if courier is not None:
        courier.send(batch, calls)
    if any(effect["status"] == "pending" for effect in batch.effects):
        world.queue.wake("outbox")
    if came is not None and told is not None:
        tell(world, came.place, told)
    if any(row["lane"] not in held for row in batch.work):
        world.queue.wake("lanes")


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
            try:
                still.append((steps, steps.send(list(islice(answers, len(needs))))))
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

"""The outbox: delivers external effects, each under its key, and resumes the runs that wait.

1. Claim what is due: marked `sending` before anything leaves, so that a cut-off call is seen.
2. Keep to the connection's rate; what may not go yet goes back with a time.
3. Call, many connections side by side; a slow platform holds only its own calls.
4. Write what became of them (outcomes.py) and a signal for each run that waits, in one transaction.

Calls that may go at once do not come here: the worker that planned them makes them (courier.py).
"""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any

from engine.core.connector import ConnectorType
from engine.core.effect import stricter
from engine.core.text import text
from engine.runtime.announce import announce_incidents
from engine.runtime.calling import call_all, limits_of
from engine.runtime.circuit import Place
from engine.runtime.outcomes import Answered, answered, may_repeat, note, note_incidents, tell
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import effects as effect_store
from engine.store import lanes as lane_store
from engine.store.db import Connection

CLAIM = 200
CLAIMED_FOR = timedelta(seconds=90)
RENEW_EVERY = 30.0
THREADS = 16
PROBE_FOR = timedelta(seconds=1)  # what waits behind the first call after a circuit was open


def drain_outbox(world: World, who: str, *, seconds: float = 10.0) -> int:
    """Delivers until nothing is due or the time is up; returns how many effects were settled."""
    over = time.monotonic() + seconds
    renewed = time.monotonic()
    done = 0
    busy: dict[Future[list[Any]], tuple[Place, list[Any]]] = {}
    resting: dict[Place, datetime] = {}
    with ThreadPoolExecutor(THREADS, thread_name_prefix="call") as pool:
        while True:
            held_back = len(resting)
            claimed = [] if time.monotonic() >= over else _claim(world, who, busy, resting)
            for place, rows in claimed:
                future = pool.submit(call_all, world, place, rows)
                busy[future] = (place, rows)
            if not busy:
                if len(resting) > held_back and time.monotonic() < over:
                    continue  # these may not go now, others behind them may
                if time.monotonic() >= over and done:
                    world.queue.wake("outbox")
                return done
            ended, _ = wait(busy, timeout=1.0, return_when=FIRST_COMPLETED)
            if time.monotonic() - renewed >= RENEW_EVERY:
                # A slow platform is no crash: what still waits for its turn is not cut off.
                renewed = time.monotonic()
                with world.db.begin() as conn:
                    effect_store.renew_claims(conn, who, CLAIMED_FOR)
            for future in ended:
                place, rows = busy.pop(future)
                done += settle(world, who, answered(world, place, rows, future.result()))


def _claim(
    world: World,
    who: str,
    busy: dict[Future[list[Any]], tuple[Place, list[Any]]],
    resting: dict[Place, datetime],
) -> list[tuple[Place, list[Any]]]:
    """Effects to send now, by connection; those over a rate go back at once.

    `resting` keeps the connections that are at their rate, and until when: the rest of what waits
    for them is not claimed in vain.
    """
    now = world.now()
    with world.db.begin() as conn:
        closed = {place for place, _ in busy.values()}
        closed |= set(connection_store.open_circuits(conn, now))
        closed |= {place for place, until in resting.items() if until > now}
        rows = effect_store.claim_effects(conn, who, now, CLAIMED_FOR, CLAIM, closed)
        by_place: dict[Place, list[Any]] = {}
        for row in rows:
            by_place.setdefault((row.tenant, row.connection), []).append(row)
        found = []
        for place, unread in by_place.items():
            row = connection_store.find_connection(conn, *place)
            connector = world.registry.connectors.get(row.connector) if row else None
            own = _classed(conn, connector, unread)
            limits, rate, is_probe = limits_of(row, connector, now)
            wanted = 1 if is_probe else len(own)
            given, pause = world.queue.take(f"{place[0]}:{place[1]}", rate, limits.per, wanted)
            if own[given:]:
                pause = max(pause, PROBE_FOR) if is_probe else pause
                resting[place] = now + pause
                effect_store.settle_effects(
                    conn,
                    who,
                    [
                        {
                            "key": row.key,
                            "status": "pending",
                            "next_at": now + pause,
                            "ended_at": None,
                            "output": None,
                            "error": None,
                            "attempts": row.attempts - 1,
                        }
                        for row in own[given:]
                    ],
                )
            if own[:given]:
                found.append((place, own[:given]))
    return found


def _classed(conn: Connection, connector: ConnectorType | None, rows: list[Any]) -> list[Any]:
    """The rows with the stricter class of step and action, stored before anything leaves."""
    stricter_by_key: dict[str, str] = {}
    for row in rows:
        action = connector.action(row.action) if connector else None
        if action is not None:
            wanted = stricter(row.effect_class, action.effect_class)
            if wanted != row.effect_class:
                stricter_by_key[row.key] = wanted
    if not stricter_by_key:
        return rows
    changed = effect_store.set_classes(conn, stricter_by_key)
    return [changed.get(row.key, row) for row in rows]


def settle(world: World, who: str, came: Answered) -> int:
    """Stores what became of calls, with a signal for each run that waits."""
    with world.db.begin() as conn:
        own = came.only(effect_store.settle_effects(conn, who, came.outcomes))
        lane_store.put_work(conn, own.signals())
        told = note(conn, own)
    world.queue.wake("lanes")
    tell(world, came.place, told)
    return len(came.rows)


def sweep_outbox(world: World, limit: int = 500) -> int:
    """Calls whose sender did not come back: again, or unknown, as their class says."""
    now = world.now()
    with world.db.reading() as conn:
        if not effect_store.cut_off(conn, 1):
            return 0
    with world.db.begin() as conn:
        rows = effect_store.cut_off(conn, limit)
        repeat = [row for row in rows if may_repeat(world, row, conn)]
        lost = [row for row in rows if row not in repeat]
        effect_store.put_back(conn, [row.key for row in repeat], now)
        error = {
            "code": "no_answer",
            "message": text(
                "发出后没有得到回应（进程中断）", "sent, but the process ended before the answer"
            ),
        }
        effect_store.mark_unknown(conn, [row.key for row in lost], error, now)
        unknown = {"status": "unknown", "output": None, "error": error, "ended_at": now}
        left = Answered(("", ""), lost, [], [unknown] * len(lost), now)
        lane_store.put_work(conn, left.signals())
        incidents = note_incidents(conn, left)
    if rows:
        world.queue.wake("outbox")
    announce_incidents(world, incidents)
    return len(rows)

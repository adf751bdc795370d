"""The outbox: delivers external effects, each under its key, and resumes the runs that wait.

1. Claim what is due: marked `sending` before anything leaves, so that a cut-off call is seen.
2. Keep to the connection's rate; what may not go yet goes back with a time.
3. Call, many connections side by side; a slow platform holds only its own calls.
4. Write what became of them and a signal for each run that waits, in one transaction.

No answer is not failure (SEMANTICS R10): pure, read and write go again under the same key, and when
the last attempt got none either, what was to change something is unknown; a message goes again only
if the platform takes a key, else its result is unknown; for money a person decides. A connector
that breaks off counts as no answer: the call may have left. Of the step's class and the action's
the stricter one holds.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any

import structlog

from engine.core.connector import Action, ConnectorType, Limits
from engine.core.effect import stricter
from engine.core.errors import NoAnswer, RetryLater, StepError
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.announce import announce_incidents
from engine.runtime.batch import answer_row, as_json
from engine.runtime.circuit import Place, announce_turn, message_of, note_health
from engine.runtime.connections import NotBegun, fault_of
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import effects as effect_store
from engine.store import incidents as incident_store
from engine.store import lanes as lane_store
from engine.store.bulk import insert_many
from engine.store.db import Connection

log = structlog.get_logger(__name__)

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
                future = pool.submit(_call, world, place, rows)
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
                done += _settle(world, who, place, rows, future.result())


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
            limits, rate, is_probe = _limits(row, connector, now)
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


def _limits(row: Any, connector: ConnectorType | None, now: datetime) -> tuple[Limits, int, bool]:
    """The limits, the rate, and whether one call has to show first that it answers again."""
    limits = connector.limits if connector else Limits()
    is_probe = row is not None and row.open_until is not None and row.open_until <= now
    return limits, (row.rate if row and row.rate else limits.rate), is_probe


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


def _call(world: World, place: Place, rows: list[Any]) -> list[Any]:
    """Output or error for each row, in order; whatever happens, an answer for each."""
    found: list[Any] = [None] * len(rows)
    by_action: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        by_action.setdefault(row.action, []).append(index)
    for action, places in by_action.items():
        own = [rows[at] for at in places]
        try:
            answers = world.caller.call(world, *place, action, own)
            if len(answers) != len(own):
                raise RuntimeError(f"{len(answers)} answers for {len(own)} calls")
        except StepError as error:
            answers = [error] * len(own)
        except Exception as fault:
            log.error("connector fault", connection=place[1], action=action, exc_info=fault)
            answers = [fault_of(row.effect_class) for row in own]
        for at, answer in zip(places, answers, strict=True):
            found[at] = _plain(answer, place[1], action)
    return found


def _plain(answer: Any, connection: str, action: str) -> Any:
    """An output as JSON. One that is none was delivered all the same."""
    if isinstance(answer, Exception):
        return answer
    try:
        return as_json(answer)
    except TypeError as fault:
        log.error("output is no JSON", connection=connection, action=action, error=repr(fault))
        return None


def _settle(world: World, who: str, place: Place, rows: list[Any], answers: list[Any]) -> int:
    now = world.now()
    settled = [
        _outcome(world, row, answer, world.done_at(row.next_at))
        for row, answer in zip(rows, answers, strict=True)
    ]
    with world.db.begin() as conn:
        own = effect_store.settle_effects(conn, who, settled)
        ended = [(row, result) for row, result in zip(rows, settled, strict=True) if row.key in own]
        incidents = _tell_runs(conn, ended, now)
        turn = note_health(conn, _called(conn, place, now), answers, now)
    world.queue.wake("lanes")
    announce_incidents(world, incidents)
    if turn is not None:
        announce_turn(world, place[0], turn)
    return len(rows)


def _outcome(world: World, row: Any, answer: Any, now: datetime) -> dict[str, Any]:
    """The effect's next state: delivered, failed, unknown, or pending again with a time."""
    base = {
        "key": row.key,
        "next_at": now,
        "ended_at": now,
        "output": None,
        "error": None,
        "attempts": row.attempts,
    }
    if not isinstance(answer, Exception):
        return {**base, "status": "delivered", "output": answer}
    if isinstance(answer, NotBegun):
        again = {"status": "pending", "ended_at": None, "attempts": row.attempts - 1}
        return {**base, **again}
    error = {"code": getattr(answer, "code", "failed"), "message": message_of(answer)}
    is_lost = isinstance(answer, NoAnswer)
    if is_lost and not may_repeat(world, row):
        return {**base, "status": "unknown", "error": error}
    if isinstance(answer, RetryLater) or is_lost:
        pause = next_attempt(row.retry, row.attempts, getattr(answer, "after", None))
        if pause is not None:
            return {
                **base,
                "status": "pending",
                "next_at": now + pause,
                "ended_at": None,
                "error": error,
            }
    # It may have arrived all the same; only of what changes nothing this does not matter.
    is_open = is_lost and row.effect_class not in ("pure", "read")
    return {**base, "status": "unknown" if is_open else "failed", "error": error}


def _called(conn: Connection, place: Place, now: datetime) -> Place:
    """Who answered: the backup, while the connection's own circuit is open."""
    row = connection_store.find_connection(conn, *place)
    is_open = row is not None and row.open_until is not None and row.open_until > now
    return (place[0], row.backup) if row is not None and is_open and row.backup else place


def may_repeat(world: World, row: Any, conn: Connection | None = None) -> bool:
    """Whether a call that got no answer may go again under its key (SEMANTICS R10)."""
    if row.effect_class in ("pure", "read", "write"):
        return True
    if row.effect_class == "message":
        action = _action(world, row, conn)
        return action is not None and action.takes_key
    return False


def _action(world: World, row: Any, conn: Connection | None) -> Action | None:
    if conn is None:
        with world.db.reading() as reading:
            return _action(world, row, reading)
    held = connection_store.find_connection(conn, row.tenant, row.connection)
    connector = world.registry.connectors.get(held.connector) if held else None
    return connector.action(row.action) if connector else None


def next_attempt(
    retry: dict[str, Any] | None, attempts: int, after: timedelta | None
) -> timedelta | None:
    """How long to wait before the next attempt; None when there was the last one."""
    rule = retry or {}
    if attempts >= int(rule.get("attempts", 6)):
        return None
    first, factor = float(rule.get("first", 5.0)), float(rule.get("factor", 2.0))
    most = float(rule.get("max", 3600.0))
    pause = timedelta(seconds=min(most, first * factor ** (attempts - 1)))
    return max(pause, after) if after else pause


def _tell_runs(
    conn: Connection, ended: Sequence[tuple[Any, dict[str, Any]]], now: datetime
) -> list[dict[str, Any]]:
    """Signals for runs that wait, incidents where nobody does or a person must decide.

    Returns the incidents.
    """
    work, incidents = [], []
    for row, result in ended:
        status = result["status"]
        if status == "pending":
            continue
        decides = status == "unknown" and row.effect_class == "money"
        if row.token and not decides:
            at = result.get("ended_at") or now
            work.append(answer_row(row, status, result["output"], result["error"], at))
        if status == "unknown" or (status == "failed" and not row.token):
            incidents.append(incident_row(row, status, result["error"], now))
    lane_store.put_work(conn, work)
    insert_many(conn, incident_store.incidents, incidents)
    return incidents


def incident_row(row: Any, status: str, error: Any, now: datetime) -> dict[str, Any]:
    message = (error or {}).get("message") or text("没有回应", "no answer")
    return {
        "id": new_id("inc", now),
        "tenant": row.tenant,
        "kind": "effect",
        "ref": row.key,
        "run_id": row.run_id,
        "flow_id": None,
        "code": "unknown" if status == "unknown" else str((error or {}).get("code", "failed")),
        "message": message,
        "status": "open",
        "created_at": now,
    }


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
        incidents = _tell_runs(
            conn,
            [(row, {"status": "unknown", "output": None, "error": error}) for row in lost],
            now,
        )
    if rows:
        world.queue.wake("outbox")
    announce_incidents(world, incidents)
    return len(rows)

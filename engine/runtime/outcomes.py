"""What becomes of calls that came back: their next state, whom it is told, what it leaves behind.

No answer is not failure (SEMANTICS R10): pure, read and write go again under the same key, and when
the last attempt got none either, what was to change something is unknown; a message goes again only
if the platform takes a key, else its result is unknown; for money a person decides. A connector
that breaks off counts as no answer: the call may have left. Of the step's class and the action's
the stricter one holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.core.connector import Action
from engine.core.errors import NoAnswer, RetryLater
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.announce import announce_incidents
from engine.runtime.circuit import Place, Turn, announce_turn, message_of, note_health
from engine.runtime.connections import NotBegun
from engine.runtime.rows import answer_row
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import incidents as incident_store
from engine.store.bulk import insert_many
from engine.store.db import Connection

Told = tuple[list[dict[str, Any]], Turn | None]  # incidents, and how the circuit has turned


@dataclass(slots=True)
class Answered:
    """Calls of one connection that have come back, and what became of each."""

    place: Place
    rows: list[Any]
    answers: list[Any]
    outcomes: list[dict[str, Any]]
    now: datetime

    def signals(self) -> list[dict[str, Any]]:
        """Work for the lanes of the runs that wait; what a person must decide on first waits."""
        return [
            answer_row(row, one["status"], one["output"], one["error"], one["ended_at"] or self.now)
            for row, one in zip(self.rows, self.outcomes, strict=True)
            if row.token and one["status"] != "pending" and not _decides(row, one["status"])
        ]

    def only(self, keys: set[str]) -> Answered:
        """Without those that are no longer this worker's."""
        kept = [at for at, row in enumerate(self.rows) if row.key in keys]
        rows, outcomes = [self.rows[at] for at in kept], [self.outcomes[at] for at in kept]
        return Answered(self.place, rows, self.answers, outcomes, self.now)


def answered(world: World, place: Place, rows: list[Any], answers: list[Any]) -> Answered:
    now = world.now()  # one moment for all: what all rows share is stored at less cost (bulk.py)
    outcomes = [
        _outcome(world, row, answer, world.done_at(row.next_at, now))
        for row, answer in zip(rows, answers, strict=True)
    ]
    return Answered(place, rows, answers, outcomes, now)


def note(conn: Connection, own: Answered) -> Told:
    """What calls leave beside their answers: incidents, and the connection's health."""
    incidents = note_incidents(conn, own)
    return incidents, note_health(conn, _called(conn, own.place, own.now), own.answers, own.now)


def note_incidents(conn: Connection, own: Answered) -> list[dict[str, Any]]:
    """Incidents where nobody waits for a failure, or a person must decide."""
    incidents = [
        incident_row(row, one["status"], one["error"], own.now)
        for row, one in zip(own.rows, own.outcomes, strict=True)
        if one["status"] == "unknown" or (one["status"] == "failed" and not row.token)
    ]
    insert_many(conn, incident_store.incidents, incidents)
    return incidents


def tell(world: World, place: Place, told: Told) -> None:
    """Tells flows that listen; after the commit."""
    incidents, turn = told
    announce_incidents(world, incidents)
    if turn is not None:
        announce_turn(world, place[0], turn)


def _decides(row: Any, status: str) -> bool:
    """Whether a person has the next word: money of which nobody knows whether it was paid."""
    return status == "unknown" and row.effect_class == "money"


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


def _called(conn: Connection, place: Place, now: datetime) -> Any | None:
    """The connection that answered: the backup, while the circuit of its own is open."""
    row = connection_store.find_connection(conn, *place)
    is_open = row is not None and row.open_until is not None and row.open_until > now
    if row is not None and is_open and row.backup:
        return connection_store.find_connection(conn, place[0], row.backup)
    return row


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

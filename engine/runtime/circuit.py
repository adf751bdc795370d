"""A connection's circuit: failures in a row open it, the first answer closes it again.

While it is open nothing is called (or the backup is, outbox.py); then one call goes first. Both
turns are told to flows that listen (`connector.degraded`, `connector.recovered`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.core.errors import NoAnswer, RetryLater
from engine.core.records import write_moment
from engine.core.text import Text, say, text
from engine.runtime.announce import announce
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store.db import Connection

FAILURES_TO_OPEN = 5
OPEN_FOR = timedelta(seconds=30)
OPEN_AT_MOST = timedelta(minutes=10)
NOTED_EVERY = timedelta(seconds=30)  # how fresh `last_ok_at` of a sound connection is kept

Place = tuple[str, str]  # (tenant, connection key)


@dataclass(frozen=True, slots=True)
class Turn:
    """A circuit that has opened (`until` says for how long at first) or closed."""

    connection: str
    connector: str
    failures: int
    since: datetime
    until: datetime | None = None
    reason: str | None = None


def note_health(
    conn: Connection, row: Any | None, answers: Sequence[Any], now: datetime
) -> Turn | None:
    """Counts failures in a row of a connection, if it is still there; returns what has turned by
    these answers, if anything has."""
    # A connector's own fault says nothing of the platform, neither way; what was not sent neither.
    told = [one for one in answers if getattr(one, "code", "") not in ("internal", "not_begun")]
    if row is None or not told:
        return None
    place = (row.tenant, row.key)
    faults = [one for one in told if isinstance(one, RetryLater | NoAnswer)]
    if len(faults) < len(told):
        return _note_answer(conn, place, row, now)
    failures = row.failures + len(faults)
    message = message_of(faults[-1])
    values: dict[str, Any] = {
        "failures": failures,
        "last_error_at": now,
        "last_error": {"code": faults[-1].code, "message": message},
    }
    until = None
    if failures >= FAILURES_TO_OPEN:
        rounds = failures // FAILURES_TO_OPEN - 1
        until = now + min(OPEN_AT_MOST, OPEN_FOR * 2 ** min(rounds, 10))
        values["open_until"] = until
    connection_store.note_health(conn, *place, values)
    if until is None or row.failures >= FAILURES_TO_OPEN:
        return None
    return Turn(row.key, row.connector, failures, now, until, say(message, "zh")[:2_000])


def _note_answer(conn: Connection, place: Place, row: Any, now: datetime) -> Turn | None:
    is_dated = row.last_ok_at is None or now - row.last_ok_at > NOTED_EVERY
    if row.failures or row.open_until or is_dated:
        sound = {"failures": 0, "open_until": None, "last_ok_at": now}
        connection_store.note_health(conn, *place, sound)
    if row.failures < FAILURES_TO_OPEN:
        return None
    return Turn(row.key, row.connector, row.failures, now)


def announce_turn(world: World, tenant: str, turn: Turn) -> None:
    """Tells flows that listen that a connection does not answer, or that it does again."""
    state = "degraded" if turn.until else "recovered"
    told = {
        "connection": turn.connection,
        "connector": turn.connector,
        "state": state,
        "failures": turn.failures,
        "since": write_moment(turn.since),
        "until": write_moment(turn.until) if turn.until else None,
        "reason": turn.reason,
    }
    notice = {name: value for name, value in told.items() if value is not None}
    name = f"{turn.connection}/{turn.since.isoformat()}"
    announce(world, tenant, f"connector.{state}", name, turn.connection, {"connector": notice})


def message_of(error: Exception) -> Text:
    """What an error says, in both languages."""
    found = getattr(error, "message", None)
    return found if isinstance(found, dict) else text(str(error), str(error))  # type: ignore[return-value]

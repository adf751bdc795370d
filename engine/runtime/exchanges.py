"""How a connection has done lately: what went over it, how quickly, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.runtime.connections import read_connection
from engine.runtime.world import World
from engine.store import exchanges as store

HOURS = 24
MOST_FAULTS = 10


@dataclass(frozen=True, slots=True)
class Hour:
    """What was made in one hour, and what became of it."""

    at: datetime
    delivered: int
    failed: int
    unknown: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Exchanges:
    """A day of one connection. Shares and times are None while there is nothing to say."""

    since: datetime
    hours: tuple[Hour, ...]
    delivered: int
    failed: int
    unknown: int
    success: float | None  # share of what has ended
    median_seconds: float | None  # from being made to being delivered
    slow_seconds: float | None  # 95 of 100 were quicker
    oldest_waiting_at: datetime | None
    faults: tuple[Any, ...]  # rows of effects, the newest first


def exchanges_of(world: World, tenant: str, key: str) -> Exchanges:
    """The last 24 hours, in whole hours that end now; NotFound without the connection."""
    read_connection(world, tenant, key)
    now = world.now()
    since = now - timedelta(hours=HOURS)
    with world.db.reading() as conn:
        rows = store.exchanges_since(conn, tenant, key, since)
        faults = store.faults_of(conn, tenant, key, MOST_FAULTS)
        oldest = store.oldest_waiting(conn, tenant, key)
    counted = [
        dict.fromkeys(("delivered", "failed", "unknown", "waiting"), 0) for _ in range(HOURS)
    ]
    took = []
    for row in rows:
        place = min(HOURS - 1, int((row.made_at - since) / timedelta(hours=1)))
        status = row.status if row.status in counted[place] else "waiting"
        if row.status != "skipped":
            counted[place][status] += 1
        if row.status == "delivered" and row.ended_at is not None:
            took.append((row.ended_at - row.made_at).total_seconds())
    hours = tuple(
        Hour(at=since + timedelta(hours=place), **found) for place, found in enumerate(counted)
    )
    delivered, failed, unknown = (
        sum(one[name] for one in counted) for name in ("delivered", "failed", "unknown")
    )
    ended = delivered + failed + unknown
    took.sort()
    return Exchanges(
        since=since,
        hours=hours,
        delivered=delivered,
        failed=failed,
        unknown=unknown,
        success=delivered / ended if ended else None,
        median_seconds=_at(took, 0.5),
        slow_seconds=_at(took, 0.95),
        oldest_waiting_at=oldest,
        faults=tuple(faults),
    )


def _at(found: Sequence[float], share: float) -> float | None:
    """The value that this share of a sorted list does not exceed."""
    if not found:
        return None
    return round(found[min(len(found) - 1, int(len(found) * share))], 3)

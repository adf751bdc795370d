"""What went over a connection lately, bounded in what it costs however many effects there are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, func, select
from sqlalchemy.engine import Connection

from engine.store.effects import effects, is_under_way

LATEST = 10_000  # effects of the tenant that are looked at, the newest


def _latest(tenant: str) -> Subquery:
    return (
        select(effects.c.id)
        .where(effects.c.tenant == tenant)
        .order_by(effects.c.id.desc())
        .limit(LATEST)
        .subquery()
    )


def exchanges_since(conn: Connection, tenant: str, connection: str, since: datetime) -> list[Any]:
    """(status, made_at, ended_at, attempts) of a connection's effects, the oldest first."""
    latest = _latest(tenant)
    columns = (effects.c.status, effects.c.made_at, effects.c.ended_at, effects.c.attempts)
    return list(
        conn.execute(
            select(*columns)
            .join(latest, latest.c.id == effects.c.id)
            .where(
                effects.c.tenant == tenant,
                effects.c.connection == connection,
                effects.c.made_at >= since,
            )
            .order_by(effects.c.id)
        )
    )


def faults_of(conn: Connection, tenant: str, connection: str, limit: int) -> list[Any]:
    """The newest effects of a connection that met a fault, the newest first."""
    latest = _latest(tenant)
    return list(
        conn.execute(
            select(effects)
            .join(latest, latest.c.id == effects.c.id)
            .where(
                effects.c.tenant == tenant,
                effects.c.connection == connection,
                effects.c.status.in_(("failed", "unknown")) | (effects.c.attempts > 1),
            )
            .order_by(effects.c.id.desc())
            .limit(limit)
        )
    )


def oldest_waiting(conn: Connection, tenant: str, connection: str) -> datetime | None:
    """Since when the oldest effect that is not delivered waits."""
    found: datetime | None = conn.execute(
        select(func.min(effects.c.made_at)).where(
            effects.c.tenant == tenant,
            effects.c.connection == connection,
            is_under_way,
        )
    ).scalar()
    return found

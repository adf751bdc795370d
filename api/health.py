"""Whether this process lives, and whether the installation can work."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Literal

from flask import Response
from pydantic import Field

from api.answers import answer
from api.context import world
from api.resource import PUBLIC, Resource, Shown
from engine.core.text import text
from engine.store import lanes as lane_store
from engine.store import schema
from engine.store.db import DatabaseFault

resource = Resource("health", text("健康检查", "Whether it lives and can work"), prefix="")

SLOW_AFTER = timedelta(minutes=5)


class Alive(Shown):
    """The process answers."""

    status: Literal["ok"]


class Ready(Shown):
    """Whether the installation can work. Redis only wakes workers: without it all is slower."""

    status: Literal["ok", "degraded", "unavailable"]
    database: bool
    schema_is_newest: bool
    redis: bool
    oldest_work_seconds: float | None = Field(description="How long the oldest work has waited")


@resource.get("/healthz", act=PUBLIC, answers={200: Alive})
def is_alive() -> Response:
    """The process answers."""
    return answer(Alive(status="ok"))


@resource.get("/readyz", act=PUBLIC, answers={200: Ready, 503: Ready})
def is_ready() -> Response:
    """Whether the database, its schema, Redis and the workers are there."""
    redis = world().queue.is_reachable()
    try:
        revision = schema.revision(world().db)
        with world().db.reading() as conn:
            _, oldest = lane_store.backlog(conn)
    except DatabaseFault:
        state = Ready(
            status="unavailable",
            database=False,
            schema_is_newest=False,
            redis=redis,
            oldest_work_seconds=None,
        )
        return answer(state, 503)
    waited = world().now() - oldest if oldest is not None else None
    is_newest = revision == _newest()
    is_slow = waited is not None and waited > SLOW_AFTER
    state = Ready(
        status="unavailable" if not is_newest else "ok" if redis and not is_slow else "degraded",
        database=True,
        schema_is_newest=is_newest,
        redis=redis,
        oldest_work_seconds=waited.total_seconds() if waited is not None else None,
    )
    return answer(state, 200 if is_newest else 503)


@lru_cache(maxsize=1)
def _newest() -> str | None:
    return schema.newest()

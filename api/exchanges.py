"""What went over a connection in the last day, and its newest faults."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field

from api.answers import answer
from api.connections import ConnectionPath
from api.context import tenant, world
from api.incidents import EffectShown, show_effect
from api.resource import Resource, Shown
from engine.core.text import text
from engine.runtime.exchanges import exchanges_of

resource = Resource("exchanges", text("对接往来", "What went over connections"))


class HourShown(Shown):
    """What was made in one hour, and what became of it."""

    at: datetime
    delivered: int
    failed: int
    unknown: int
    waiting: int


class ExchangesShown(Shown):
    """A day of one connection, of the 10,000 newest effects there are."""

    since: datetime
    hours: list[HourShown]
    delivered: int
    failed: int
    unknown: int
    success: float | None = Field(description="Share of what has ended, 0 to 1")
    median_seconds: float | None = Field(description="From being made to being delivered")
    slow_seconds: float | None = Field(description="95 of 100 were quicker")
    oldest_waiting_at: datetime | None
    faults: list[EffectShown] = Field(description="Secrets and people's numbers are covered")


@resource.get("/connections/<key>/exchanges", act="connections.read", answers={200: ExchangesShown})
def read_exchanges(path: ConnectionPath) -> Response:
    """How a connection did in the last 24 hours: success, times, faults with what was sent."""
    found = exchanges_of(world(), tenant(), path.key)
    values: dict[str, Any] = {
        name: getattr(found, name) for name in ExchangesShown.model_fields if name != "faults"
    }
    return answer(ExchangesShown(**values, faults=[show_effect(row) for row in found.faults]))

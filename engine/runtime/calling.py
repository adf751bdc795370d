"""Makes calls of outside systems: their limits, and an answer for each whatever happens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from engine.core.connector import ConnectorType, Limits
from engine.core.errors import StepError
from engine.runtime.circuit import Place
from engine.runtime.connections import fault_of
from engine.runtime.rows import as_json
from engine.runtime.world import World

log = structlog.get_logger(__name__)


def limits_of(row: Any, connector: ConnectorType | None, now: datetime) -> tuple[Limits, int, bool]:
    """The limits, the rate, and whether one call has to show first that it answers again."""
    limits = connector.limits if connector else Limits()
    is_probe = row is not None and row.open_until is not None and row.open_until <= now
    return limits, (row.rate if row and row.rate else limits.rate), is_probe


def call_all(world: World, place: Place, rows: list[Any]) -> list[Any]:
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

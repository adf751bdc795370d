"""Settlement periods as people see them, and their coefficients."""

from __future__ import annotations

from typing import Any

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.runtime.jobs import put_job
from engine.runtime.principal import Principal
from engine.runtime.settling import late_factors
from engine.runtime.settling.periods_of import days_named
from engine.runtime.world import World
from engine.settlement.money import read_number
from engine.store import settlement_periods as store


def list_periods(world: World, tenant: str, *, limit: int = 60) -> list[Any]:
    """Newest first; one nobody has closed is there once something was posted in it."""
    with world.db.reading() as conn:
        return store.list_periods(conn, tenant, limit)


def set_coefficient(
    world: World, who: Principal, party: str, key: str, period: str, value: str, *, note: str = ""
) -> None:
    """A factor known late (完成系数): of one party, or of all ("*"), for one counting window.

    What is closed with another one is priced anew by a job, as a correction in the open period.
    """
    factor = read_number(value, "/value")
    if factor < 0:
        message = text("系数不能为负数", "a factor must not be negative")
        raise InvalidInput(message, [Problem("/value", message, "negative")])
    if days_named(period) is None and not period.startswith("campaign:"):
        message = text("累计周期写法不对", "the window is not written as one")
        raise InvalidInput(message, [Problem("/period", message, "period")])
    now = world.now()
    with world.db.begin() as conn:
        row = {
            "tenant": who.tenant,
            "party": party,
            "key": key,
            "period": period,
            "value": str(value),
            "confirmed_by": who.id,
            "confirmed_at": now,
            "note": note,
        }
        store.put_coefficient(conn, row)
        said = {"key": key, "period": period, "value": str(value)}
        who.note(conn, now, "settlement.edit", f"coefficient:{party}", said)
        only = None if party == "*" else party
        is_late = late_factors.is_closed(conn, who.tenant, period, only)
        if is_late:
            args = {"window": period, "party": only}
            put_job(world, conn, who.tenant, late_factors.LATE_FACTOR, args, by=who.id)
    if is_late:
        world.queue.wake("jobs")


def list_coefficients(
    world: World, tenant: str, *, party: str | None = None, period: str | None = None
) -> list[Any]:
    """By window, party and name."""
    with world.db.reading() as conn:
        return store.coefficients(conn, tenant, party=party, period=period)

"""Settlement periods as people close them: open → closing → locked."""

from __future__ import annotations

from typing import Any

from engine.core.errors import InvalidInput, PeriodLocked, Problem
from engine.core.expression import CHINA
from engine.core.text import text
from engine.runtime.jobs import put_job, start_job
from engine.runtime.principal import Principal
from engine.runtime.settling import closing, late_factors
from engine.runtime.settling.due import earn_due
from engine.runtime.settling.periods_of import days_named, demand_period
from engine.runtime.world import World
from engine.settlement.in_force import moment_of
from engine.settlement.money import read_number
from engine.settlement.periods import move_period
from engine.store import settlement_periods as store

CLOSE = "settlement.close"
LOADED = closing.__name__  # loading it registers the job


def list_periods(world: World, tenant: str, *, limit: int = 60) -> list[Any]:
    """Newest first; one nobody has closed is there once something was posted in it."""
    with world.db.reading() as conn:
        return store.list_periods(conn, tenant, limit)


def close_period(world: World, who: Principal, key: str) -> str:
    """Closes a period whose last day is over, by a job; its id. While it is closing already (a
    coefficient was missing) the job goes on with what is left. PeriodLocked when it is locked.
    """
    days, now = demand_period(key), world.now()
    if moment_of(days.last, CHINA, is_end=True) > now:
        message = text(f"{key} 还没有结束，不能关账", f"{key} is not over yet")
        raise PeriodLocked(message, [Problem("/period", message, "not_over")])
    earn_due(world)
    with world.db.begin() as conn:
        row = store.lock_period(conn, who.tenant, key)
        if row.status != "closing":
            move_period(key, row.status, "closing")
        values = {"status": "closing", "closed_by": who.id, "closing_at": now}
        store.update_period(conn, who.tenant, key, values)
        who.note(conn, now, "settlement.close", f"period:{key}", {"status": "closing"})
    job = start_job(world, who.tenant, CLOSE, {"period": key, "by": who.id}, by=who.id)
    with world.db.begin() as conn:
        store.update_period(conn, who.tenant, key, {"job_id": job})
    return job


def reopen_period(world: World, who: Principal, key: str) -> None:
    """A period that is still closing is opened again; PeriodLocked once it is locked."""
    now = world.now()
    with world.db.begin() as conn:
        row = store.lock_period(conn, who.tenant, key)
        move_period(key, row.status, "open")
        values = {"status": "open", "closing_at": None, "drained_at": None, "faults": None}
        store.update_period(conn, who.tenant, key, values)
        store.forget_closings(conn, who.tenant, key)
        who.note(conn, now, "settlement.close", f"period:{key}", {"status": "open"})


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

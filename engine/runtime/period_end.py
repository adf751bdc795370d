"""The end of a settlement period: open → closing → locked, by a job that may begin again.

1. The period is "closing": what was on its way into it is taken in (draining.py). Then nobody
   posts into it but this job.
2. Party by party, each in a transaction of its own: true-ups of the windows that have ended
   (settling/closing.py). Done parties are noted, so a job that begins again goes on with the rest.
3. A party whose coefficient is missing is a fault; the period stays "closing" until it is mended
   and closed again.
4. Statements of everybody whose money moved, then the period is "locked".

It stands above the runner, because it helps the lanes with what is on its way; settling/ stands
below it, because the lanes do its work.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.core.errors import EngineError, PeriodLocked, Problem
from engine.core.expression import CHINA
from engine.core.text import text
from engine.runtime.announce import announce
from engine.runtime.draining import take_in
from engine.runtime.jobs import Progress, job_kind, start_job
from engine.runtime.principal import Principal
from engine.runtime.settling.closing import close_party, ended, repeated, state_all
from engine.runtime.settling.due import earn_due
from engine.runtime.settling.periods_of import demand_period
from engine.runtime.world import World
from engine.settlement.in_force import moment_of
from engine.settlement.periods import move_period
from engine.store import settlement_accounts as account_store
from engine.store import settlement_periods as period_store

CLOSE = "settlement.close"
CLOSED = "settlement.period_closed"


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
        row = period_store.lock_period(conn, who.tenant, key)
        if row.status != "closing":
            move_period(key, row.status, "closing")
        values = {"status": "closing", "closed_by": who.id, "closing_at": now}
        period_store.update_period(conn, who.tenant, key, values)
        who.note(conn, now, CLOSE, f"period:{key}", {"status": "closing"})
    job = start_job(world, who.tenant, CLOSE, {"period": key, "by": who.id}, by=who.id)
    with world.db.begin() as conn:
        period_store.update_period(conn, who.tenant, key, {"job_id": job})
    return job


def reopen_period(world: World, who: Principal, key: str) -> None:
    """A period that is still closing is opened again; PeriodLocked once it is locked."""
    now = world.now()
    with world.db.begin() as conn:
        row = period_store.lock_period(conn, who.tenant, key)
        move_period(key, row.status, "open")
        values = {"status": "open", "closing_at": None, "drained_at": None, "faults": None}
        period_store.update_period(conn, who.tenant, key, values)
        period_store.forget_closings(conn, who.tenant, key)
        who.note(conn, now, CLOSE, f"period:{key}", {"status": "open"})


@job_kind(CLOSE)
def close(world: World, job: Any, progress: Progress) -> dict[str, Any]:
    """{"period", "by"}: closes what is left to close; safe to repeat."""
    tenant, key = job.tenant, str(job.args["period"])
    days = demand_period(key)
    waiting = _drain(world, tenant, key, f"close-{job.id}", progress)
    if waiting:
        return {"period": key, "status": "closing", "faults": waiting}
    with world.db.reading() as conn:
        row = period_store.find_period(conn, tenant, key)
        if row is None or row.status != "closing":
            return {"period": key, "status": row.status if row is not None else "open"}
        windows = ended(conn, tenant, days)
        parties = account_store.parties_with(conn, tenant, windows)
        done = period_store.closed_parties(conn, tenant, key)
    faults: list[dict[str, Any]] = []
    left = [party for party in parties if party not in done]
    for index, party in enumerate(left):
        said = text(f"关账：{party}", f"closing {party}")
        progress(index, len(left), said)
        try:
            repeated(partial(close_party, world, tenant, party, days, windows))
        except EngineError as fault:
            problems = [one.as_json() for one in getattr(fault, "problems", ())]
            faults.append({"party": party, "message": fault.message, "problems": problems})
    if faults:
        with world.db.begin() as conn:
            period_store.update_period(conn, tenant, key, {"faults": faults})
        return {"period": key, "status": "closing", "faults": faults}
    count = state_all(world, tenant, key, str(job.args.get("by") or "system"), progress)
    with world.db.begin() as conn:
        period_store.update_period(
            conn, tenant, key, {"status": "locked", "locked_at": world.now(), "faults": None}
        )
    announce(world, tenant, CLOSED, key, key, {"settlement": {"id": key, "period": key}})
    return {"period": key, "status": "locked", "parties": len(parties), "statements": count}


def _drain(
    world: World, tenant: str, key: str, worker: str, progress: Progress
) -> list[dict[str, Any]]:
    """Takes in what was on its way, once; what is left of it is a fault of the closing, which goes
    on when it is asked for again.
    """
    with world.db.reading() as conn:
        row = period_store.find_period(conn, tenant, key)
    if row is None or row.status != "closing" or row.drained_at is not None:
        return []
    progress(0, 0, text("等待在途订单入账", "waiting for orders on their way"))
    left = take_in(world, tenant, worker)
    values: dict[str, Any] = {"drained_at": world.now()}
    faults: list[dict[str, Any]] = []
    if left:
        message = text(
            f"还有 {left} 笔在途没有入账，稍后请再次关账",
            f"{left} pieces of work are still on their way: close again in a while",
        )
        faults = [{"party": "", "message": message, "problems": [], "waiting": left}]
        values = {"faults": faults}
    with world.db.begin() as conn:
        if period_store.lock_period(conn, tenant, key).status == "closing":
            period_store.update_period(conn, tenant, key, values)
    return faults

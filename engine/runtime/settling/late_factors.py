"""A factor that changes after its window was closed: the difference is posted in the open period.

The true-up of each closed account that the factor is in is worked out once more, by the function
that closed it. Done again it finds no difference and writes nothing.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.core.text import text
from engine.runtime.jobs import Progress, job_kind
from engine.runtime.settling.books import account_row, bare, entry_row, read_account
from engine.runtime.settling.cards import load_plans
from engine.runtime.settling.closing import end_account, factors_of, repeated
from engine.runtime.settling.periods_of import demand_period
from engine.runtime.world import World
from engine.settlement.account import written
from engine.settlement.entry import plan_key
from engine.store import parties as party_store
from engine.store import settlement_accounts as account_store
from engine.store import settlement_entries as entry_store
from engine.store import settlement_periods as period_store
from engine.store.db import Connection

LATE_FACTOR = "settlement.late_factor"


def is_closed(conn: Connection, tenant: str, window: str, party: str | None) -> bool:
    """Whether anything that a factor of this window may be in is closed; None: of any party."""
    return bool(account_store.closed_accounts(conn, tenant, window, party))


@job_kind(LATE_FACTOR)
def reprice_closed(world: World, job: Any, progress: Progress) -> dict[str, Any]:
    """{"window", "party": an id or null for all}: {"parties", "entries": how many}."""
    tenant, window = job.tenant, str(job.args["window"])
    with world.db.reading() as conn:
        found = account_store.closed_accounts(conn, tenant, window, job.args.get("party"))
    parties = sorted({row.party for row in found})
    made: list[int] = []
    for index, party in enumerate(parties):
        progress(index, len(parties), text(f"重新核算：{party}", f"priced anew: {party}"))
        repeated(partial(_reprice_party, world, tenant, party, window, made))
    return {"parties": len(parties), "entries": sum(made)}


def _reprice_party(world: World, tenant: str, party: str, window: str, made: list[int]) -> None:
    now = world.now()
    with world.db.begin() as conn:
        row = party_store.find_party(conn, tenant, party)
        known = period_store.coefficients(conn, tenant)
        status = period_store.closed_periods(conn, tenant)
        factors = written(factors_of(known, party, window))
        entries, rows, read_at = [], [], {}
        for found in account_store.closed_accounts(conn, tenant, window, party):
            held = read_account(found.key, found)
            plans = load_plans(conn, tenant, {plan_key(sub) for sub in held.state.subs if sub})
            models = (plan.model for plan in plans.values())
            named = {one.coefficient.key for one in models if one.coefficient is not None}
            before = held.state.coefficients or {}
            if all(before.get(key) == factors.get(key) for key in named if key):
                continue
            days = demand_period(str(found.closed_in))
            entries += end_account(world, held, plans, row, known, dict(status), days, found)
            rows.append(account_row(tenant, found.key, held, now))
            read_at[found.key] = held.read_at
        account_store.save_accounts(conn, tenant, rows, read_at)
        period_store.demand_open(conn, tenant, {bare(one.posted_in) for one in entries})
        entry_store.store_entries(conn, [entry_row(tenant, one, now) for one in entries])
    made.append(len(entries))

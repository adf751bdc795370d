"""What closing a period would do, before anybody does it: nothing is changed by looking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.core.expression import CHINA
from engine.runtime.settling.books import read_account
from engine.runtime.settling.cards import load_plans
from engine.runtime.settling.closing import ended, factors_of, has_end
from engine.runtime.settling.periods_of import demand_period
from engine.runtime.world import World
from engine.settlement.entry import plan_key
from engine.settlement.in_force import moment_of
from engine.settlement.statement import LISTED
from engine.settlement.windows import Days
from engine.store import settlement_accounts as account_store
from engine.store import settlement_periods as period_store
from engine.store import settlement_sums as store
from engine.store.db import Connection

MOST_ACCOUNTS = 5_000  # looked at for factors; the closing itself looks at all


@dataclass(frozen=True, slots=True)
class Missing:
    """A factor that nobody has confirmed yet: the closing waits for it."""

    party: str
    window: str
    key: str


@dataclass(frozen=True, slots=True)
class Coming:
    """What a closing will find.

    row         the period's row, None while nothing was posted in it
    windows     counting windows that end with it; `accounts` are open in them
    true_ups    how many of those bring an end-of-window entry (minimum, guarantee, factor)
    by_state    (state, currency, minor, entries) of what is posted in it
    by_party    {(party, currency): [minor, entries]} of what its statements would list
    statements  {state: how many} of those that are there
    """

    days: Days
    is_over: bool
    row: Any | None
    windows: tuple[str, ...]
    accounts: int
    true_ups: int
    missing: tuple[Missing, ...]
    by_state: tuple[Any, ...]
    by_party: dict[tuple[str, str], list[int]]
    statements: dict[str, int]


def preview_close(world: World, tenant: str, key: str) -> Coming:
    """InvalidInput for a key that names no period."""
    days, now = demand_period(key), world.now()
    with world.db.reading() as conn:
        windows = sorted(ended(conn, tenant, days))
        accounts = _open(conn, tenant, windows)
        true_ups, missing = _ends(conn, tenant, accounts)
        return Coming(
            days,
            moment_of(days.last, CHINA, is_end=True) <= now,
            period_store.find_period(conn, tenant, key),
            tuple(windows),
            len(accounts),
            true_ups,
            tuple(missing),
            tuple(store.sums_by_state(conn, tenant, key)),
            store.sums_by_party(conn, tenant, key, LISTED),
            store.statements_by_state(conn, tenant, key),
        )


def _open(conn: Connection, tenant: str, windows: list[str]) -> list[Any]:
    if not windows:
        return []
    found = account_store.list_accounts(conn, tenant, windows=windows, limit=MOST_ACCOUNTS)
    return [row for row in found if row.closed_in is None]


def _ends(conn: Connection, tenant: str, accounts: list[Any]) -> tuple[int, list[Missing]]:
    """How many accounts bring a true-up, and the factors they lack."""
    known = period_store.coefficients(conn, tenant)
    count, missing = 0, set()
    for row in accounts:
        held = read_account(row.key, row)
        plans = load_plans(conn, tenant, {plan_key(sub) for sub in held.state.subs if sub})
        count += any(map(has_end, plans.values()))
        there = factors_of(known, row.party, row.counted_over)
        for plan in plans.values():
            named = plan.model.coefficient
            if named is not None and named.key is not None and named.key not in there:
                missing.add((row.party, row.counted_over, named.key))
    return count, [Missing(*one) for one in sorted(missing)]

"""The end of counting windows: the true-ups a period's closing brings (minimum, guarantee,
coefficients), party by party, and its statements. The job itself is runtime/period_end.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from engine.core.cells import zone as read_zone
from engine.core.ids import derived_id
from engine.core.text import text
from engine.runtime.jobs import Progress
from engine.runtime.settling.books import HeldAccount, account_row, bare, entry_row, read_account
from engine.runtime.settling.cards import load_cards, load_plans, resolver_of
from engine.runtime.settling.periods_of import days_named, rhythm_of, when
from engine.runtime.settling.stating import draw
from engine.runtime.world import World
from engine.settlement.entry import Entry, plan_key
from engine.settlement.in_force import moment_of
from engine.settlement.models import Flat
from engine.settlement.periods import period_of
from engine.settlement.plan import Plan
from engine.settlement.posting import Part
from engine.settlement.window_end import close_window
from engine.settlement.windows import Days
from engine.store import parties as party_store
from engine.store import settlement_accounts as account_store
from engine.store import settlement_entries as entry_store
from engine.store import settlement_periods as period_store
from engine.store import settlement_posted as posted_store
from engine.store.db import Connection, DatabaseFault

REPEATS = 5


def repeated(do: Callable[[], None]) -> None:
    """Does it again where a worker was faster."""
    for attempt in range(1, REPEATS + 1):
        try:
            do()
            return
        except DatabaseFault:
            if attempt == REPEATS:
                raise


def ended(conn: Connection, tenant: str, days: Days) -> list[str]:
    """The open counting windows that end with this period or before. Those of single orders end
    when they are paid for; a campaign's when it is over.
    """
    over = _campaigns_over(conn, tenant, days.last)
    found = []
    for window in account_store.open_windows(conn, tenant):
        if window.startswith("order:"):
            found.append(window)
        elif window.startswith("campaign:"):
            if window.removeprefix("campaign:") in over:
                found.append(window)
        else:
            own = days_named(window)
            if own is not None and own.last <= days.last:
                found.append(window)
    return found


def _campaigns_over(conn: Connection, tenant: str, last: date) -> set[str]:
    found = set()
    for card in load_cards(conn, tenant):
        resolver = resolver_of(conn, tenant, card.versions[0][2])
        zone = read_zone(resolver.card.zone)
        for campaign in resolver.card.campaigns:
            if moment_of(campaign.ends, zone, is_end=True) <= moment_of(last, zone, is_end=True):
                found.add(campaign.key)
    return found


def close_party(world: World, tenant: str, party: str, days: Days, windows: list[str]) -> None:
    """One party's windows, in one transaction behind the versions of its accounts."""
    now = world.now()
    with world.db.begin() as conn:
        row = party_store.find_party(conn, tenant, party)
        known = period_store.coefficients(conn, tenant)
        status = {**period_store.closed_periods(conn, tenant)}
        status.pop(days.key, None)  # this job may
        entries: list[Entry] = []
        changed: dict[str, HeldAccount] = {}
        for found in account_store.open_accounts(conn, tenant, party, windows):
            held = read_account(found.key, found)
            plans = load_plans(conn, tenant, {plan_key(sub) for sub in held.state.subs if sub})
            held.closed_in = days.key
            if any(map(has_end, plans.values())):
                made = end_account(world, held, plans, row, known, status, days, found)
                entries += made
            changed[found.key] = held
        rows = [account_row(tenant, key, held, now) for key, held in changed.items()]
        account_store.save_accounts(
            conn, tenant, rows, {key: held.read_at for key, held in changed.items()}
        )
        others = {bare(one.posted_in) for one in entries} - {days.key}
        period_store.demand_open(conn, tenant, others)
        entry_store.store_entries(conn, [entry_row(tenant, one, now) for one in entries])
        period_store.note_closed(conn, tenant, days.key, party, now)


def has_end(plan: Plan) -> bool:
    """Whether the end of the window brings anything that orders did not."""
    model = plan.model
    named = model.coefficient is not None and model.coefficient.key is not None
    promise = isinstance(model, Flat) and model.promise is not None
    return model.minimum is not None or model.guarantee is not None or named or promise


def end_account(
    world: World,
    held: HeldAccount,
    plans: Mapping[str, Plan],
    party: Any,
    known: list[Any],
    status: dict[str, Any],
    days: Days,
    row: Any,
) -> list[Entry]:
    """The true-ups of one account (its row, and the same as held) whose window is over, posted in
    the period that ends with `days` or, where that is closed (`status`), in the open one.
    """
    window = days_named(row.counted_over)
    last = min(window.last, days.last) if window is not None else days.last
    rhythm = rhythm_of(party, "month")
    earned = period_of(rhythm, last).key
    posted = earned
    if status.get(bare(earned), "open") != "open":
        noon = moment_of(last, read_zone("Asia/Shanghai"))
        _, posted = when(rhythm, status, "Asia/Shanghai", noon, world.now())
    one = next(iter(plans.values()))
    base, why = f"{row.key}/{days.key}", ("close", str(held.state.version))
    part = Part(
        derived_id("ent", base, *why, at=world.now()),
        "", 0, 0, "", "", "brand", "", earned, posted, "pending", "true_up",
    )  # fmt: skip
    factors = factors_of(known, row.party, row.counted_over)
    entries, held.state = close_window(
        held.state, plans, part, factors, days=_part_of(party, window)
    )
    held.currency = one.currency
    return entries


def factors_of(known: list[Any], party: str, window: str) -> dict[str, str]:
    """The coefficients of a window: a party's own before those for everybody ("*")."""
    found = {row.key: row.value for row in known if row.period == window and row.party == "*"}
    own = {row.key: row.value for row in known if row.period == window and row.party == party}
    return {**found, **own}


def _part_of(party: Any, window: Days | None) -> tuple[int, int]:
    """The days of a window that a contract covers, and all of them."""
    if party is None or window is None:
        return (1, 1)
    whole = (window.last - window.first).days + 1
    first = max(window.first, _day(party.contract_from_on) or window.first)
    last = min(window.last, _day(party.contract_until_on) or window.last)
    counted = max(0, (last - first + timedelta(days=1)).days)
    return (counted, whole)


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def state_all(world: World, tenant: str, key: str, by: str, progress: Progress) -> int:
    """A draft statement for everybody whose money moved in the period."""
    with world.db.reading() as conn:
        parties = posted_store.parties_in(conn, tenant, key)
    count = 0
    for index, party in enumerate(parties):
        progress(index, len(parties), text(f"对账单：{party}", f"statement of {party}"))
        with world.db.begin() as conn:
            for currency in posted_store.currencies_in(conn, tenant, party, key):
                draw(conn, tenant, party, key, currency, maker=by, now=world.now())
                count += 1
    return count

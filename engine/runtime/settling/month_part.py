"""Some accounts of a month, posted in one transaction.

1. Hold the accounts that still wait; another job has the others.
2. Read their booked lines slice by slice, in order of payment.
3. Work out each account: the straight way by figures alone, else by `post` as everywhere else. What
   was posted before is found by account, order and line, and left out.
4. Entries a budget covers are frozen and ask it.
5. Write entries, then accounts behind their versions; the periods must still take them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from engine.runtime.settling.books import (
    HeldAccount,
    account_row,
    bare,
    is_shared,
    read_account,
)
from engine.runtime.settling.budget_rows import is_covered
from engine.runtime.settling.cards import load_plans
from engine.runtime.settling.periods_of import Closed, rhythm_of, when
from engine.runtime.settling.sending import send
from engine.runtime.world import World
from engine.settlement.entry import Entry, payee_of, plan_key
from engine.settlement.periods import Rhythm
from engine.settlement.plan import Plan
from engine.settlement.posting import Part, post, post_straight
from engine.store import parties as party_store
from engine.store import settlement_accounts as account_store
from engine.store import settlement_budgets as budget_store
from engine.store import settlement_month as store
from engine.store import settlement_periods as period_store
from engine.store.db import Connection
from engine.store.settlement_bulk import BulkEntries, entry_key
from engine.store.settlement_month import Beside, Facts, Lines
from engine.store.settlement_posted import posted_lines
from engine.store.settlement_sheets import EPOCH, Slot

Slots = list[tuple[int, int, Slot]]


def post_accounts(world: World, tenant: str, accounts: Iterable[str], at_once: int) -> int:
    """Posts what is booked for these accounts, about `at_once` lines in memory; entries made."""
    now = world.now()
    with world.db.begin() as conn:
        waiting = store.hold_unposted(conn, tenant, accounts)
        part = _MonthPart(world, conn, tenant, list(waiting), now)
        slices = store.booked_lines(
            conn, tenant, waiting, with_facts=bool(part.budgets), at_once=at_once
        )
        for one in slices:
            for lines in one:
                part.post(lines)
        part.save()
        store.drop_unposted(conn, tenant, waiting)
    if part.frozen:
        world.queue.wake("lanes")
    return part.entries.count


def effect_prefix(account: str, sub: str) -> str:
    """What the effect keys of one account part in bulk begin with. First the party: what is written
    together lies together in the index.
    """
    short = blake2b(f"{account}\0{sub}".encode(), digest_size=8).hexdigest()
    return f"month/{account.partition('|')[0]}/{short}/"


class _MonthPart:
    def __init__(
        self, world: World, conn: Connection, tenant: str, accounts: Sequence[str], now: datetime
    ) -> None:
        self.world, self.conn, self.tenant, self.now = world, conn, tenant, now
        rows = account_store.load_accounts(conn, tenant, accounts)
        self.held = {name: read_account(name, rows.get(name)) for name in accounts}
        self.known = party_store.rhythms_of(conn, tenant, {_party(name) for name in accounts})
        self.closed = Closed(period_store.closed_periods(conn, tenant))
        self.budgets = [
            row for row in budget_store.load_budgets(conn, tenant) if row.document.get("covers")
        ]
        self.entries = BulkEntries(conn, tenant, now)
        self.at = store.microseconds(now)
        self.dates: dict[tuple[Rhythm, str, int, str], tuple[str, str]] = {}
        self.changed: set[str] = set()
        self.periods: set[str] = set()
        self.frozen = False

    def save(self) -> None:
        """What is left to write, then the accounts behind the versions they were read at."""
        self.entries.write()
        changed = {name: self.held[name] for name in sorted(self.changed)}
        rows = [account_row(self.tenant, name, held, self.now) for name, held in changed.items()]
        read_at = {name: held.read_at for name, held in changed.items()}
        account_store.save_accounts(self.conn, self.tenant, rows, read_at)
        account_store.save_cells(self.conn, list(_cell_rows(self.tenant, changed)))
        periods = {bare(one) for one in self.periods if is_shared(one)}
        period_store.demand_open(self.conn, self.tenant, periods)

    def post(self, lines: Lines) -> None:
        """One account's lines of a slice."""
        name = lines.account
        held = self.held[name]
        if held.read_at:
            lines = self._unposted(lines)
        if not lines.orders:
            return
        subs = set(lines.subs) | {sub for sub in held.state.subs if sub}
        plans = load_plans(self.conn, self.tenant, {plan_key(sub) for sub in subs})
        slots = self._slots(lines, plans)
        self.changed.add(name)
        self.periods.update({slot.posted_in for *_, slot in slots})
        held.currency = slots[0][2].currency
        if len(subs) == 1 and not self.budgets:
            (sub,) = subs
            plan = plans[plan_key(sub)]
            found = post_straight(held.state, plan, sub, lines.bases, lines.units)
            if found is not None:
                run, held.state = found
                self.entries.put_run(
                    name, sub, effect_prefix(name, sub), held.state.version, slots,
                    lines.orders, lines.names, lines.rated, run,
                )  # fmt: skip
                return
        self._post_parts(held, plans, lines, slots)

    def _unposted(self, lines: Lines) -> Lines:
        done = posted_lines(self.conn, self.tenant, lines.account, lines.orders)
        each = zip(lines.subs, lines.orders, lines.names, strict=True)
        return lines.only([at for at, one in enumerate(each) if one not in done]) if done else lines

    def _post_parts(
        self, held: HeldAccount, plans: Mapping[str, Plan], lines: Lines, slots: Slots
    ) -> None:
        name = lines.account
        keys = _keys(lines)
        if not held.has_cells and any(plan.grain != "period" for plan in plans.values()):
            held.cells = account_store.load_cells(self.conn, self.tenant, name)
            held.has_cells = True
        parts = list(_parts(keys, lines, slots))
        before = {cell: tuple(kept) for cell, kept in held.cells.items()}
        entries, held.state = post(held.state, plans, parts, cells=held.cells)
        held.changed_cells |= {
            cell for cell, kept in held.cells.items() if before.get(cell) != (*kept,)
        }
        facts = dict(zip(keys, lines.facts, strict=True)) if self.budgets else {}
        self.entries.put(entries, dict(self._ask_budgets(entries, facts)))

    def _slots(self, lines: Lines, plans: Mapping[str, Plan]) -> Slots:
        """What entries have beside their figures, for neighbours [start, stop) alike.

        Periods are unbroken: where the first and the last day are in one, all are.
        """
        subs, besides, size = lines.subs, lines.besides, len(lines.orders)
        if subs.count(subs[0]) == besides.count(besides[0]) == size:
            plan = plans[plan_key(subs[0])]
            first, last = (
                self._slot(lines.account, subs[0], besides[0], plan, at, "")
                for at in (min(lines.earned), max(lines.earned))
            )
            if first == last and not self._is_by_order(lines.account, besides[0]):
                return [(0, size, first)]
        each = zip(subs, besides, lines.earned, lines.orders, strict=True)
        found = [
            self._slot(lines.account, sub, beside, plans[plan_key(sub)], at, order)
            for sub, beside, at, order in each
        ]
        slots: Slots = []
        for slot, own in groupby(found):
            start = slots[-1][1] if slots else 0
            slots.append((start, start + sum(1 for _ in own), slot))
        return slots

    def _slot(
        self, account: str, sub: str, beside: Beside, plan: Plan, earned_at: int, order: str
    ) -> Slot:
        earned = posted = ""
        if earned_at <= self.at:
            rhythm = rhythm_of(self.known.get(_party(account)), beside.period_kind)
            is_own = order and self._is_by_order(account, beside)
            earned, posted = self._dates(rhythm, beside.zone, earned_at, order if is_own else "")
        payee = payee_of(account, sub)
        sides = (beside.other, payee) if plan.direction == "pay" else (payee, beside.other)
        state = "pending" if earned else "estimated"
        return Slot(*sides, plan.currency, state, earned, posted, beside.version)

    def _is_by_order(self, account: str, beside: Beside) -> bool:
        rhythm = rhythm_of(self.known.get(_party(account)), beside.period_kind)
        return any(beat.kind == "order" for beat in rhythm)

    def _dates(self, rhythm: Rhythm, zone: str, earned_at: int, order: str) -> tuple[str, str]:
        """(earned in, posted in) of a moment; most accounts ask for the same days."""
        at = (EPOCH + timedelta(microseconds=earned_at)).astimezone(ZoneInfo(zone))
        key = rhythm, zone, at.toordinal(), order
        found = self.dates.get(key)
        if found is None:
            found = self.dates[key] = when(rhythm, self.closed, zone, at, self.now, order)
        return found

    def _ask_budgets(
        self, entries: Iterable[Entry], facts: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        """(key, "frozen") of entries that a budget covers; the first budget is asked."""
        for one in entries if self.budgets else ():
            if one.state != "pending" or one.minor <= 0 or one.kind == "shared":
                continue
            line: Facts = facts[one.key.partition("~")[0]]
            about = {
                "party": _party(one.account),
                "term": one.account.split("|", 2)[1],
                "period": one.posted_in,
                "campaign": line.campaign,
                "platform": line.platform,
                "shop": line.shop,
            }
            amounts = {
                row.key: one.figures[2] if row.document.get("unit") == "pieces" else one.minor
                for row in self.budgets
                if is_covered(row.document["covers"], about)
                and (
                    row.document.get("unit") == "pieces"
                    or row.document.get("currency", "CNY") == one.currency
                )
            }
            if not amounts:
                continue
            first, *others = amounts
            args = {"budget": first, "key": one.key, "amount": amounts[first]}
            args |= {"party": about["party"], "next": others, "amounts": amounts}
            to = f"budget:{first}"
            send(self.world, self.conn, self.tenant, to, "budget.guard", args, one.key)
            self.frozen = True
            yield one.key, "frozen"


def _party(account: str) -> str:
    return account.partition("|")[0]


def _keys(lines: Lines) -> list[str]:
    """The effect key of each line."""
    prefixes = {sub: effect_prefix(lines.account, sub) for sub in set(lines.subs)}
    each = zip(lines.subs, lines.orders, lines.names, strict=True)
    return [entry_key(prefixes[sub], order, name) for sub, order, name in each]


def _parts(keys: Sequence[str], lines: Lines, slots: Slots) -> Iterator[Part]:
    each = (slot for start, stop, slot in slots for _ in range(start, stop))
    columns = lines.subs, lines.bases, lines.units, lines.orders, lines.names, lines.besides
    for key, slot, sub, base, units, order, name, beside in zip(keys, each, *columns, strict=True):
        yield Part(
            key, sub, base, units, order, name, beside.other, slot.version, slot.earned_in,
            slot.posted_in, slot.state, "order",
        )  # fmt: skip


def _cell_rows(tenant: str, changed: Mapping[str, HeldAccount]) -> Iterator[dict[str, Any]]:
    for name, held in changed.items():
        for cell in sorted(held.changed_cells):
            fine, minor = held.cells[cell]
            yield {
                "tenant": tenant,
                "account": name,
                "name": cell,
                "fine": str(fine),
                "minor": minor,
            }

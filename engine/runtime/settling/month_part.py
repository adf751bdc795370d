"""Some accounts of a month, posted in one transaction.

1. Hold the accounts that still wait; another job has the others.
2. Read their booked lines slice by slice, in order of payment.
3. Work out each account: the straight way by figures alone, else by `post` as everywhere else. What
   was posted before is found by its effect key and left out.
4. Entries a budget covers are frozen and ask it.
5. Write entries, then accounts behind their versions; the periods must still take them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from hashlib import blake2b
from operator import itemgetter
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
from engine.settlement.plan import Plan
from engine.settlement.posting import Part, post, post_straight
from engine.store import parties as party_store
from engine.store import settlement_accounts as account_store
from engine.store import settlement_budgets as budget_store
from engine.store import settlement_month as store
from engine.store import settlement_periods as period_store
from engine.store.db import Connection
from engine.store.settlement_month import Line, Slot

_NOON = time(12)
_new = tuple.__new__


def post_accounts(world: World, tenant: str, accounts: Sequence[str]) -> tuple[int, int]:
    """Posts what is booked for these accounts; (lines read, entries made)."""
    now, lines = world.now(), 0
    with world.db.begin() as conn:
        waiting = store.hold_unposted(conn, tenant, accounts)
        part = _MonthPart(world, conn, tenant, waiting, now)
        slices = store.booked_lines(conn, tenant, waiting, now, with_facts=bool(part.budgets))
        for one in slices:
            lines += len(one)
            part.take(one)
        part.save()
        store.drop_unposted(conn, tenant, waiting)
    if part.frozen:
        world.queue.wake("lanes")
    return lines, part.sheet.count


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
        self.known = party_store.parties_by_id(conn, tenant, {_party(name) for name in accounts})
        self.closed = Closed(period_store.closed_periods(conn, tenant))
        self.budgets = [
            row for row in budget_store.load_budgets(conn, tenant) if row.document.get("covers")
        ]
        self.sheet = store.EntrySheet(conn, tenant, now)
        self.changed: set[str] = set()
        self.periods: set[str] = set()
        self.frozen = False

    def take(self, lines: Sequence[Any]) -> None:
        """One slice of lines, and its entries written."""
        by_account: dict[str, list[Any]] = {}
        for line in lines:
            by_account.setdefault(line[0], []).append(line)
        for name in sorted(by_account):
            self._post(name, by_account[name])
        self.sheet.write()

    def save(self) -> None:
        """The accounts as they are now, each behind the version it was read at."""
        changed = {name: self.held[name] for name in sorted(self.changed)}
        rows = [account_row(self.tenant, name, held, self.now) for name, held in changed.items()]
        read_at = {name: held.read_at for name, held in changed.items()}
        account_store.save_accounts(self.conn, self.tenant, rows, read_at)
        account_store.save_cells(self.conn, list(_cell_rows(self.tenant, changed)))
        periods = {bare(one) for one in self.periods if is_shared(one)}
        period_store.demand_open(self.conn, self.tenant, periods)

    def _post(self, name: str, lines: list[Any]) -> None:
        held = self.held[name]
        keys = _keys(name, lines)
        if held.read_at:
            done = account_store.keys_there(self.conn, self.tenant, keys)
            if done:
                pairs = zip(keys, lines, strict=True)
                left = [(key, line) for key, line in pairs if key not in done]
                keys, lines = [key for key, _ in left], [line for _, line in left]
        if not lines:
            return
        subs = {line[1] for line in lines} | {sub for sub in held.state.subs if sub}
        plans = load_plans(self.conn, self.tenant, {plan_key(sub) for sub in subs})
        slots = self._slots(name, lines, plans)
        self.changed.add(name)
        self.periods.update({slot.posted_in for slot in slots})
        held.currency = slots[0].currency
        if len(subs) == 1 and not self.budgets:
            (sub,) = subs
            added = map(itemgetter(4, 5), lines)
            found = post_straight(held.state, plans[plan_key(sub)], sub, added)
            if found is not None:
                steps, held.state = found
                self.sheet.put_run(name, sub, keys, lines, steps, slots)
                return
        self._post_parts(name, held, plans, keys, lines, slots)

    def _post_parts(
        self,
        name: str,
        held: HeldAccount,
        plans: Mapping[str, Plan],
        keys: Sequence[str],
        lines: Sequence[Any],
        slots: Sequence[Slot],
    ) -> None:
        if not held.has_cells and any(plan.grain != "period" for plan in plans.values()):
            held.cells = account_store.load_cells(self.conn, self.tenant, name)
            held.has_cells = True
        parts = list(_parts(keys, lines, slots))
        before = {cell: tuple(kept) for cell, kept in held.cells.items()}
        entries, held.state = post(held.state, plans, parts, cells=held.cells)
        held.changed_cells |= {
            cell for cell, kept in held.cells.items() if before.get(cell) != (*kept,)
        }
        facts = dict(zip(keys, lines, strict=True)) if self.budgets else {}
        self.sheet.put(entries, dict(self._ask_budgets(entries, facts)))

    def _slots(self, name: str, lines: Sequence[Any], plans: Mapping[str, Plan]) -> list[Slot]:
        """What each entry has beside its figures; worked out once for all lines alike."""
        party = self.known.get(_party(name))
        known: dict[Any, Slot] = {}
        found: list[Slot] = []
        for line in lines:
            alike = line[1], line[6], line[7]
            slot = known.get(alike)
            if slot is None:
                slot, is_own = self._slot(name, line, party, plans[plan_key(line[1])])
                if not is_own:
                    known[alike] = slot
            found.append(slot)
        return found

    def _slot(self, name: str, line: Any, party: Any, plan: Plan) -> tuple[Slot, bool]:
        """(slot, whether it is this order's own)."""
        version, kind, zone, other = store.read_beside(line[7])
        rhythm = rhythm_of(party, kind)
        earned = posted = ""
        if line[6] is not None:
            day = datetime.combine(date.fromordinal(line[6]), _NOON, ZoneInfo(zone))
            earned, posted = when(rhythm, self.closed, zone, day, self.now, line[2])
        payee = payee_of(name, line[1])
        sides = (other, payee) if plan.direction == "pay" else (payee, other)
        state = "pending" if earned else "estimated"
        slot = Slot(*sides, plan.currency, state, earned, posted, version)
        return slot, any(beat.kind == "order" for beat in rhythm)

    def _ask_budgets(
        self, entries: Iterable[Entry], facts: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        """(key, "frozen") of entries that a budget covers; the first budget is asked."""
        for one in entries if self.budgets else ():
            if one.state != "pending" or one.minor <= 0 or one.kind == "shared":
                continue
            line = Line(*facts[one.key.partition("~")[0]])
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


def _keys(account: str, lines: Iterable[Any]) -> list[str]:
    """The effect key of each line: with the order's length, so that no two orders share one."""
    prefixes: dict[str, str] = {}
    found = []
    for _, sub, order, line, *_ in lines:
        prefix = prefixes.get(sub)
        if prefix is None:
            prefix = prefixes[sub] = effect_prefix(account, sub)
        found.append(f"{prefix}{len(order)}/{order}/{line}")
    return found


def _parts(keys: Sequence[str], lines: Sequence[Any], slots: Sequence[Slot]) -> Iterator[Part]:
    for key, line, slot in zip(keys, lines, slots, strict=True):
        _, sub, order, name, base, count, _, beside, *_ = line
        *_, other = store.read_beside(beside)
        yield Part(
            key, sub, base, count, order, name, other, slot.version, slot.earned_in,
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

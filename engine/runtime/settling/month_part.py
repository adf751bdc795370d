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
from engine.settlement.periods import Rhythm
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
        self.dates: dict[tuple[Rhythm, str, int, str], tuple[str, str]] = {}
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
        if held.read_at:
            keys = _keys(name, lines)
            done = account_store.keys_there(self.conn, self.tenant, keys)
            if done:
                pairs = zip(keys, lines, strict=True)
                lines = [line for key, line in pairs if key not in done]
        if not lines:
            return
        subs = set(map(itemgetter(1), lines)) | {sub for sub in held.state.subs if sub}
        plans = load_plans(self.conn, self.tenant, {plan_key(sub) for sub in subs})
        slots = self._slots(name, lines, plans)
        self.changed.add(name)
        self.periods.update({slot.posted_in for *_, slot in slots})
        held.currency = slots[0][2].currency
        if len(subs) == 1 and not self.budgets:
            (sub,) = subs
            _, _, orders, names, bases, units, *_ = zip(*lines, strict=True)
            found = post_straight(held.state, plans[plan_key(sub)], sub, bases, units)
            if found is not None:
                run, held.state = found
                prefix = effect_prefix(name, sub)
                self.sheet.put_run(name, sub, prefix, orders, names, run, slots)
                return
        self._post_parts(name, held, plans, lines, slots)

    def _post_parts(
        self,
        name: str,
        held: HeldAccount,
        plans: Mapping[str, Plan],
        lines: Sequence[Any],
        slots: Sequence[tuple[int, int, Slot]],
    ) -> None:
        keys = _keys(name, lines)
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

    def _slots(
        self, name: str, lines: Sequence[Any], plans: Mapping[str, Plan]
    ) -> list[tuple[int, int, Slot]]:
        """What entries have beside their figures, for neighbours [start, stop) alike; worked out
        once for all that are.
        """
        party = self.known.get(_party(name))
        alike = itemgetter(1, 6, 7)
        known: dict[Any, Slot | None] = {}
        for line in {alike(line): line for line in lines}.values():
            slot, is_own = self._slot(name, line, party, plans[plan_key(line[1])])
            known[alike(line)] = None if is_own else slot
        every = set(known.values())
        if len(every) == 1 and None not in every:
            return [(0, len(lines), slot)]
        found = [
            known[alike(line)] or self._slot(name, line, party, plans[plan_key(line[1])])[0]
            for line in lines
        ]
        return [(index, index + 1, slot) for index, slot in enumerate(found)]

    def _slot(self, name: str, line: Any, party: Any, plan: Plan) -> tuple[Slot, bool]:
        """(slot, whether it is this order's own)."""
        version, kind, zone, other = store.read_beside(line[7])
        rhythm = rhythm_of(party, kind)
        is_own = any(beat.kind == "order" for beat in rhythm)
        earned = posted = ""
        if line[6] is not None:
            at = rhythm, zone, line[6], line[2] if is_own else ""
            earned, posted = self.dates.get(at) or self._dates(*at)
        payee = payee_of(name, line[1])
        sides = (other, payee) if plan.direction == "pay" else (payee, other)
        state = "pending" if earned else "estimated"
        return Slot(*sides, plan.currency, state, earned, posted, version), is_own

    def _dates(self, rhythm: Rhythm, zone: str, day: int, order: str) -> tuple[str, str]:
        """(earned in, posted in) of a day; most accounts ask for the same."""
        at = datetime.combine(date.fromordinal(day), _NOON, ZoneInfo(zone))
        found = when(rhythm, self.closed, zone, at, self.now, order)
        if not order:
            self.dates[rhythm, zone, day, ""] = found
        return found

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
    """The effect key of each line."""
    prefixes: dict[str, str] = {}
    found = []
    for _, sub, order, line, *_ in lines:
        prefix = prefixes.get(sub)
        if prefix is None:
            prefix = prefixes[sub] = effect_prefix(account, sub)
        found.append(store.entry_key(prefix, order, line))
    return found


def _parts(
    keys: Sequence[str], lines: Sequence[Any], slots: Iterable[tuple[int, int, Slot]]
) -> Iterator[Part]:
    each = (slot for start, stop, slot in slots for _ in range(start, stop))
    for key, line, slot in zip(keys, lines, each, strict=True):
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

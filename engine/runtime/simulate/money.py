"""The money of a test run: by party, channel and tier; budgets; and two versions side by side.

An amount is what the parties get, in minor units; what they owe counts less than nothing. Only what
the test run itself has posted counts: entries it was given to begin with stand before its mark.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.runtime.settling.budget_rows import read_budget
from engine.runtime.simulate.scratch import Scratch
from engine.settlement.entry import Figures
from engine.settlement.money import UNIT, to_major
from engine.store import parties as party_store
from engine.store import settlement_budgets as budget_store
from engine.store.db import Connection
from engine.store.scratch import seen as store
from engine.store.scratch.seen import Mark

BRAND = "brand"
MOST = 50
MOST_ROWS = 500  # of one list in a report


@dataclass(slots=True)
class Sum:
    """What came together under one name."""

    minor: int = 0
    entries: int = 0
    orders: set[int] = field(default_factory=set)  # hashes of names: there may be very many

    def merge(self, other: Sum) -> None:
        self.minor += other.minor
        self.entries += other.entries
        self.orders |= other.orders


Sums = dict[tuple[str, ...], Sum]  # the currency last


@dataclass(slots=True)
class Money:
    """All sums of one side; parts are merged in any order."""

    totals: Sums = field(default_factory=dict)
    parties: Sums = field(default_factory=dict)
    channels: Sums = field(default_factory=dict)
    tiers: Sums = field(default_factory=dict)
    fine: dict[tuple[str, ...], int] = field(default_factory=dict)  # of tiers, exact
    terms: dict[tuple[str, ...], int] = field(default_factory=dict)  # what its entries come to
    states: Sums = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    budgets: dict[str, dict[str, Any]] = field(default_factory=dict)
    left_out: dict[tuple[str, ...], int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.totals or self.budgets or self.left_out)

    def add(self, row: Any, line: Any) -> None:
        """One entry; `line` has the channel, platform and shop of its line, where it has one."""
        currency, name, minor, worth = row.currency, row.order_key, row.minor, _worth(row)
        # Of one interpreter and those forked from it: there a name has one hash.
        order = hash(name) if name else None
        _add(self.states, (row.state, currency), worth, order)
        if row.state == "void":
            return
        _add(self.totals, (currency,), worth, order)
        for party, sign in ((row.to_account, 1), (row.from_account, -1)):
            if party != BRAND:
                _add(self.parties, (party, currency), sign * minor, order)
        facts = (line.channel, line.platform, line.shop) if line is not None else (None,) * 3
        channel, platform, shop = facts
        slot = (channel or "", platform or name.partition("/")[0], shop or "", currency)
        _add(self.channels, slot, worth, order)
        self._add_tiers(row, order)

    def _add_tiers(self, row: Any, order: int | None) -> None:
        term = row.account.split("|")[1]
        sign = -1 if row.to_account == BRAND else 1
        posted = (term, row.currency)
        self.terms[posted] = self.terms.get(posted, 0) + sign * row.minor
        lines = Figures(*row.figures).lines or [("", "", 0, 0)]
        for line in lines:
            tier = str(int(line[1]) + 1) if isinstance(line[1], int) else str(line[1])
            slot = (term, tier, row.currency)
            worth = int(line[2]) * int(line[3]) if line[0] else row.minor * UNIT
            self.fine[slot] = self.fine.get(slot, 0) + sign * worth
            _add(self.tiers, slot, 0, order)

    def merge(self, other: Money) -> None:
        for name in ("totals", "parties", "channels", "tiers", "states"):
            own: Sums = getattr(self, name)
            for key, one in getattr(other, name).items():
                own.setdefault(key, Sum()).merge(one)
        for name in ("fine", "terms", "left_out"):
            counted, theirs = getattr(self, name), getattr(other, name)
            for slot, count in theirs.items():
                counted[slot] = counted.get(slot, 0) + count
        self.names.update(other.names)
        self.budgets.update(other.budgets)

    def rows(self, name: str) -> dict[tuple[str, ...], int]:
        """{slot: minor} of one list."""
        if name == "tiers":
            return self._tiers()
        return {slot: one.minor for slot, one in getattr(self, name).items()}

    def _tiers(self) -> dict[tuple[str, ...], int]:
        """{(term, tier, currency): minor}; the tiers of a term come to what its entries come to.

        Entries are whole cents, what a tier brings is exact: the cents between go to the largest.
        """
        found = {slot: round(worth / UNIT) for slot, worth in self.fine.items()}
        rest = dict(self.terms)
        largest: dict[tuple[str, ...], tuple[str, ...]] = {}
        for slot in sorted(found, key=lambda one: (abs(self.fine[one]), one)):
            posted = (slot[0], slot[-1])
            rest[posted] -= found[slot]
            largest[posted] = slot
        for term, slot in largest.items():
            found[slot] += rest[term]
        return found

    def as_json(self) -> dict[str, Any] | None:
        """None where nothing was settled."""
        if not self:
            return None
        tiers = self._tiers()
        return {
            "totals": [
                {"currency": slot[0], **_sum(one, slot[-1])}
                for slot, one in sorted(self.totals.items())
            ],
            "by_party": [
                {"party": slot[0], "name": self.names.get(slot[0], slot[0]),
                 "currency": slot[1], **_sum(one, slot[-1])}
                for slot, one in _largest(self.parties)
            ],
            "by_channel": [
                {**dict(zip(_CHANNEL, slot, strict=True)), **_sum(one, slot[-1])}
                for slot, one in _largest(self.channels)
            ],
            "by_tier": [
                {**dict(zip(_TIER, slot, strict=True)),
                 **_sum(self.tiers[slot], slot[-1], tiers[slot])}
                for slot in sorted(self.tiers)[:MOST_ROWS]
            ],
            "by_state": [
                {"state": slot[0], "currency": slot[1], **_sum(one, slot[-1])}
                for slot, one in sorted(self.states.items())
            ],
            "budgets": [self.budgets[key] for key in sorted(self.budgets)],
            "left_out": [
                {**dict(zip(("card", "term", "kind", "name"), slot, strict=True)), "lines": count}
                for slot, count in sorted(self.left_out.items())
            ],
        }  # fmt: skip


_CHANNEL = ("channel", "platform", "shop", "currency")
_TIER = ("term", "tier", "currency")


def read_money(scratch: Scratch, tenant: str, mark: Mark, counted: Callable[[int], None]) -> Money:
    """Counts what a test run has posted; `counted` is told several times a second how much."""
    found = Money()
    with scratch.world.db.reading() as conn:
        count = 0
        for page in store.entries_posted(conn, mark):
            for row, line in page:
                found.add(row, line)
            count += len(page)
            counted(count)
        known = party_store.parties_by_id(conn, tenant, {slot[0] for slot in found.parties})
        found.names = {id_: row.name for id_, row in known.items()}
        found.budgets = _budgets(conn, tenant, mark)
        for one in store.exceptions_counted(conn):
            found.left_out[one.card, one.term, one.kind, one.name] = one.lines
    return found


def _budgets(conn: Connection, tenant: str, mark: Mark) -> dict[str, dict[str, Any]]:
    """Budgets that were asked: how far they went, and when they were first exceeded."""
    asked: dict[str, list[Any]] = {}
    for one in store.demands_since(conn, mark.demands):
        asked.setdefault(one.budget, []).append(one)
    found = {}
    for row in budget_store.load_budgets(conn, tenant, asked) if asked else ():
        budget = read_budget(row.key, row.document)
        used = row.used - sum(one.amount for one in asked[row.key] if one.outcome == "pass")
        exceeded_at, held = None, 0
        for one in asked[row.key]:
            used += one.amount if one.outcome == "pass" else 0
            held += one.outcome != "pass"
            if exceeded_at is None and (one.outcome != "pass" or used > budget.limit):
                exceeded_at = one.at
        in_money = budget.unit == "money"
        found[row.key] = {
            "budget": row.key,
            "name": str(row.document.get("name") or row.key),
            "unit": budget.unit,
            "currency": budget.currency,
            "limit": str(to_major(budget.limit, budget.currency)) if in_money else budget.limit,
            "used": str(to_major(row.used, budget.currency)) if in_money else row.used,
            "asked": len(asked[row.key]),
            "held": held,
            "exceeded_at": exceeded_at,
        }
    return found


# -- two sides -------------------------------------------------------------------------------------


@dataclass(slots=True)
class MoneyCompared:
    """Both sides and where they differ, order by order."""

    new: Money
    old: Money
    orders: int = 0
    different: int = 0
    gap: dict[str, int] = field(default_factory=dict)  # {currency: sum of what orders differ by}
    largest: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any] | None:
        """None where neither side has settled anything. `difference` is what publishing limits:
        what all orders differ by together, without regard to the sign; the largest currency's.
        """
        if not self.new and not self.old:
            return None
        gaps = [
            {"currency": currency, "amount": str(to_major(minor, currency))}
            for currency, minor in sorted(self.gap.items())
        ]
        most = max((to_major(minor, currency) for currency, minor in self.gap.items()), default=0)
        return {
            "difference": str(most),
            "differences": gaps,
            "orders": self.orders,
            "different": self.different,
            "totals": self._beside("totals", ("currency",)),
            "by_party": [
                {**row, "name": {**self.old.names, **self.new.names}.get(row["party"], "")}
                for row in self._beside("parties", ("party", "currency"))
            ],
            "by_channel": self._beside("channels", _CHANNEL),
            "by_tier": self._beside("tiers", _TIER),
            "largest": self.largest,
            "agreed_by": None,
        }

    def _beside(self, name: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
        new, old = self.new.rows(name), self.old.rows(name)
        found = []
        for slot in sorted(
            new.keys() | old.keys(), key=lambda one: (-abs(new.get(one, 0) - old.get(one, 0)), one)
        ):
            one, other, currency = new.get(slot, 0), old.get(slot, 0), slot[-1]
            found.append(
                {
                    **dict(zip(columns, slot, strict=True)),
                    "new": str(to_major(one, currency)),
                    "old": str(to_major(other, currency)),
                    "difference": str(to_major(one - other, currency)),
                }
            )  # fmt: skip
        return found[:MOST_ROWS]


def compare_money(
    new: tuple[Scratch, Mark, Money], old: tuple[Scratch, Mark, Money]
) -> MoneyCompared:
    """Order by order, in order of their names, so that only one is in memory."""
    found = MoneyCompared(new[2], old[2])
    names = {**old[2].names, **new[2].names}
    heap: list[tuple[int, int, dict[str, Any]]] = []
    with new[0].world.db.reading() as one, old[0].world.db.reading() as other:
        sides = (
            store.money_by_order(one, new[1].entries),
            store.money_by_order(other, old[1].entries),
        )
        for order, mine, theirs in _paired(*sides):
            found.orders += bool(order)
            both = (_by_party(mine), _by_party(theirs))
            if both[0] == both[1]:
                continue
            found.different += bool(order)
            weights: dict[str, int] = {}
            slots = sorted(both[0].keys() | both[1].keys())
            for slot in slots:
                gap = abs(both[0].get(slot, 0) - both[1].get(slot, 0))
                weights[slot[1]] = weights.get(slot[1], 0) + gap
            for currency, gap in weights.items():
                found.gap[currency] = found.gap.get(currency, 0) + gap
            weight = max(weights.values())
            shown = {"order": order, "parties": _shown(both, slots, names), **_figures(both, slots)}
            # Of equal ones the earlier is kept: a second test run names the same.
            entry = (weight, -found.different, shown)
            if len(heap) < MOST:
                heapq.heappush(heap, entry)
            elif entry[:2] > heap[0][:2]:
                heapq.heapreplace(heap, entry)
    found.largest = [shown for _, _, shown in sorted(heap, key=lambda each: (-each[0], -each[1]))]
    return found


def _paired(
    new: Iterator[tuple[str, list[Any]]], old: Iterator[tuple[str, list[Any]]]
) -> Iterator[tuple[str, list[Any], list[Any]]]:
    """Two sorted walks as one."""
    mine, theirs = next(new, None), next(old, None)
    while mine is not None or theirs is not None:
        order = min(one[0] for one in (mine, theirs) if one is not None)
        rows: list[list[Any]] = [[], []]
        if mine is not None and mine[0] == order:
            rows[0], mine = mine[1], next(new, None)
        if theirs is not None and theirs[0] == order:
            rows[1], theirs = theirs[1], next(old, None)
        yield order, rows[0], rows[1]


def _by_party(rows: list[Any]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        for party, sign in ((row.to_account, 1), (row.from_account, -1)):
            if party != BRAND:
                slot = (party, row.currency)
                found[slot] = found.get(slot, 0) + sign * row.minor
    return {slot: minor for slot, minor in found.items() if minor}


def _figures(
    both: tuple[Mapping[Any, int], Mapping[Any, int]], slots: list[tuple[str, str]]
) -> dict[str, Any]:
    """What an order comes to on each side, in the currency that differs."""
    currency = next(slot[1] for slot in slots if both[0].get(slot, 0) != both[1].get(slot, 0))
    new, old = (sum(minor for slot, minor in side.items() if slot[1] == currency) for side in both)
    return {
        "currency": currency,
        "new": str(to_major(new, currency)),
        "old": str(to_major(old, currency)),
        "difference": str(to_major(new - old, currency)),
    }


def _shown(
    both: tuple[Mapping[Any, int], Mapping[Any, int]],
    slots: list[tuple[str, str]],
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    return [
        {
            "party": party,
            "name": names.get(party, party),
            "currency": currency,
            "new": str(to_major(both[0].get((party, currency), 0), currency)),
            "old": str(to_major(both[1].get((party, currency), 0), currency)),
        }
        for party, currency in slots[:20]
    ]


def _worth(row: Any) -> int:
    """What the parties get of an entry; between two of them nothing is won or lost."""
    if row.from_account != BRAND and row.to_account != BRAND:
        return 0
    return int(row.minor) if row.from_account == BRAND else -int(row.minor)


def _add(sums: Sums, slot: tuple[str, ...], minor: int, order: int | None) -> None:
    one = sums.get(slot)
    if one is None:
        one = sums[slot] = Sum()
    one.minor += minor
    one.entries += 1
    if order is not None:
        one.orders.add(order)


def _sum(one: Sum, currency: str, minor: int | None = None) -> dict[str, Any]:
    amount = one.minor if minor is None else minor
    return {
        "amount": str(to_major(amount, currency)),
        "orders": len(one.orders),
        "entries": one.entries,
    }


def _largest(sums: Sums) -> list[tuple[tuple[str, ...], Sum]]:
    return sorted(sums.items(), key=lambda item: (-abs(item[1].minor), item[0]))[:MOST_ROWS]

"""f(total) of tiered models: graduated (超额累进) and volume (全额累进).

These run once for each order line of a month, so the usual case, an order that stays within one
tier, is one bisection, one product and one tuple. Below zero the first tier runs on.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from engine.settlement.formulas import Formula
from engine.settlement.ladder import Ladder
from engine.settlement.lines import FLAT, JUMP, RATE, UNIT_JUMP, UNIT_PRICE, Line, Lines, Totals
from engine.settlement.models import Graduated, Volume
from engine.settlement.tiers import compile_tiers
from engine.settlement.units import Units

_FAR = 10**40  # beyond every total
_AXES = {"amount": 0, "count": 1, "qualifying": 2}


def graduated(model: Graduated, units: Units) -> Formula:
    """Each part of the total at the rate of its tier, and the flat part of every tier reached.

    f(total) = what all tiers below are worth in full + (total − edge) × rate of the tier.
    """
    steps = compile_tiers(model, units)
    axis = _AXES[model.by]
    prices = steps.rates if model.by == "amount" else steps.units
    code = RATE if model.by == "amount" else UNIT_PRICE
    # The first tier takes what no other does, also below zero: its start is not looked up.
    edges, lowers, flats = steps.starts[1:], steps.lowers, steps.flats
    begins, ends = (-_FAR, *edges), (*edges, _FAR)
    # What the tier's line would be worth at 0: one product less for each order.
    bases = []
    full = 0
    for index, price in enumerate(prices):
        if index:
            full += (lowers[index] - lowers[index - 1]) * prices[index - 1]
        full += flats[index]
        bases.append(full - lowers[index] * price)

    def worth(totals: Totals) -> int:
        total = totals[axis]
        tier = bisect_right(edges, total)
        return bases[tier] + total * prices[tier]

    def difference(before: Totals, after: Totals) -> tuple[int, Lines]:
        old, new = before[axis], after[axis]
        tier = bisect_right(edges, old)
        if begins[tier] <= new < ends[tier]:
            price = prices[tier]
            part = new - old
            return part * price, ((code, tier, part, price),)
        return across(old, new)

    def across(old: int, new: int) -> tuple[int, Lines]:
        """An order or refund that crosses edges: one line for each tier it touches."""
        sign = 1 if new > old else -1
        bottom, top = min(old, new), max(old, new)
        first, last = bisect_right(edges, bottom), bisect_right(edges, top)
        marks = (bottom, *lowers[first + 1 : last + 1], top)
        lines: list[Line] = []
        for tier, (begin, end) in enumerate(pairwise(marks), first):
            if tier > first and flats[tier]:
                lines.append((FLAT, tier, sign, flats[tier]))
            if end > begin:
                lines.append((code, tier, sign * (end - begin), prices[tier]))
        return worth(_at(new)) - worth(_at(old)), tuple(lines)

    def _at(total: int) -> Totals:
        return (total,) * (axis + 1)

    if axis > 1:
        return Formula(worth, difference)
    ladder = Ladder(axis, code, tuple(edges), tuple(prices), tuple(bases))
    return Formula(worth, difference, ladder)


def volume(model: Volume, units: Units) -> Formula:
    """The whole amount and number at the prices of the tier that is reached.

    An order that crosses an edge is paid at the new tier's rate, and one more line re-prices all
    that was counted before it.
    """
    steps = compile_tiers(model, units)
    axis = _AXES[model.by]
    edges, rates, prices, flats = steps.starts[1:], steps.rates, steps.units, steps.flats
    has_rates = any(tier.percent is not None for tier in model.tiers)
    if not any(prices):
        return _volume_of_rates(axis, edges, rates, flats)

    def worth(totals: Totals) -> int:
        tier = bisect_right(edges, totals[axis])
        return totals[0] * rates[tier] + totals[1] * prices[tier] + flats[tier]

    def difference(before: Totals, after: Totals) -> tuple[int, Lines]:
        old, new = bisect_right(edges, before[axis]), bisect_right(edges, after[axis])
        lines: list[Line] = []
        if has_rates:
            lines.append((RATE, new, after[0] - before[0], rates[new]))
        lines.append((UNIT_PRICE, new, after[1] - before[1], prices[new]))
        if old != new:
            if rates[old] != rates[new] and before[0]:
                lines.append(_jump(JUMP, before[0], old, new, rates))
            if prices[old] != prices[new] and before[1]:
                lines.append(_jump(UNIT_JUMP, before[1], old, new, prices))
            lines += _flats(old, new, flats)
        return worth(after) - worth(before), tuple(lines)

    return Formula(worth, difference)


def _volume_of_rates(
    axis: int, edges: tuple[int, ...], rates: tuple[int, ...], flats: tuple[int, ...]
) -> Formula:
    """Volume tiers that pay percentages and flat parts only: most of them."""
    begins, ends = (-_FAR, *edges), (*edges, _FAR)

    def worth(totals: Totals) -> int:
        tier = bisect_right(edges, totals[axis])
        return totals[0] * rates[tier] + flats[tier]

    def difference(before: Totals, after: Totals) -> tuple[int, Lines]:
        old = bisect_right(edges, before[axis])
        part = after[0] - before[0]
        if begins[old] <= after[axis] < ends[old]:
            rate = rates[old]
            return part * rate, ((RATE, old, part, rate),)
        new = bisect_right(edges, after[axis])
        rate = rates[new]
        lines: list[Line] = [(RATE, new, part, rate)]
        if rates[old] != rate and before[0]:
            lines.append(_jump(JUMP, before[0], old, new, rates))
        lines += _flats(old, new, flats)
        return worth(after) - worth(before), tuple(lines)

    return Formula(worth, difference)


def _jump(code: str, counted: int, old: int, new: int, prices: tuple[int, ...]) -> Line:
    return (code, new, counted, prices[new] - prices[old], old, prices[new])


def _flats(old: int, new: int, flats: tuple[int, ...]) -> list[Line]:
    if flats[old] == flats[new]:
        return []
    lines: list[Line] = [(FLAT, old, -1, flats[old]), (FLAT, new, 1, flats[new])]
    return [line for line in lines if line[3]]

"""f(total) of the models without tiers, each as two closures over whole numbers.

A formula gives what the totals alone are worth, and the same for a step from one pair of totals to
another with the lines that explain it. Below zero (more refunds than orders) what is proportional
runs on and becomes negative; packages, blocks, fees and what lies above a free part stop at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.settlement.ladder import Ladder
from engine.settlement.lines import (
    BLOCK,
    FLAT,
    FREE,
    FREE_UNIT,
    PACKAGE,
    RATE,
    UNIT_PRICE,
    Line,
    Lines,
    Totals,
)
from engine.settlement.models import Blocks, Flat, Package, Percentage, PerUnit
from engine.settlement.units import Units

Worth = Callable[[Totals], int]
Difference = Callable[[Totals, Totals], tuple[int, Lines]]


@dataclass(frozen=True, slots=True)
class Formula:
    """worth(totals) in fine units, and difference(before, after) with its lines; `ladder` says the
    same where it is a straight line within each tier.
    """

    worth: Worth
    difference: Difference
    ladder: Ladder | None = None


def percentage(model: Percentage, units: Units) -> Formula:
    """rate × (amount − free part) + fee × (number − free ones)."""
    rate = units.rate(model.percent)
    fee = units.pay(model.fee)
    free_amount = units.edge(model.free_amount, "amount")
    free_count = units.edge(model.free_count, "count")
    if not (fee or free_amount):
        return _proportional(0, rate, RATE)

    def counted(totals: Totals) -> tuple[int, int]:
        amount, number = totals[0], totals[1]
        return (
            max(0, amount - free_amount) if free_amount else amount,
            max(0, number - free_count) if free_count else number,
        )

    def worth(totals: Totals) -> int:
        amount, number = counted(totals)
        return amount * rate + number * fee

    def difference(before: Totals, after: Totals) -> tuple[int, Lines]:
        old_amount, old_number = counted(before)
        amount, number = counted(after)
        amount, number = amount - old_amount, number - old_number
        lines: list[Line] = [(RATE, 0, amount, rate)]
        free = after[0] - before[0] - amount
        if free:
            lines.append((FREE, 0, free, 0))
        if number and fee:
            lines.append((UNIT_PRICE, 0, number, fee))
        free = after[1] - before[1] - number
        if free and fee:
            lines.append((FREE_UNIT, 0, free, 0))
        return amount * rate + number * fee, tuple(lines)

    return Formula(worth, difference)


def per_unit(model: PerUnit, units: Units) -> Formula:
    """amount × number."""
    return _proportional(1, units.pay(model.amount), UNIT_PRICE)


def flat(model: Flat, units: Units) -> Formula:
    """A constant; with `due` "once_used" only when something was counted."""
    amount = units.pay(model.amount)
    is_always = model.due == "always"

    def worth(totals: Totals) -> int:
        return amount if is_always or totals[0] > 0 or totals[1] > 0 else 0

    def difference(before: Totals, after: Totals) -> tuple[int, Lines]:
        change = worth(after) - worth(before)
        sign = (change > 0) - (change < 0)
        return change, ((FLAT, 0, sign, amount),)

    return Formula(worth, difference)


def package(model: Package, units: Units) -> Formula:
    """amount × packages above the free part, a begun one counted whole."""
    size = units.edge(model.size, model.by)
    free = units.edge(model.free, model.by)
    axis = 1 if model.by == "count" else 0
    return _steps(
        lambda totals: max(0, -((free - totals[axis]) // size)), units.pay(model.amount), PACKAGE
    )


def blocks(model: Blocks, units: Units) -> Formula:
    """amount × full blocks."""
    size = units.edge(model.size, model.by)
    axis = 1 if model.by == "count" else 0
    return _steps(lambda totals: max(0, totals[axis] // size), units.pay(model.amount), BLOCK)


def _proportional(axis: int, price: int, code: str) -> Formula:
    def worth(totals: Totals) -> int:
        return totals[axis] * price

    def difference(before: Totals, after: Totals) -> tuple[int, Lines]:
        part = after[axis] - before[axis]
        return part * price, ((code, 0, part, price),)

    return Formula(worth, difference, Ladder(axis, code, (), (price,), (0,)))


def _steps(steps: Worth, price: int, code: str) -> Formula:
    def worth(totals: Totals) -> int:
        return steps(totals) * price

    def difference(before: Totals, after: Totals) -> tuple[int, Lines]:
        part = steps(after) - steps(before)
        return part * price, ((code, 0, part, price),)

    return Formula(worth, difference)

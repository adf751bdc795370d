"""f(total) of one level of a chain: what an order's base brings it.

Every order has an account of its own for each level, so f is a pure function of that account's
total like all others: an order refunded in pieces ends at nothing for everybody, and the ceiling
holds at every moment.
"""

from __future__ import annotations

from engine.settlement.chain import Chain, Link, share_along
from engine.settlement.formulas import Formula
from engine.settlement.lines import CHAIN, Line, Lines, Totals
from engine.settlement.models import Chained
from engine.settlement.money import UNIT, Rounding


def chained(model: Chained, currency: str, rounding: Rounding) -> Formula:
    """The model's own level; without one, all levels together with a line for each."""
    chain = Chain(levels=model.levels, ceiling=model.ceiling)
    own = [
        index
        for index, level in enumerate(model.levels)
        if model.level is None or level.key == model.level
    ]

    def worth(totals: Totals) -> int:
        links = share_along(totals[0], chain, currency, rounding)
        return sum(links[index].amount for index in own) * UNIT

    def difference(before: Totals, after: Totals) -> tuple[int, Lines]:
        old = share_along(before[0], chain, currency, rounding)
        new = share_along(after[0], chain, currency, rounding)
        lines = tuple(_line(new, index, old[index].amount, after[0]) for index in own)
        return sum(line[3] for line in lines), lines

    return Formula(worth, difference)


def _line(links: tuple[Link, ...], index: int, was: int, base: int) -> Line:
    """How the level stands after the step; its price is what the step brought it."""
    link = links[index]
    below, given = "", 0
    if link.mode == "carved_out":
        before = links[index - 1]
        below, given = before.key, before.gross - before.cut
    fine = (link.amount - was) * UNIT
    return (
        CHAIN, 0, 1, fine, link.percent, base, link.gross, link.cut, link.amount, below, given,
    )  # fmt: skip

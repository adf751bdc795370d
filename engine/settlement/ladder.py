"""Many lines of one account part at once, column by column.

What most models pay is a ladder: within a tier the worth of a total is a straight line. Lines that
stay in one tier differ in figures alone, so a month of them is worked out without an object for
each: the same figures as `run_up` of posting.py, which works for every model.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, islice
from operator import sub as less
from typing import NamedTuple

from engine.settlement.lines import Line, Lines, Totals
from engine.settlement.money import UNIT, Rounding, round_fine

_HALF = UNIT // 2


class Ladder(NamedTuple):
    """f(total) = bases[tier] + total × prices[tier]; the total is the amount or the number.

    axis   0: the amount is counted, 1: the number
    code   of the line of an order that stays in one tier
    edges  where the second tier begins, the third, ...
    """

    axis: int
    code: str
    edges: tuple[int, ...]
    prices: tuple[int, ...]
    bases: tuple[int, ...]


class Span(NamedTuple):
    """Neighbours of a run, [start, stop), explained alike: (code, tier, quantity, price), where the
    quantity is what each of them counted; or the lines of a single one, `said`.
    """

    start: int
    stop: int
    code: str = ""
    tier: int = 0
    price: int = 0
    axis: int = 0
    said: Lines | None = None


class Run(NamedTuple):
    """What lines came to one after the other, column by column; the words are those of Figures in
    entry.py. `rest` is that of the first of them, `spans` cover all of them in order.
    """

    minors: Sequence[int]
    bases: Sequence[int]
    units: Sequence[int]
    amounts: Sequence[int]
    numbers: Sequence[int]
    fines: Sequence[int]
    rest: int
    spans: Sequence[Span]

    def rests(self) -> Iterator[int]:
        """The rest before each: the fines of those before it, less what they paid out in cents."""
        gains = (fine - minor * UNIT for fine, minor in zip(self.fines, self.minors, strict=True))
        return islice(accumulate(gains, initial=self.rest), len(self.minors))

    def lines(self) -> Iterator[Lines]:
        """The lines of each."""
        for start, stop, code, tier, price, axis, said in self.spans:
            if said is not None:
                yield said
                continue
            for quantity in (self.units if axis else self.bases)[start:stop]:
                line: Line = (code, tier, quantity, price)
                yield (line,)


def spans_of(explained: Iterable[Lines], bases: Sequence[int], units: Sequence[int]) -> list[Span]:
    """Spans of lines that were worked out one by one."""
    spans: list[Span] = []
    for index, (said, base, number) in enumerate(zip(explained, bases, units, strict=True)):
        first = said[0] if len(said) == 1 else ()
        if len(first) != 4 or first[2] not in (base, number):
            spans.append(Span(index, index + 1, said=said))
            continue
        code, tier, quantity, price = first
        alike = (code, tier, price, int(quantity != base))
        if spans and spans[-1].said is None and spans[-1][2:6] == alike:
            spans[-1] = Span(spans[-1].start, index + 1, *alike)
        else:
            spans.append(Span(index, index + 1, *alike))
    return spans


def climb(
    ladder: Ladder,
    difference: Callable[[Totals, Totals], tuple[int, Lines]],
    mode: Rounding,
    sub: Sequence[int],
    bases: Sequence[int],
    units: Sequence[int],
) -> tuple[Run, tuple[int, int, int, int]] | None:
    """A run up a ladder from a part's totals (account.py), and (amount, number, fine, minor) after
    it. None where a line goes down, or the money is below zero: there `run_up` is for all.

    1. The totals before and after each line.
    2. Their worth tier by tier; which lines stay in one tier. One that crosses an edge is explained
       by `difference`.
    3. Cents: what is posted by then, rounded, less what was.

    Nothing here is below zero, so a whole division rounds down.
    """
    amount, number, fine, minor, _ = sub
    amounts = list(accumulate(bases, initial=amount))
    numbers = list(accumulate(units, initial=number))
    axis, code, edges, prices, worths = ladder
    totals = numbers if axis else amounts
    steps = units if axis else bases
    if not steps or min(steps) < 0 or min(prices) < 0 or fine < 0:
        return None
    last = len(steps)
    tier = bisect_right(edges, totals[0])
    late = fine - worths[tier] - totals[0] * prices[tier]  # brought in from elsewhere
    cents: list[int] = []
    fines: list[int] = []
    spans: list[Span] = []
    start = 0  # of the totals of this tier
    while start <= last:
        stop = bisect_left(totals, edges[tier], start) if tier < len(edges) else last + 1
        price, at_zero = prices[tier], worths[tier] + late
        cents += _rounded(mode, at_zero, price, totals[start:stop])
        if stop - 1 > start:
            fines += [step * price for step in steps[start : stop - 1]]
            spans.append(Span(start, stop - 1, code, tier, price, axis))
        if start < stop <= last:
            before = amounts[stop - 1], numbers[stop - 1]
            gain, said = difference(before, (amounts[stop], numbers[stop]))
            fines.append(gain)
            spans.append(Span(stop - 1, stop, said=said))
        tier, start = tier + 1, stop
    cents[0] = minor
    minors = list(map(less, cents[1:], cents))
    run = Run(minors, bases, units, amounts, numbers, fines, fine - minor * UNIT, spans)
    return run, (amounts[-1], numbers[-1], fine + sum(fines), cents[-1])


def _rounded(mode: Rounding, at_zero: int, price: int, totals: Sequence[int]) -> list[int]:
    """What a straight line comes to at each total, in cents."""
    if mode == "half_even":
        return [round_fine(at_zero + total * price, mode) for total in totals]
    up = at_zero + (_HALF if mode == "half_up" else 0)
    return [(up + total * price) // UNIT for total in totals]

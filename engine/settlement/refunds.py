"""Which line of an order a refund gives back, and how much.

1. A line of the refund that names a line of the order gives back that line.
2. One that names goods (merchant code, SKU, the platform's product id) gives back the lines of
   these goods, in proportion to what is still paid for each.
3. What names nothing the order has, and a refund without lines less its freight, is spread over
   what is still paid for all lines, also those that are in no account.
4. A line never gives back more than was paid for it. What goes beyond (compensation, a mistake) is
   told, so that somebody looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.core.records.order import DIRECTION
from engine.core.records.spread import spread
from engine.settlement.money import exponent, to_minor

CODES = ("outer_id", "sku", "product_id")


@dataclass(slots=True)
class LineLeft:
    """One line of the order: what is still paid for it (minor units), how many pieces are left."""

    line: str
    codes: frozenset[str]
    paid: int
    pieces: Decimal


@dataclass(slots=True)
class Back:
    """(minor units, pieces) by line; what went beyond what was paid, by line ("": of the whole
    order); minor units whose line nobody knew.
    """

    lines: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    beyond: dict[str, int] = field(default_factory=dict)
    unknown: int = 0

    def add(self, line: str, minor: int, pieces: Decimal) -> None:
        amount, count = self.lines.get(line, (0, Decimal(0)))
        self.lines[line] = (amount + minor, count + pieces)


def give_back(refund: Mapping[str, Any], left: Sequence[LineLeft]) -> Back:
    """What a refund gives back of an order of which `left` is left; `left` becomes what is left
    after it. InvalidInput for an amount finer than the currency.
    """
    found = Back()
    named = refund.get("lines") or ()
    currency = refund["currency"]
    if not named:
        total = Decimal(refund["amount"]) - _freight(refund)
        _spread(found, left, to_minor(total, currency, "/refund/amount"), currency, "")
        return found
    for index, line in enumerate(named):
        minor = to_minor(line["amount"], currency, f"/refund/lines/{index}/amount")
        own = _meant(line, left)
        if not own:
            found.unknown += minor
            _spread(found, left, minor, currency, "")
        elif len(own) == 1:
            _take(found, own[0], minor, Decimal(line.get("quantity") or 0))
        else:
            _spread(found, own, minor, currency, own[0].line)
    return found


def give_back_all(
    refunds: Iterable[Mapping[str, Any]], left: Sequence[LineLeft]
) -> dict[str, tuple[int, Decimal]]:
    """One refund after the other: what each line gives back in all, (minor units, pieces)."""
    found = Back()
    for refund in refunds:
        for line, (minor, pieces) in give_back(refund, left).lines.items():
            found.add(line, minor, pieces)
    return found.lines


def codes_of(line: Mapping[str, Any]) -> frozenset[str]:
    """The names under which the goods of a line of an order are known."""
    return frozenset(str(line[name]) for name in CODES if line.get(name))


def _meant(line: Mapping[str, Any], left: Sequence[LineLeft]) -> list[LineLeft]:
    """The lines of the order that a line of a refund is about; [] when none is."""
    if line.get("line"):
        own = [one for one in left if one.line == line["line"]]
        if own:
            return own
    for name in CODES:
        own = [one for one in left if line.get(name) and str(line[name]) in one.codes]
        if own:
            return [one for one in own if one.paid > 0] or own[:1]
    return []


def _take(found: Back, own: LineLeft, minor: int, pieces: Decimal) -> None:
    """Part of one line; what it has not is beyond. A line nobody paid for (a gift) gives back
    pieces alone.
    """
    taken = min(minor, max(own.paid, 0))
    if minor > taken:
        found.beyond[own.line] = found.beyond.get(own.line, 0) + minor - taken
    all_back = own.paid > 0 and taken >= own.paid
    count = own.pieces if all_back else min(own.pieces, pieces)
    found.add(own.line, taken, count)
    own.paid -= taken
    own.pieces -= count


def _spread(found: Back, left: Sequence[LineLeft], minor: int, currency: str, about: str) -> None:
    """An amount over what is still paid for these lines; nobody says how many pieces: all of a line
    once nothing is left of what was paid for it.
    """
    have = sum(max(one.paid, 0) for one in left)
    if minor > have:
        found.beyond[about] = found.beyond.get(about, 0) + minor - have
        minor = have
    if minor <= 0:
        return
    scale = Decimal(1).scaleb(-exponent(currency))
    weights = [Decimal(max(one.paid, 0)) for one in left]
    for one, share in zip(left, spread(minor * scale, weights, exponent(currency)), strict=True):
        part = to_minor(share, currency, "/refund/amount")
        if part:
            _take(found, one, part, Decimal(0))


def _freight(refund: Mapping[str, Any]) -> Decimal:
    freight = refund.get("freight_amount")
    if freight is not None:
        return Decimal(freight)
    adds: Iterable[Decimal] = (
        Decimal(one["amount"])
        for one in refund.get("adjustments") or ()
        if DIRECTION.get(one["type"], -1) > 0
    )
    return sum(adds, Decimal(0))

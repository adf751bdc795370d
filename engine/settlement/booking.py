"""From an order to parts of accounts, and from a refund to the parts that take them back.

A *booking* is what is remembered of one line for one plan: which card version priced it, which
account it is in and with how much. A refund looks at the bookings alone, so it is priced by the
plan of its order, whatever the card says today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.settlement.outcome import Excluded, Owed, Unpriced
from engine.settlement.posting import Part
from engine.settlement.refunds import LineLeft, give_back
from engine.settlement.resolve import Resolver
from engine.settlement.sale import Sale


@dataclass(slots=True)  # not frozen: that would cost as much as all the rest of booking a line
class Booking:
    """One line in one account, never changed. `back_*` is what refunds have taken out of it so far.

    paid, pieces   of the line; base, count   what it added to the account
    payees         who has which share, where the term is shared out
    """

    order: str
    line: str
    term: str
    version: Any
    account: str
    sub: str
    other: str
    currency: str
    paid: int
    pieces: Decimal
    base: int
    count: int
    counts: str
    takes_refunds: bool
    rate_at: datetime
    paid_at: datetime | None
    earned_at: datetime | None
    back_paid: int = 0
    back_pieces: Decimal = Decimal(0)
    back_base: int = 0
    back_count: int = 0
    payees: Mapping[str, str] | None = None

    @property
    def id(self) -> str:
        """Its name within its tenant: one line, one part of one account."""
        return f"{self.order}|{self.line}|{self.account}|{self.sub}"

    @property
    def is_back(self) -> bool:
        """Whether refunds have taken all of it back."""
        if self.paid > 0:
            return self.back_paid >= self.paid
        return self.back_pieces >= self.pieces


@dataclass(frozen=True, slots=True)
class Booked:
    """What an order means: bookings to keep, what has no rate, what was left out."""

    bookings: tuple[Booking, ...]
    unpriced: tuple[tuple[str, Unpriced], ...] = ()  # (line, why)
    excluded: tuple[tuple[str, Excluded], ...] = ()


def book_order(resolver: Resolver, sales: Sequence[Sale]) -> Booked:
    """All lines of one order at once: where a term counts orders, its first line in an account
    counts the order and the others nothing.
    """
    bookings: list[Booking] = []
    unpriced: list[tuple[str, Unpriced]] = []
    excluded: list[tuple[str, Excluded]] = []
    counted: set[str] = set()
    version = resolver.version
    for sale in sales:
        for found in resolver.resolve(sale):
            if isinstance(found, Owed):
                count = found.count
                if found.term.counts == "orders":
                    count = 0 if found.account in counted else 1
                    counted.add(found.account)
                bookings.append(_booking(sale, found, count, version))
            elif isinstance(found, Unpriced):
                unpriced.append((sale.line, found))
            else:
                excluded.append((sale.line, found))
    return Booked(tuple(bookings), tuple(unpriced), tuple(excluded))


def parts_of(bookings: Iterable[Booking], effect: str, **more: str) -> list[tuple[str, Part]]:
    """(account, part) for new bookings. `effect` is the key of the cause; `more` has earned_in,
    posted_in and state of the parts.
    """
    return [
        (
            one.account,
            Part(
                f"{effect}.{index:04d}", one.sub, one.base, one.count, one.order, one.line,
                one.other, one.version, **more,
            ),
        )
        for index, one in enumerate(bookings)
    ]  # fmt: skip


def refund_order(
    bookings: Sequence[Booking],
    refund: Mapping[str, Any],
    effect: str,
    *,
    left: Sequence[LineLeft] | None = None,
    **more: str,
) -> tuple[list[tuple[str, Part]], list[Booking]]:
    """(account, part) of a completed refund, and the bookings as they are after it.

    `left` is what is left of all lines of the order, also of those that are in no account
    (refunds.py); without it there are the booked ones alone.
    """
    if not bookings:
        return [], []
    back = give_back(refund, left_of(bookings) if left is None else left)
    return take_back(bookings, back.lines, effect, **more)


def take_back(
    bookings: Sequence[Booking],
    back: Mapping[str, tuple[int, Decimal]],
    effect: str,
    *,
    only: Collection[str] | None = None,
    **more: str,
) -> tuple[list[tuple[str, Part]], list[Booking]]:
    """The same, once it is known which line gives back how much: (minor units, pieces) by line.
    `only` are the ids of the bookings that give back; None: all of the line.

    1. A line gives back its base in proportion to what was paid for it, counted over all its
       refunds, so that several refunds of one line give back exactly its base.
    2. An order counts no longer when all of its lines in the account are back.
    """
    after: list[Booking] = []
    for one in bookings:
        amount, pieces = back.get(one.line, (0, Decimal(0)))
        if only is not None and one.id not in only:
            amount, pieces = 0, Decimal(0)
        changed = replace(
            one,
            back_paid=min(one.paid, one.back_paid + amount) if one.paid > 0 else 0,
            back_pieces=min(one.pieces, one.back_pieces + pieces),
        )
        if one.takes_refunds:
            changed = replace(changed, back_base=_base_back(changed))
        after.append(changed)
    after = [replace(one, back_count=_count_back(one, after)) for one in after]
    parts = []
    for index, (one, changed) in enumerate(zip(bookings, after, strict=True)):
        base, count = one.back_base - changed.back_base, one.back_count - changed.back_count
        if base or count:
            part = Part(
                f"{effect}.{index:04d}", one.sub, base, count, one.order, one.line, one.other,
                one.version, kind="refund", **more,
            )  # fmt: skip
            parts.append((one.account, part))
    return parts, after


def move_bookings(
    old: Sequence[Booking], new: Sequence[Booking], effect: str, **more: str
) -> list[tuple[str, Part]]:
    """(account, part) that take an order out of its accounts and put it into others.

    For a card that finance recomputes in an open period, or a party found to be another one: what
    is left of the old bookings goes out, the same part of the new ones goes in.
    """
    parts: list[tuple[str, Part]] = []
    for index, one in enumerate((*old, *new)):
        sign = -1 if index < len(old) else 1
        base, count = sign * (one.base - one.back_base), sign * (one.count - one.back_count)
        if base or count:
            part = Part(
                f"{effect}.{index:04d}", one.sub, base, count, one.order, one.line, one.other,
                one.version, kind="moved", **more,
            )  # fmt: skip
            parts.append((one.account, part))
    return parts


def back_before(bookings: Iterable[Booking]) -> dict[str, tuple[int, Decimal]]:
    """What refunds have taken of each booked line so far: (minor units, pieces)."""
    return {one.line: (one.back_paid, one.back_pieces) for one in bookings}


def carry_refunds(new: Sequence[Booking], back: Mapping[str, tuple[int, Decimal]]) -> list[Booking]:
    """New bookings with the refunds that came before them, by line."""
    made = []
    for one in new:
        amount, pieces = back.get(one.line, (0, Decimal(0)))
        one = replace(
            one,
            back_paid=min(one.paid, amount) if one.paid > 0 else 0,
            back_pieces=min(one.pieces, pieces),
        )
        if one.takes_refunds:
            one = replace(one, back_base=_base_back(one))
        made.append(one)
    return [replace(one, back_count=_count_back(one, made)) for one in made]


def _booking(sale: Sale, owed: Owed, count: int, version: Any) -> Booking:
    term = owed.term
    return Booking(
        sale.order, sale.line, term.key, version, owed.account, owed.sub, owed.other, sale.currency,
        sale.paid, sale.pieces, owed.base, count, term.counts, term.base.refunds,
        owed.rate_at, sale.paid_at, owed.earned_at, payees=owed.payees,
    )  # fmt: skip


def left_of(bookings: Iterable[Booking]) -> list[LineLeft]:
    """What is left of the lines that are booked."""
    lines = {one.line: one for one in bookings}
    return [
        LineLeft(line, frozenset(), one.paid - one.back_paid, one.pieces - one.back_pieces)
        for line, one in lines.items()
    ]


def _base_back(one: Booking) -> int:
    """base × refunded / paid, halves away from zero; exactly the base once all is back."""
    if one.is_back:
        return one.base
    top, bottom = one.back_paid, one.paid
    if one.paid <= 0:
        ratio = one.back_pieces / one.pieces if one.pieces else Decimal(0)
        top, bottom = ratio.as_integer_ratio()
    size = (abs(one.base) * top * 2 + bottom) // (2 * bottom)
    return -size if one.base < 0 else size


def _count_back(one: Booking, after: Sequence[Booking]) -> int:
    if not one.takes_refunds or not one.count:
        return 0
    if one.counts == "pieces":
        return int(min(Decimal(one.count), one.back_pieces))
    if one.counts == "lines":
        return one.count if one.is_back else 0
    same = (other for other in after if other.account == one.account and other.order == one.order)
    return one.count if all(other.is_back for other in same) else 0

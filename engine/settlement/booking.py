"""From an order to parts of accounts, and from a refund to the parts that take them back.

A *booking* is what is remembered of one line for one plan: which card version priced it, which
account it is in and with how much. A refund looks at the bookings alone, so it is priced by the
plan of its order, whatever the card says today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.core.records.order import DIRECTION
from engine.core.records.spread import spread
from engine.settlement.money import exponent, to_minor
from engine.settlement.posting import Part
from engine.settlement.resolve import Excluded, Owed, Resolver, Unpriced
from engine.settlement.sale import Sale


@dataclass(slots=True)  # not frozen: that would cost as much as all the rest of booking a line
class Booking:
    """One line in one account, never changed. `back_*` is what refunds have taken out of it so far.

    paid, pieces   of the line; base, count   what it added to the account
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
    paid: Mapping[str, int] | None = None,
    **more: str,
) -> tuple[list[tuple[str, Part]], list[Booking]]:
    """(account, part) of a completed refund, and the bookings as they are after it.

    1. Say which line gives back how much: the refund's own lines where all of them name an order
       line; else the refund, less freight, spread over what is still paid for each line. `paid`
       has what was paid for every line of the order, also those that are in no account.
    2. A line gives back its base in proportion to what was paid for it, counted over all its
       refunds, so that several refunds of one line give back exactly its base. More than was paid
       for a line (compensation) gives back no more than its base.
    3. An order counts no longer when all of its lines in the account are back.
    """
    if not bookings:
        return [], []
    back = _given_back(bookings, refund, paid or {})
    after: list[Booking] = []
    for one in bookings:
        amount, pieces = back.get(one.line, (0, Decimal(0)))
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


def carry_refunds(old: Sequence[Booking], new: Sequence[Booking]) -> list[Booking]:
    """New bookings with the refunds that came while the old ones stood."""
    back = {one.line: one for one in old}
    made = []
    for one in new:
        was = back.get(one.line)
        if was is not None:
            one = replace(one, back_paid=was.back_paid, back_pieces=was.back_pieces)
            if one.takes_refunds:
                one = replace(one, back_base=_base_back(one))
        made.append(one)
    return [replace(one, back_count=_count_back(one, made)) for one in made]


@dataclass(frozen=True, slots=True)
class KeptRefund:
    """A refund whose order nobody knows yet: kept, and applied when the order comes."""

    order: str
    refund: Mapping[str, Any]
    kept_at: datetime

    def is_overdue(self, now: datetime, after: timedelta = timedelta(days=7)) -> bool:
        """Whether somebody should look for the order: then it is an incident."""
        return now - self.kept_at >= after


def _booking(sale: Sale, owed: Owed, count: int, version: Any) -> Booking:
    term = owed.term
    return Booking(
        sale.order, sale.line, term.key, version, owed.account, owed.sub, owed.other, sale.currency,
        sale.paid, sale.pieces, owed.base, count, term.counts, term.base.refunds,
        owed.rate_at, sale.paid_at, owed.earned_at,
    )  # fmt: skip


def _given_back(
    bookings: Sequence[Booking], refund: Mapping[str, Any], paid: Mapping[str, int]
) -> dict[str, tuple[int, Decimal]]:
    """What each line gives back: minor units and pieces."""
    currency = refund["currency"]
    found: dict[str, tuple[int, Decimal]] = {}
    lines = {one.line: one for one in bookings}
    named = refund.get("lines") or ()
    if named and all(line.get("line") for line in named):
        for index, line in enumerate(named):
            minor = to_minor(line["amount"], currency, f"/refund/lines/{index}/amount")
            amount, pieces = found.get(line["line"], (0, Decimal(0)))
            found[line["line"]] = (amount + minor, pieces + Decimal(line.get("quantity", 1)))
        return found
    total = Decimal(refund["amount"]) - _freight(refund)
    # Lines nobody was paid for take their share of the refund too.
    left = {**paid, **{key: one.paid - one.back_paid for key, one in lines.items()}}
    shares = spread(total, [Decimal(max(one, 0)) for one in left.values()], exponent(currency))
    for (key, value), share in zip(left.items(), shares, strict=True):
        minor = to_minor(share, currency, "/refund/amount")
        booked = lines.get(key)
        if booked is not None:
            # Nobody says how many pieces: all, once nothing is left of what was paid.
            all_ = booked.pieces - booked.back_pieces
            found[key] = (minor, all_ if minor >= value else Decimal(0))
    return found


def _freight(refund: Mapping[str, Any]) -> Decimal:
    freight = refund.get("freight_amount")
    if freight is not None:
        return Decimal(freight)
    adds = (
        Decimal(one["amount"])
        for one in refund.get("adjustments") or ()
        if DIRECTION.get(one["type"], -1) > 0
    )
    return sum(adds, Decimal(0))


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

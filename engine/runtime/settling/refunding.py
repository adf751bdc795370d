"""What a refund leaves of an order: its lines, what was paid for each, what earlier refunds took.

The booked lines remember it themselves. Of the others (without a rate, excluded) it is what all
refunds so far have left of what was paid, so that a refund of the whole order is spread right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from engine.core.text import Text, text
from engine.runtime.desk import Desk
from engine.runtime.rows import as_json
from engine.runtime.settling.books import HeldBooking, OrderBook, books_of
from engine.settlement.booking import back_before, left_of
from engine.settlement.money import exponent, to_major, to_minor
from engine.settlement.refunds import Back, LineLeft, codes_of, give_back_all


def lines_left(desk: Desk, key: str, held: OrderBook) -> list[LineLeft]:
    """What is left of every line of an order; the Need "settlement:lines" was answered before."""
    booked = {one.line: one for one in left_of(one.booking for one in held.bookings)}
    lines = _lines(desk, key, held)
    give_back_all(_applied(held), lines)
    for one in lines:
        own = booked.pop(one.line, None)
        if own is not None:
            one.paid, one.pieces = own.paid, own.pieces
    return [*lines, *booked.values()]


def given_before(
    desk: Desk, key: str, held: OrderBook, bookings: Iterable[HeldBooking]
) -> dict[str, tuple[int, Decimal]]:
    """What refunds have taken of each line so far, (minor units, pieces): as these bookings of the
    order remember it, else as the refunds that were applied have it. For a line that is booked
    only now. The Need "settlement:lines" was answered before.
    """
    found = give_back_all(_applied(held), _lines(desk, key, held))
    return {**found, **back_before(one.booking for one in bookings)}


def _lines(desk: Desk, key: str, held: OrderBook) -> list[LineLeft]:
    """All lines as they were paid."""
    return [
        LineLeft(
            row["line"],
            codes_of({**(row["fields"] or {}), "sku": row["sku"]}),
            _paid(row, currency),
            Decimal(row["quantity"]),
        )
        for row, currency in _rows(desk, key, held)
    ]


def _applied(held: OrderBook) -> list[dict[str, Any]]:
    found = sorted(held.refunds.items())
    return [typed(kept["record"]) for _, kept in found if kept["status"] == "applied"]


def say_beyond(order: str, record: Mapping[str, Any], back: Back) -> Text:
    """More was refunded than had been paid: nobody is charged for it, somebody should look."""
    currency, number = str(record["currency"]), record["external_id"]
    beyond = to_major(sum(back.beyond.values()), currency)
    return text(
        f"退款 {number} 比订单 {order} 的商品实付多出 {beyond} {currency}，这部分没有追回佣金",
        f"the refund {number} is {beyond} {currency} above what was paid for the goods of {order}: "
        "nothing was clawed back for that part",
    )


def plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """What of a refund is kept: what a later order needs to take it."""
    names = ("external_id", "currency", "amount", "freight_amount", "lines", "adjustments")
    return {name: as_json(record[name]) for name in names if record.get(name) is not None}


def typed(record: Mapping[str, Any]) -> dict[str, Any]:
    """A kept refund with its figures as numbers again."""
    found = dict(record)
    for name in ("amount", "freight_amount"):
        if found.get(name) is not None:
            found[name] = Decimal(str(found[name]))
    for name in ("lines", "adjustments"):
        found[name] = [
            {
                **one,
                **{
                    figure: Decimal(str(one[figure]))
                    for figure in ("amount", "quantity")
                    if one.get(figure) is not None
                },
            }
            for one in found.get(name) or ()
        ]
    return found


def _rows(desk: Desk, key: str, held: OrderBook) -> list[tuple[Mapping[str, Any], str]]:
    """The order's lines with their currency: from this batch, else as they are stored."""
    platform, _, rest = key.partition("/")
    new = desk.batch.orders.get((desk.tenant, platform, rest.rpartition("/")[2]))
    found = new or (held.row._mapping if held.row is not None else None)
    if found is None:
        return []
    parts = books_of(desk.batch).parts.get((desk.tenant, found["id"]))
    rows = parts[0] if parts is not None else held.lines or []
    return [(row, str(found["currency"])) for row in rows]


def _paid(row: Mapping[str, Any], currency: str) -> int:
    unit = Decimal(1).scaleb(-exponent(currency))
    return to_minor(Decimal(row["amount"]).quantize(unit), currency)

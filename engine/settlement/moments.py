"""When a line is earned, and the date that picks its rate.

Three dates stand on every entry: the one that picks rate, campaign and counting window (`rate_at`,
by default the payment), the one that picks the settlement period (`earned_at`), and the day it was
posted.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.settlement.card import EarningMoment, Term
from engine.settlement.sale import Sale


def earned_at(sale: Sale, moment: EarningMoment) -> datetime | None:
    """The moment a line is earned; None while that has not happened yet (its money is 预估).

    The after-sales time runs from the delivery, or from the end of the order where a platform
    does not tell deliveries.
    """
    if moment.when == "paid":
        return sale.paid_at
    if moment.when == "delivered":
        return sale.delivered_at
    if moment.when == "platform_settled":
        return sale.settled_at
    if sale.delivered_at is None:
        return None
    return sale.delivered_at + timedelta(days=moment.days)


def is_earned(sale: Sale, moment: EarningMoment, now: datetime) -> bool:
    """Whether the moment has come by `now`."""
    at = earned_at(sale, moment)
    return at is not None and at <= now


def rate_at(sale: Sale, term: Term) -> datetime:
    """The moment that picks rate, campaign and window; InvalidInput while it is not known."""
    if term.rate_on == "created":
        found = sale.created_at
    elif term.rate_on == "paid":
        found = sale.paid_at
    else:
        found = earned_at(sale, term.moment)
    if found is None:
        message = text(
            "订单还没有决定费率的时间，暂不能计费",
            "the order has no time yet that would pick its rate",
        )
        raise InvalidInput(message, [Problem("/order/paid_at", message, "no_rate_date")])
    return found

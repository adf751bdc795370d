"""Whole months at once: booking orders, posting what was booked, pricing it anew."""

from __future__ import annotations

from flask import Response
from pydantic import Field

from api.answers import answer
from api.context import caller, tenant, world
from api.quotes import WhatIfShown, show_what_if
from api.rate_cards import CardPath
from api.resource import Model, Resource, Shown
from api.settlement_periods import PeriodPath
from api.settlement_shapes import PeriodKey
from engine.core.text import text
from engine.runtime.settling import month, repricing

resource = Resource("settlement-bulk", text("批量结算", "Whole months at once"))


class BookedMonth(Shown):
    """The orders went to their lanes, which book those that are not booked."""

    orders: int


class RecomputeBody(Model):
    """Which period."""

    period: PeriodKey


class PostingJobs(Shown):
    """Several jobs, each for a part of the parties."""

    job_ids: list[str] = Field(description="Look at each at /api/v1/jobs/{id}")


@resource.post(
    "/settlement/periods/<key>/book", act="settlement.publish", answers={202: BookedMonth}
)
def book_settlement_period(path: PeriodPath) -> Response:
    """Books the stored orders paid in a period by the cards published by now.

    Orders from before the first card are booked like this; nothing is booked twice. What is booked
    is posted by `POST /settlement/post`.
    """
    return answer({"orders": month.take_month(world(), caller(), path.key)}, 202)


@resource.post("/settlement/post", act="settlement.publish", answers={202: PostingJobs})
def post_booked() -> Response:
    """Posts everything that is booked and not posted yet, in bulk."""
    return answer({"job_ids": month.settle_month(world(), caller())}, 202)


@resource.post(
    "/settlement/rate-cards/<key>/recompute/preview",
    act="settlement.read",
    answers={200: WhatIfShown},
)
def preview_recompute(path: CardPath, body: RecomputeBody) -> Response:
    """What the card's newest version would make of a period's totals. Nothing is posted."""
    return show_what_if(repricing.try_reprice(world(), tenant(), path.key, body.period))


@resource.post(
    "/settlement/rate-cards/<key>/recompute",
    act="settlement.publish",
    answers={202: BookedMonth},
    key_act=True,
)
def recompute_rate_card(path: CardPath, body: RecomputeBody) -> Response:
    """Moves the period's orders to the newest version by correction entries; 202 says how many.

    Whoever published that version may not do it.
    """
    count = repricing.reprice_period(world(), caller(), path.key, body.period)
    return answer({"orders": count}, 202)

"""Manual adjustments: money moved by hand, with a reason, a paper and a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api.answers import answer
from api.context import caller, tenant, world
from api.pagination import Page, PageQuery
from api.resource import Model, Resource, Shown
from api.settlement_shapes import (
    Amount,
    AmountText,
    Currency,
    PartyId,
    TermKey,
    Why,
    shown_amount,
    whole_list,
)
from engine.core.text import text
from engine.runtime.settling import adjustments

resource = Resource("adjustments", text("人工调整", "Manual adjustments of the ledger"))

MOST = 1000
State = Literal["proposed", "approved", "rejected"]


class AdjustmentPath(Model):
    """Which adjustment."""

    adjustment_id: str = Field(pattern=r"^adj_[0-9A-Z]{26}$")


class AdjustmentsQuery(PageQuery):
    """In which state."""

    state: State | None = None


class AdjustmentBody(Model):
    """Whose money, how much and why. Above zero is for the party, below zero against it."""

    party: PartyId
    other: PartyId = Field("brand", description="The other side")
    term: TermKey
    amount: AmountText
    currency: Currency = "CNY"
    reason: Why
    paper: str = Field(min_length=1, max_length=400, examples=["补充协议 QH-2026-118"])
    order: str = Field("", max_length=200)


class AdjustmentShown(Shown):
    """An adjustment and what became of it."""

    id: str
    party: str
    other: str
    term: str
    amount: Amount
    currency: Currency
    reason: str
    paper: str
    order: str
    maker: str
    made_at: datetime
    state: State
    checker: str
    answered_at: datetime | None


def show(row: Any) -> AdjustmentShown:
    values = {
        name: getattr(row, name)
        for name in AdjustmentShown.model_fields
        if name not in ("amount", "order")
    }
    return AdjustmentShown(
        **values, amount=shown_amount(row.minor, row.currency), order=row.order_key
    )


@resource.get(
    "/settlement/adjustments", act="settlement.read", answers={200: Page[AdjustmentShown]}
)
def list_adjustments(query: AdjustmentsQuery) -> Response:
    """Adjustments, the newest first."""
    rows = adjustments.list_adjustments(world(), tenant(), state=query.state, limit=MOST)
    return whole_list(rows, query, lambda row: row.id, show, newest_first=True)


@resource.post("/settlement/adjustments", act="settlement.edit", answers={201: AdjustmentShown})
def propose_adjustment(body: AdjustmentBody) -> Response:
    """Proposes one; it moves money once another person has agreed."""
    row = adjustments.propose_adjustment(world(), caller(), **body.model_dump())
    return answer(show(row), 201, location=f"/api/v1/settlement/adjustments/{row.id}")


@resource.post(
    "/settlement/adjustments/<adjustment_id>/approve",
    act="settlement.publish",
    answers={200: AdjustmentShown},
    key_act=True,
)
def approve_adjustment(path: AdjustmentPath) -> Response:
    """Agrees: the entry is posted in an open period."""
    return answer(show(adjustments.approve_adjustment(world(), caller(), path.adjustment_id)))


@resource.post(
    "/settlement/adjustments/<adjustment_id>/reject",
    act="settlement.publish",
    answers={200: AdjustmentShown},
)
def reject_adjustment(path: AdjustmentPath) -> Response:
    """Declines."""
    return answer(show(adjustments.reject_adjustment(world(), caller(), path.adjustment_id)))

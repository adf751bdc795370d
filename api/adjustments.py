"""Manual adjustments: money moved by hand, with a reason, a paper and a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api.answers import answer
from api.context import caller, tenant, world
from api.pagination import Page, PageQuery
from api.resource import Model, Resource, Shown, Words
from api.settlement_names import Names, read_names
from api.settlement_shapes import (
    Amount,
    AmountText,
    Currency,
    PartyId,
    TermKey,
    Why,
    shown_amount,
    whole_list,
    words,
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
    party_name: str
    other: str
    other_name: Words
    term: str
    term_name: str
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


_MADE = ("amount", "order", "party_name", "other_name", "term_name")


def show(row: Any, names: Names) -> AdjustmentShown:
    values = {
        name: getattr(row, name) for name in AdjustmentShown.model_fields if name not in _MADE
    }
    return AdjustmentShown(
        **values,
        amount=shown_amount(row.minor, row.currency),
        order=row.order_key,
        party_name=names.party(row.party),
        other_name=words(names.side(row.other)),
        term_name=names.term(row.term),
    )


def shown(row: Any, status: int = 200, location: str | None = None) -> Response:
    names = read_names((row.party, row.other), with_terms=True)
    return answer(show(row, names), status, location=location)


@resource.get(
    "/settlement/adjustments", act="settlement.read", answers={200: Page[AdjustmentShown]}
)
def list_adjustments(query: AdjustmentsQuery) -> Response:
    """Adjustments, the newest first."""
    rows = adjustments.list_adjustments(world(), tenant(), state=query.state, limit=MOST)
    sides = {side for row in rows for side in (row.party, row.other)}
    names = read_names(sides, with_terms=True)
    return whole_list(
        rows, query, lambda row: row.id, lambda row: show(row, names), newest_first=True
    )


@resource.post("/settlement/adjustments", act="settlement.edit", answers={201: AdjustmentShown})
def propose_adjustment(body: AdjustmentBody) -> Response:
    """Proposes one; it moves money once another person has agreed."""
    row = adjustments.propose_adjustment(world(), caller(), **body.model_dump())
    return shown(row, 201, f"/api/v1/settlement/adjustments/{row.id}")


@resource.post(
    "/settlement/adjustments/<adjustment_id>/approve",
    act="settlement.publish",
    answers={200: AdjustmentShown},
    key_act=True,
)
def approve_adjustment(path: AdjustmentPath) -> Response:
    """Agrees: the entry is posted in an open period."""
    return shown(adjustments.approve_adjustment(world(), caller(), path.adjustment_id))


@resource.post(
    "/settlement/adjustments/<adjustment_id>/reject",
    act="settlement.publish",
    answers={200: AdjustmentShown},
)
def reject_adjustment(path: AdjustmentPath) -> Response:
    """Declines."""
    return shown(adjustments.reject_adjustment(world(), caller(), path.adjustment_id))

"""Budgets: how much a campaign, a party or a coupon may cost; what waits, and who lets it pass."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api import etags
from api.answers import answer
from api.context import caller, tenant, world
from api.pagination import Page, PageQuery
from api.resource import Model, Resource, Shown
from api.settlement_names import read_names
from api.settlement_shapes import AmountText, Currency, Note, whole_list
from engine.core.errors import NotFound
from engine.core.text import text
from engine.runtime.settling import budgets
from engine.runtime.tenant import fingerprint

resource = Resource("budgets", text("预算", "Budgets that warn, freeze or ask"))

BUDGET_KEY = r"^[A-Za-z0-9][A-Za-z0-9_:|.-]{0,99}$"


class BudgetPath(Model):
    """Which budget."""

    key: str = Field(pattern=BUDGET_KEY, examples=["campaign:double11"])


class DemandPath(BudgetPath):
    """Which waiting demand."""

    demand: str = Field(min_length=1, max_length=400)


class BudgetCovers(Model):
    """Which entries ask the budget by themselves: all that is said must fit."""

    campaign: str | None = Field(None, min_length=1, max_length=200)
    party: str | None = Field(None, min_length=1, max_length=200)
    term: str | None = Field(None, min_length=1, max_length=200)
    period: str | None = Field(None, min_length=1, max_length=200)
    platform: str | None = Field(None, min_length=1, max_length=200)
    shop: str | None = Field(None, min_length=1, max_length=200)


class BudgetBody(Model):
    """A budget as people write it."""

    name: str = Field(min_length=1, max_length=120, examples=["双 11 达人佣金"])
    limit: AmountText = Field(examples=["50000.00"], description="Money, or pieces")
    unit: Literal["money", "pieces"] = "money"
    currency: Currency = "CNY"
    action: Literal["warn", "freeze", "ask"] = "freeze"
    warn_at: str = Field("80", pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?$", description="Percent")
    releasers: list[str] = Field(
        default_factory=list, max_length=100, description="People who may answer"
    )
    covers: BudgetCovers | None = None


class BudgetShown(Shown):
    """A budget, and how far it is used."""

    key: str
    document: dict[str, Any]
    used: int = Field(description="Minor units, or pieces")
    waiting: int = Field(description="How many demands wait")
    told: list[str] = Field(description="What people were told of and still is so")
    updated_at: datetime
    revision: int = Field(description="For If-Match")


class WaitingShown(Shown):
    """A demand that waits for room or for a person."""

    key: str
    amount: Decimal = Field(description="Major units, or pieces", examples=["150.00"])
    party: str | None = Field(description="Whose money it is")
    party_name: str | None
    asked_by: str
    since: datetime


class AnswerBody(Model):
    """Whether it may pass."""

    release: bool
    note: Note = ""


class Answered(Shown):
    """The answer was handed to the budget's lane."""

    demand: str
    release: bool


def revision_of(row: Any) -> int:
    """What an edit of the document must name; what is used moves on without it."""
    return fingerprint(row.document)


def show(row: Any) -> BudgetShown:
    return BudgetShown(
        key=row.key,
        document=row.document,
        used=row.used,
        waiting=len(row.waiting),
        told=list(row.told),
        updated_at=row.updated_at,
        revision=revision_of(row),
    )


def shown(row: Any, status: int = 200) -> Response:
    return answer(show(row), status, etag=etags.tag(revision_of(row)))


def _is_new(key: str) -> bool:
    """Whether the budget is yet to be made; an edit must name what it was made from."""
    try:
        row = budgets.read_one(world(), tenant(), key)
    except NotFound:
        if etags.expected() is not None:
            raise etags.stale() from None
        return True
    etags.check(revision_of(row))
    return False


@resource.get("/settlement/budgets", act="settlement.read", answers={200: Page[BudgetShown]})
def list_budgets(query: PageQuery) -> Response:
    """Budgets, by key."""
    return whole_list(budgets.list_budgets(world(), tenant()), query, lambda row: row.key, show)


@resource.get(
    "/settlement/budgets/<key>", act="settlement.read", answers={200: BudgetShown}, etag=True
)
def read_budget(path: BudgetPath) -> Response:
    """One budget."""
    return shown(budgets.read_one(world(), tenant(), path.key))


@resource.put(
    "/settlement/budgets/<key>",
    act="settlement.edit",
    answers={200: BudgetShown, 201: BudgetShown},
    if_match=True,
    etag=True,
)
def put_budget(path: BudgetPath, body: BudgetBody) -> Response:
    """Makes a budget (If-Match: *) or changes it; money that waits passes once there is room."""
    status = 201 if _is_new(path.key) else 200
    document = body.model_dump(mode="json", exclude_none=True)
    return shown(budgets.put_budget(world(), caller(), path.key, document), status)


@resource.delete(
    "/settlement/budgets/<key>", act="settlement.edit", answers={204: None}, if_match=True
)
def delete_budget(path: BudgetPath) -> Response:
    """Takes a budget away."""
    etags.check(revision_of(budgets.read_one(world(), tenant(), path.key)))
    budgets.delete_budget(world(), caller(), path.key)
    return answer(status=204)


@resource.get(
    "/settlement/budgets/<key>/waiting",
    act="settlement.read",
    answers={200: Page[WaitingShown]},
)
def list_waiting(path: BudgetPath, query: PageQuery) -> Response:
    """What waits for room or for somebody."""
    rows = budgets.waiting(world(), tenant(), path.key)
    names = read_names(one.party for one in rows)

    def show_waiting(one: budgets.WaitingDemand) -> WaitingShown:
        name = None if one.party is None else names.party(one.party)
        return WaitingShown(**asdict(one), party_name=name)

    return whole_list(rows, query, lambda one: one.key, show_waiting)


@resource.post(
    "/settlement/budgets/<key>/waiting/<path:demand>",
    act="settlement.read",
    answers={202: Answered},
)
def answer_demand(path: DemandPath, body: AnswerBody) -> Response:
    """Releases or rejects it. Only people the budget names may, and never what they asked for."""
    budgets.answer(world(), caller(), path.key, path.demand, lets_pass=body.release, note=body.note)
    return answer({"demand": path.demand, "release": body.release}, 202)

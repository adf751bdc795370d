"""Trying figures: what an order or a sum would earn and why, and how an amount is shared out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api.answers import answer
from api.context import tenant, world
from api.errors import ProblemItem
from api.resource import Model, Resource, Shown, Words
from api.settlement_shapes import (
    Amount,
    AmountText,
    CardDocument,
    CardKey,
    Currency,
    PartyId,
    PeriodKey,
    RuleId,
    shown_amount,
    shown_problems,
    words,
)
from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.runtime.settling import quoting
from engine.runtime.settling import rate_cards as cards
from engine.settlement.split import SplitPlan

resource = Resource("quotes", text("试算", "Quotes, splits and what-if totals"))

_ORDER: dict[str, Any] = {
    "platform": "douyin",
    "shop": "flagship",
    "external_id": "69211",
    "status": "paid",
    "amount": "1000.00",
    "created_at": "2026-11-11T01:55:00Z",
    "paid_at": "2026-11-11T02:00:00Z",
    "promoter": {"id": "d1001", "name": "林晚秋"},
}
_PLAN: dict[str, Any] = {
    "shares": [
        {"key": "advice", "kind": "percent", "value": "30"},
        {"key": "sale", "kind": "percent", "value": "60"},
        {"key": "after_sales", "kind": "remaining"},
    ],
    "remainder": "largest",
}


class QuoteBody(Model):
    """A card (by key, or a document that need not be stored) on an order, or on bare figures."""

    card: CardKey | None = None
    document: CardDocument | None = None
    version: int | None = Field(None, ge=1, le=999_999, description="Instead of the date's own")
    order: dict[str, Any] | None = Field(
        None, description="A canonical order", json_schema_extra={"examples": [_ORDER]}
    )
    number: str | None = Field(
        None, min_length=1, max_length=200, description="A stored order: 69211, douyin/shop/69211"
    )
    parties: dict[str, PartyId | dict[str, Any]] | None = Field(
        None, description="Parties by role, instead of those the order names", max_length=50
    )
    customer: dict[str, Any] | None = Field(None, description="Tags and level to price with")
    with_totals: bool = Field(True, description="Go on from what the accounts have counted")
    rule: RuleId | None = Field(None, description="Bare figures: which rule's model")
    amount: AmountText | None = Field(None, description="Bare figures: the amount")
    count: int = Field(1, ge=0, le=10**9, description="Bare figures: the number")
    before_amount: AmountText = Field("0", description="Bare figures: the amount before")
    before_count: int = Field(0, ge=0, le=10**9, description="Bare figures: the number before")


class QuoteLine(Shown):
    """What one order line earns by one term."""

    line: str = Field(description="The order's line")
    term: str
    kind: str
    party: str
    other: str = Field(description="The other side")
    direction: Literal["pay", "charge"] = Field(description="charge: the party owes it")
    amount: Amount
    currency: Currency
    base: Amount = Field(description="What the rate was applied to")
    count: int
    account: str
    rule: str = Field(description="The rule its model came from")
    layers: Words = Field(description="Which layer gave what: 12% + 3 points = 15%")
    sentences: list[Words] = Field(description="The arithmetic, tier by tier")


class Unpriced(Shown):
    """A line a term is about that has no rate: a problem, never 0 in silence."""

    line: str
    term: str
    problem: ProblemItem


class Excluded(Shown):
    """A line that does not count, and by which exclusion."""

    line: str
    term: str
    exclusion: str


class QuoteTotal(Shown):
    """What a party gets in all; below zero it owes."""

    party: str
    amount: Amount


class QuoteShown(Shown):
    """Amount, lines, and for each line layer, rule, tier and arithmetic."""

    amount: Amount | None = Field(description="Bare figures: what they are worth")
    sentences: list[Words] = Field(description="Bare figures: the arithmetic")
    lines: list[QuoteLine]
    unpriced: list[Unpriced]
    excluded: list[Excluded]
    totals: list[QuoteTotal]


class SplitBody(Model):
    """An amount and how it is shared out."""

    amount: AmountText
    currency: Currency = "CNY"
    plan: SplitPlan = Field(json_schema_extra={"examples": [_PLAN]})


class SplitPartShown(Shown):
    """What one share gets."""

    key: str
    amount: Amount
    sentence: Words


class SplitShown(Shown):
    """The parts; they sum to the amount exactly."""

    amount: Amount
    currency: Currency
    parts: list[SplitPartShown]


class WhatIfBody(Model):
    """A card that is only thought of, and the period whose orders are priced by it."""

    document: CardDocument
    period: PeriodKey


class WhatIfRow(Shown):
    """One party's total as it is and as it would be."""

    party: str
    term: str
    was: Amount
    would: Amount
    difference: Amount
    currency: Currency


class WhatIfShown(Shown):
    """Every total that would be another, or the same."""

    rows: list[WhatIfRow]


def show_line(line: Any) -> QuoteLine:
    plain = {
        name: getattr(line, name)
        for name in QuoteLine.model_fields
        if name not in ("amount", "base", "layers", "sentences")
    }
    return QuoteLine(
        **plain,
        amount=shown_amount(line.minor, line.currency),
        base=shown_amount(line.base, line.currency),
        layers=words(line.rate),
        sentences=[words(one) for one in line.sentences],
    )


def show_quote(found: quoting.Quote) -> QuoteShown:
    """An order's quote."""
    currency = found.lines[0].currency if found.lines else "CNY"
    return QuoteShown(
        amount=None,
        sentences=[],
        lines=[show_line(line) for line in found.lines],
        unpriced=[
            Unpriced(line=line, term=term, problem=shown_problems([why])[0])
            for line, term, why in found.unpriced
        ],
        excluded=[
            Excluded(line=line, term=term, exclusion=exclusion)
            for line, term, exclusion in found.excluded
        ],
        totals=[
            QuoteTotal(party=party, amount=shown_amount(minor, currency))
            for party, minor in found.totals.items()
        ],
    )


def _which(body: QuoteBody) -> Any:
    """The card's key or document; InvalidInput unless exactly one of each set is given."""
    problems = [
        Problem(
            f"/{names[0]}",
            text(f"{'、'.join(names)} 须且只能填一个", f"give exactly one of {', '.join(names)}"),
            "one_of",
        )
        for names in (("card", "document"), ("order", "number", "amount"))
        if sum(getattr(body, name) is not None for name in names) != 1
    ]
    if body.amount is not None and body.rule is None:
        problems.append(Problem("/rule", text("请指明规则", "name the rule"), "missing"))
    if problems:
        raise InvalidInput(text("提交的内容有误", "what was sent is not valid"), problems)
    return body.card if body.document is None else body.document.root


def _currency(which: Any) -> str:
    if isinstance(which, str):
        return str(cards.read_card(world(), tenant(), which).currency)
    return str(which.get("currency", "CNY"))


@resource.post("/settlement/quote", act="settlement.read", answers={200: QuoteShown})
def quote_order(body: QuoteBody) -> Response:
    """What an order, or an amount, would earn, and why: nothing is stored."""
    which = _which(body)
    if body.amount is None:
        found = quoting.quote(
            world(),
            tenant(),
            which,
            (body.order or {})
            if body.number is None
            else quoting.stored_order(world(), tenant(), body.number),
            parties=body.parties,
            customer=body.customer,
            version=body.version,
            with_totals=body.with_totals,
        )
        return answer(show_quote(found))
    minor, said = quoting.quote_figures(
        world(),
        tenant(),
        which,
        str(body.rule),
        amount=body.amount,
        count=body.count,
        before_amount=body.before_amount,
        before_count=body.before_count,
    )
    shown = QuoteShown(
        amount=shown_amount(minor, _currency(which)),
        sentences=[words(one) for one in said],
        lines=[],
        unpriced=[],
        excluded=[],
        totals=[],
    )
    return answer(shown)


@resource.post("/settlement/split", act="settlement.read", answers={200: SplitShown})
def split_amount(body: SplitBody) -> Response:
    """Shares an amount out: weights, fixed, percent, the rest, caps; to the cent."""
    plan = body.plan.model_dump(mode="json")
    parts = quoting.split_amount(body.amount, body.currency, plan)
    return answer(
        {
            "amount": body.amount,
            "currency": body.currency,
            "parts": [
                SplitPartShown(
                    key=one.key,
                    amount=shown_amount(one.minor, body.currency),
                    sentence=words(one.sentence),
                )
                for one in parts
            ],
        }
    )


@resource.post("/settlement/what-if", act="settlement.read", answers={200: WhatIfShown})
def what_if_totals(body: WhatIfBody) -> Response:
    """The totals of a period as they are, and as this card would have made them."""
    found = quoting.what_if(world(), tenant(), body.document.root, body.period)
    return show_what_if(found)


def show_what_if(found: Iterable[quoting.WhatIf]) -> Response:
    rows = [
        WhatIfRow(
            party=one.party,
            term=one.term,
            was=shown_amount(one.was, one.currency),
            would=shown_amount(one.would, one.currency),
            difference=shown_amount(one.would - one.was, one.currency),
            currency=one.currency,
        )
        for one in found
    ]
    return answer({"rows": rows})

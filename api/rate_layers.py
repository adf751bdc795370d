"""The rates of a card, layer by layer: which rule gave what, what is locked, the sum."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import AwareDatetime, Field, StringConstraints

from api.answers import answer
from api.context import tenant, world
from api.errors import ProblemItem
from api.resource import Model, Resource, Shown, Words
from api.settlement_reach import demand_visible
from api.settlement_shapes import CardKey, PartyId, words
from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.runtime.settling.rate_layers import Wanted, read_layers
from engine.settlement.lock import Lock
from engine.settlement.rate_layers import LayerRate, TermRate

resource = Resource("rate layers", text("分层费率", "Rates of a card, layer by layer"))

EARLIEST, LATEST = 2000, 2199
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class LayersQuery(Model):
    """Which card, for whom and what, and when."""

    card: CardKey
    party: PartyId | None = None
    platform: Word | None = Field(None, examples=["douyin"])
    shop: Word | None = None
    category: Word | None = None
    product: Word | None = Field(None, description="Its id here, its SKU, or the platform's id")
    at: AwareDatetime | None = Field(None, description="Now, where nothing is said")


class LockOn(Shown):
    """A lock that holds on a value in it, or on all of it."""

    id: str
    pointer: str
    owner_role: str
    reason: str
    until: datetime | None


class LayerShown(Shown):
    """What one layer gives."""

    layer: Literal["base", "channel", "campaign"]
    op: Literal["replace", "add", "multiply"]
    rule: str = Field(description="The rule that gave it: the most specific one that fits")
    rule_name: str
    campaign: str | None
    by: str | None = Field(description="Points, an amount or a factor, by the operation")
    model: dict[str, Any] | None = Field(description="The pricing model that a replace brings")
    said: Words = Field(description="The sum up to this layer: 12% + 3 points = 15%")
    is_replaced: bool = Field(description="A layer above begins anew")
    locks: list[LockOn]


class TermShown(Shown):
    """One thing that is owed."""

    term: str
    name: str
    direction: Literal["pay", "charge"]
    is_about: bool = Field(description="Whether the term is about such a line")
    exclusion: str | None = Field(description="What takes such a line out")
    layers: list[LayerShown] = Field(description="Those that have a rule, the lowest first")
    result: list[Words] = Field(description="The rate; a second one stands beside tiers")
    problem: ProblemItem | None = Field(description="Why there is no rate")
    locks: list[LockOn] = Field(description="On the term itself")


class LayersShown(Shown):
    """The card in force and every term of it."""

    card: str
    name: str
    version: int
    at: datetime
    currency: str
    terms: list[TermShown]


def show_lock(lock: Lock) -> LockOn:
    return LockOn.model_validate(lock)


def show_layer(one: LayerRate, locks: tuple[Lock, ...]) -> LayerShown:
    rule = one.rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    model = rule.get("model")
    if model is not None and one.rule.model is not None:
        model = {"kind": one.rule.model.kind, **model}
    return LayerShown(
        layer=one.rule.layer,
        op=one.rule.op,
        rule=one.rule.id,
        rule_name=one.rule.name,
        campaign=one.rule.campaign,
        by=rule.get("by"),
        model=model,
        said=words(one.said),
        is_replaced=one.is_replaced,
        locks=[show_lock(lock) for lock in locks],
    )


def show_term(one: TermRate, found: Any) -> TermShown:
    problem = one.problem
    return TermShown(
        term=one.term.key,
        name=one.term.name,
        direction=one.term.direction,
        is_about=one.is_about,
        exclusion=one.exclusion.id if one.exclusion is not None else None,
        layers=[show_layer(layer, found.rule_locks[layer.rule.id]) for layer in one.layers],
        result=[words(said) for said in one.result],
        problem=None if problem is None else ProblemItem.model_validate(problem.as_json()),
        locks=[show_lock(lock) for lock in found.term_locks[one.term.key]],
    )


@resource.get(
    "/settlement/layers", act="settlement.read", answers={200: LayersShown}, problems=(404,)
)
def read_rate_layers(query: LayersQuery) -> Response:
    """The rates that the card in force gives: what each layer says, and what it comes to.

    An order is priced by the same rules. What is not told (a shop, a product) fits no rule that
    asks for it, and conditions on an order see none.
    """
    at = query.at or world().now()
    if not EARLIEST <= at.year <= LATEST:
        message = text("时间超出范围", "the time is out of range")
        raise InvalidInput(message, [Problem("/query/at", message, "range")])
    if query.party is not None:
        demand_visible(query.party)
    at = at.astimezone(UTC)
    wanted = Wanted(query.party, query.platform, query.shop, query.category, query.product)
    found = read_layers(world(), tenant(), query.card, wanted, at)
    shown = LayersShown(
        card=found.card.key,
        name=found.card.name,
        version=int(found.version),
        at=at,
        currency=found.card.currency,
        terms=[show_term(one, found) for one in found.terms],
    )
    return answer(shown)

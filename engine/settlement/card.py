"""The rate card `jimu.rate_card/1`: what is owed to whom, counted how, at which rate.

    terms   what is owed (达人佣金, 平台扣点): to or by which party, on which base, when it is
            earned, counted over which window, paid how often
    rules   at which rate: base -> channel -> campaign, each for whom and when

For one order line and term the most specific rule of each layer counts (rank.py); the layers build
on each other: replace, add (百分点) or multiply (layers.py). Figures are decimal strings: percent,
or major units of the card's currency. Dates are days of the card's zone; a day that ends something
belongs to it, a moment that ends something does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from engine.core.errors import InvalidInput, Problem
from engine.core.fields import Condition, Form, field
from engine.core.flow import problems_of
from engine.core.records.order import ADJUSTMENT_NAMES, AdjustmentType, Bearer, FeeType
from engine.core.text import text
from engine.settlement.models import MODELS, Figure, Model
from engine.settlement.money import Rounding as RoundingMode
from engine.settlement.split import SplitPlan
from engine.settlement.windows import PeriodKind, Window

FORMAT = "jimu.rate_card/1"
MAX_RULES = 2_000

Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
# 618 is a campaign too.
CampaignKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Label = Annotated[str, Field(min_length=1, max_length=120)]
Value = Annotated[str, Field(min_length=1, max_length=200)]
Values = Annotated[tuple[Value, ...], Field(max_length=5_000)]
Layer = Literal["base", "channel", "campaign"]
LAYERS: tuple[Layer, ...] = ("base", "channel", "campaign")
Grain = Literal["line", "order", "period"]
Op = Literal["replace", "add", "multiply"]


def _read_edge(value: Any) -> Any:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise PydanticCustomError("edge", "must be a day or a moment with zone")


_DAY = re.compile(r"(19|2[01])[0-9]{2}-[01][0-9]-[0-3][0-9]")
_MOMENT = re.compile(
    _DAY.pattern + r"T[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?(Z|[+-][01][0-9]:[0-5][0-9])"
)
# A day of the card's zone, or an aware moment.
Edge = Annotated[
    date | datetime,
    BeforeValidator(_read_edge),
    PlainSerializer(lambda value: value.isoformat(), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}),
]


class RoundingRule(Form):
    """How exact amounts become cents.

    grain line and order round each by itself, as platforms do; period rounds the running total of
    the window, so that the entries sum to the rounded whole.
    """

    mode: RoundingMode = "half_up"
    grain: Grain = "period"


class EarningMoment(Form):
    """From when a line is earned: until then its entries are 预估."""

    when: Literal["paid", "delivered", "after_sales", "platform_settled"] = field(
        text("何时算数", "earned when"),
        widget="select",
        default="paid",
        options={
            "paid": text("付款", "paid"),
            "delivered": text("签收", "delivered"),
            "after_sales": text("售后期满", "the after-sales time is over"),
            "platform_settled": text("平台已结算", "the platform has settled"),
        },
    )
    days: Annotated[int, Field(ge=0, le=365)] = field(
        text("签收后天数", "days after delivery"), widget="number", default=0
    )


class Tick(Form):
    """One kind of adjustment that is ticked; without bearers, whoever bears it."""

    type: AdjustmentType = field(
        text("优惠类型", "adjustment"), widget="select", options=ADJUSTMENT_NAMES
    )
    bearer: tuple[Bearer, ...] = field(text("承担方", "borne by"), default=())


class BaseRule(Form):
    """What the rate is applied to, for one line.

    from    paid: what the buyer paid for the line; list: at list price; none: only what is ticked
    plus    ticked adjustments that are counted as if they had been paid (平台补贴, 积分抵扣, 运费)
    minus   ticked adjustments that are taken off (from list: 店铺券)
    fees    fees that are taken off (扣点, 手续费)
    cost    take off the product's cost: margin
    refunds a refund takes the line's part of the base back
    """

    from_: Literal["paid", "list", "none"] = field(
        text("计算基数", "base"),
        widget="select",
        default="paid",
        alias="from",
        options={
            "paid": text("实付金额", "amount paid"),
            "list": text("商品原价", "list price"),
            "none": text("只算勾选的项目", "only what is ticked"),
        },
    )
    plus: tuple[Tick, ...] = field(text("加回", "counted as paid"), widget="list", default=())
    minus: tuple[Tick, ...] = field(text("扣除优惠", "taken off"), widget="list", default=())
    fees: tuple[FeeType, ...] = field(text("扣除费用", "fees taken off"), default=())
    cost: bool = field(text("扣除成本", "take off the cost"), widget="switch", default=False)
    refunds: bool = field(text("退款扣回", "refunds count"), widget="switch", default=True)


class Source(Form):
    """Who: a role the order brings (promoter, agency, store, ...), one party, or a formula."""

    role: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")] | None = None
    party: Value | None = None
    expression: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None


class Exclusion(Form):
    """Lines that do not count (自购, 员工购, 样品, 换货, 补差价, 储值卡); reports number them."""

    id: Id
    name: Label
    when: Condition


class Term(Form):
    """One thing that is owed.

    party      whose account it is; `direction` pay: they get it, charge: they owe it
    bearer     the other side (default: the brand)
    applies    which lines it is about; a line it is about without a rate is a problem, never 0
    counts     what "count" means in the models
    totals     party: each party's own tiers; parent: a parent party (机构) and all of its parties
               count together and the parent has the account; qualify_parent: the tier is the
               parent's, each party is paid on its own (volume tiers "by qualifying")
    rate_on    which date picks rate, campaign and window
    split      each entry is shared out: keys are roles or parties (shares.py)
    """

    key: Id
    name: Label
    party: Source
    direction: Literal["pay", "charge"] = "pay"
    bearer: Source = Source(role="brand")
    applies: Condition | None = None
    exclusions: Annotated[tuple[Exclusion, ...], Field(max_length=50)] = ()
    base: BaseRule = BaseRule()
    counts: Literal["orders", "lines", "pieces"] = "orders"
    totals: Literal["party", "parent", "qualify_parent"] = "party"
    window: Window = "month"
    moment: EarningMoment = EarningMoment()
    rate_on: Literal["created", "paid", "earned"] = "paid"
    period: PeriodKind = "month"
    rounding: RoundingRule | None = None
    split: SplitPlan | None = None


class Match(Form):
    """Which lines a rule is for. A list means any of them, an empty one means whatever it is."""

    variant: Values = ()
    product: Values = ()
    category: Values = ()
    shop: Values = ()
    customer_tag: Values = ()
    member_level: Values = ()
    service_type: Values = ()
    party: Values = ()
    party_kind: Values = ()
    party_level: Values = ()
    platform: Values = ()
    channel: Values = ()
    store: Values = ()


class Rule(Form):
    """One rate of one term.

    op      replace brings a model of its own; add and multiply change the layer below by `by`:
            percentage points or amounts, or a factor
    starts, ends   days of the card's zone (both included) or moments (the end excluded); a rule of
            a campaign has the campaign's
    priority       decides between rules of equal rank: the greater wins
    """

    id: Id
    name: Label
    term: Id
    layer: Layer = "base"
    campaign: CampaignKey | None = None
    match: Match = Match()
    when: Condition | None = None
    op: Op = "replace"
    model: Model | None = None
    by: Figure | None = None
    starts: Edge | None = None
    ends: Edge | None = None
    priority: Annotated[int, Field(ge=-1_000, le=1_000)] = 0


class Campaign(Form):
    """A campaign of the card: its rules fall away by themselves when it is over."""

    key: CampaignKey
    name: Label
    starts: Edge
    ends: Edge


class Card(Form):
    """The whole document."""

    format: Literal["jimu.rate_card/1"] = "jimu.rate_card/1"
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    name: Label
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    zone: Annotated[str, Field(max_length=64)] = "Asia/Shanghai"
    rounding: RoundingRule = RoundingRule()
    terms: Annotated[tuple[Term, ...], Field(min_length=1, max_length=50)]
    campaigns: Annotated[tuple[Campaign, ...], Field(max_length=500)] = ()
    rules: Annotated[tuple[Rule, ...], Field(max_length=MAX_RULES)] = ()


def load_card(document: Any) -> Card:
    """The document as a Card; InvalidInput with a problem for each malformed value.

    Only the shape is looked at: whether it can be published says `validate_card`.
    """
    try:
        return Card.model_validate(document)
    except ValidationError as error:
        found = [
            replace(
                one,
                path=_TAG.sub(r"\1", one.path),
                message=_WORDS.get(one.code, one.message),
            )
            for one in problems_of(error)
        ]
    except RecursionError:
        found = [Problem("", text("嵌套太深", "is nested too deeply"))]
    raise InvalidInput(text("计费规则的格式不对", "the rate card is malformed"), found)


def dump_card(card: Card) -> dict[str, Any]:
    """The document as plain JSON values, defaults left out."""
    found = card.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for rule, written in zip(card.rules, found.get("rules", ()), strict=True):
        if rule.model is not None:
            written["model"] = {"kind": rule.model.kind, **written["model"]}
    return {"format": FORMAT, **found}


def card_schema() -> dict[str, Any]:
    """The JSON Schema of the document, as it is published."""
    schema = Card.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": FORMAT, **schema}


def span_of(card: Card, rule: Rule) -> tuple[date | datetime | None, date | datetime | None]:
    """From when to when a rule counts: its own dates, else its campaign's."""
    campaign = next((one for one in card.campaigns if one.key == rule.campaign), None)
    if campaign is None:
        return rule.starts, rule.ends
    return rule.starts or campaign.starts, rule.ends or campaign.ends


def as_figures(figure: Decimal | None) -> str:
    """A figure as people write it: no zeros at the end, no exponent."""
    if figure is None:
        return ""
    written = format(figure, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def read_terms(card: Card) -> Mapping[str, Term]:
    """The terms by their key."""
    return {term.key: term for term in card.terms}


_WORDS = {
    "edge": text(
        '应为日期 "2026-11-11"，或带时区的时间 "2026-11-11T20:00:00+08:00"',
        'must be a day "2026-11-11" or a moment with zone "2026-11-11T20:00:00+08:00"',
    ),
    "date_from_datetime_parsing": text("没有这一天", "there is no such day"),
    "value_error": text('应为写成文字的数，如 "12.50"', 'must be a number as text such as "12.50"'),
}
# Pydantic names the alternative of a union in its places; in the document there is none.
_TAG = re.compile(rf"(/rules/\d+/model)/(?:{'|'.join(MODELS)})(?=/|$)")

"""The pricing models a rule can have, as documents: `{"kind": "graduated", "by": "amount", ...}`.

A model turns what an account has counted (an amount, a number) into money. Rates are percent
written as text ("5" is 5 %); amounts are major units of the card's currency written as text.
`read_model` reads one and checks it; what a model pays is in pricing.py.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from engine.core.errors import InvalidInput
from engine.core.fields import Form, field
from engine.core.text import text
from engine.settlement.money import read_number


def _figure(value: Any) -> Decimal:
    try:
        return read_number(value)
    except InvalidInput as error:
        raise ValueError(str(error)) from None


Figure = Annotated[
    Decimal,
    BeforeValidator(_figure),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,18}(\.\d{1,18})?$"}),
]
Key = Annotated[str, Field(min_length=1, max_length=80)]

AMOUNT_OR_COUNT = {"amount": text("金额", "amount"), "count": text("数量", "number")}
_BY = {**AMOUNT_OR_COUNT, "qualifying": text("另行统计的达标数", "a figure counted apart")}
_REACH = {"at": text("达到（含）", "reaches (≥)"), "over": text("超过（不含）", "exceeds (>)")}


class Coefficient(Form):
    """A factor on what was earned: fixed (淡季 0.8), or looked up by key when the window closes."""

    key: Key | None = field(text("系数名称", "name of the factor"), default=None)
    value: Figure | None = field(text("固定系数", "fixed factor"), widget="number", default=None)
    on: Literal["share", "guarantee", "all"] = field(
        text("作用于", "works on"),
        widget="select",
        default="share",
        options={
            "share": text("分成", "the share"),
            "guarantee": text("保底", "the guarantee"),
            "all": text("分成与保底", "both"),
        },
    )


class Guarantee(Form):
    """保底. What is above it is said by the model's free part or its first tier."""

    amount: Figure = field(text("保底金额", "guaranteed amount"), widget="number")
    mode: Literal["max_of", "base_plus", "advance"] = field(
        text("保底方式", "reading"),
        widget="select",
        default="max_of",
        options={
            "max_of": text("保底与分成取高", "the higher of the two"),
            "base_plus": text("保底之外另加分成", "guarantee plus share"),
            "advance": text("预付保底，分成抵扣", "paid before, set off against the share"),
        },
    )
    pro_rata: bool = field(
        text("不足一个周期按天折算", "in proportion to the days of a part window"),
        widget="switch",
        default=False,
    )


class Promise(Form):
    """保量: a flat fee is given back in proportion to what was missed."""

    by: Literal["amount", "count"] = field(
        text("按什么保量", "counted by"), widget="select", default="amount", options=AMOUNT_OR_COUNT
    )
    target: Figure = field(text("保量目标", "promised"), widget="number")


class Terms(Form):
    """What every model can have beside its own figures.

    In this order: share × coefficient → maximum → guarantee → minimum.
    """

    minimum: Figure | None = field(text("最低金额", "minimum"), widget="number", default=None)
    maximum: Figure | None = field(text("封顶金额", "maximum"), widget="number", default=None)
    guarantee: Guarantee | None = field(text("保底", "guarantee"), widget="group", default=None)
    coefficient: Coefficient | None = field(text("系数", "factor"), widget="group", default=None)


class Percentage(Terms):
    """percent × the amount above `free_amount`, and `fee` for each one above `free_count`.

    The free parts do not know each other, so the order of arrival does not matter.
    """

    kind: Literal["percentage"] = "percentage"
    percent: Figure = field(text("比例（%）", "percent"), widget="number")
    free_amount: Figure = field(
        text("免计金额", "free amount"), widget="number", default=Decimal(0)
    )
    fee: Figure = field(text("每笔固定费", "fee for each"), widget="number", default=Decimal(0))
    free_count: Figure = field(
        text("免费笔数", "free of the fee"), widget="number", default=Decimal(0)
    )


class Flat(Terms):
    """A fixed amount for each window (固定费, 坑位费)."""

    kind: Literal["flat"] = "flat"
    amount: Figure = field(text("固定金额", "fixed amount"), widget="number")
    due: Literal["always", "once_used"] = field(
        text("何时计", "due"),
        widget="select",
        default="always",
        options={
            "always": text("每个周期都计", "in every window"),
            "once_used": text("有订单才计", "once something was counted"),
        },
    )
    promise: Promise | None = field(text("保量", "promise"), widget="group", default=None)


class PerUnit(Terms):
    """A fixed amount for each one counted (每单, 每件, 每次上门)."""

    kind: Literal["per_unit"] = "per_unit"
    amount: Figure = field(text("每笔金额", "amount for each"), widget="number")


class Package(Terms):
    """`amount` for each package of `size` above the `free` part; a begun package counts whole."""

    kind: Literal["package"] = "package"
    by: Literal["amount", "count"] = field(
        text("按什么计", "counted by"), widget="select", default="count", options=AMOUNT_OR_COUNT
    )
    size: Figure = field(text("每包多少", "size of a package"), widget="number")
    amount: Figure = field(text("每包金额", "amount for each package"), widget="number")
    free: Figure = field(text("免费部分", "free part"), widget="number", default=Decimal(0))


class Blocks(Terms):
    """`amount` for each full block of `size` (每满 1,000 元奖 20 元); a begun one is nothing."""

    kind: Literal["blocks"] = "blocks"
    by: Literal["amount", "count"] = field(
        text("按什么计", "counted by"), widget="select", default="amount", options=AMOUNT_OR_COUNT
    )
    size: Figure = field(text("每满多少", "size of a block"), widget="number")
    amount: Figure = field(text("每满一档的金额", "amount for each block"), widget="number")


class Tier(Form):
    """One tier: from an edge up to the next tier's edge.

    `to` may be left out; where it is given it must meet the next tier, else there is a gap or an
    overlap. By number, tiers are written as people number things: 1-5, 6-10, so `to` is the last
    one of the tier, and "from 6" (reach "at") means that the sixth is already in it.
    """

    from_: Figure = field(text("从", "from"), widget="number", alias="from")
    reach: Literal["at", "over"] = field(
        text("边界", "edge"), widget="select", default="at", options=_REACH
    )
    to: Figure | None = field(text("到", "to"), widget="number", default=None)
    percent: Figure | None = field(text("比例（%）", "percent"), widget="number", default=None)
    amount_per_unit: Figure | None = field(
        text("每笔金额", "amount for each"), widget="number", default=None
    )
    flat: Figure | None = field(text("档内固定额", "flat part"), widget="number", default=None)


Tiers = Annotated[tuple[Tier, ...], Field(min_length=1, max_length=200)]


class Graduated(Terms):
    """超额累进: each part of the total at the rate of the tier it lies in."""

    kind: Literal["graduated"] = "graduated"
    by: Literal["amount", "count"] = field(
        text("按什么分档", "tiers by"), widget="select", default="amount", options=AMOUNT_OR_COUNT
    )
    tiers: Tiers = field(text("档位", "tiers"), widget="list")


class Volume(Terms):
    """全额累进: the whole total at the rate of the tier it has reached.

    `by` "qualifying" takes the tier from a figure counted apart (the sum of a whole 机构) while
    the account's own amount is paid on.
    """

    kind: Literal["volume"] = "volume"
    by: Literal["amount", "count", "qualifying"] = field(
        text("按什么分档", "tiers by"), widget="select", default="amount", options=_BY
    )
    tiers: Tiers = field(text("档位", "tiers"), widget="list")
    allow_fall: bool = field(
        text("确认允许到档后总额变少", "a total may fall at an edge"),
        widget="switch",
        default=False,
    )


class Level(Form):
    """One party of a chain. The first is always on top."""

    key: Key = field(text("合作方", "party"))
    percent: Figure = field(text("比例（%）", "percent"), widget="number")
    mode: Literal["on_top", "carved_out"] = field(
        text("怎么算", "reckoned"),
        widget="select",
        default="on_top",
        options={
            "on_top": text("在订单金额上另计", "on top, of the order"),
            "carved_out": text("从上一级所得中分出", "carved out of the level before"),
        },
    )


class Ceiling(Form):
    """The most that one order may cost over all levels; with both, the lower holds."""

    percent: Figure | None = field(text("最高比例（%）", "percent"), widget="number", default=None)
    amount: Figure | None = field(text("最高金额", "amount"), widget="number", default=None)
    cut: Literal["last", "proportional"] = field(
        text("超出时", "above it"),
        widget="select",
        default="last",
        options={
            "last": text("从最后一级往前扣", "the last level gives way first"),
            "proportional": text("各级按比例扣", "all give way in proportion"),
        },
    )


Levels = Annotated[tuple[Level, ...], Field(min_length=1, max_length=20)]


class Chained(Terms):
    """逐级抽成: 达人 → 机构 → 团长 on each order by itself; how it is shared out says chain.py.

    The first level is the term's party, the others are roles that the order brings. `level` is the
    one a plan prices (plan.py); a card leaves it out, for it means all of them.
    """

    kind: Literal["chain"] = "chain"
    levels: Levels = field(text("各级", "levels"), widget="list")
    ceiling: Ceiling | None = field(text("每单封顶", "ceiling"), widget="group", default=None)
    level: Key | None = field(text("本级", "level"), default=None)


Model = Annotated[
    Percentage | Flat | PerUnit | Package | Graduated | Volume | Blocks | Chained,
    Field(discriminator="kind"),
]
MODELS: dict[str, type[Terms]] = {
    "percentage": Percentage,
    "flat": Flat,
    "per_unit": PerUnit,
    "package": Package,
    "graduated": Graduated,
    "volume": Volume,
    "blocks": Blocks,
    "chain": Chained,
}

"""Layers built on each other: what base, channel and campaign make of one rate, written out.

    base      replace  percentage 12            12%
    channel   (none)
    campaign  add 3                             12% + 3 个百分点 = 15%

An order must stay linear in what varies from order to order, or its entries would not sum up:

    add on a percentage         the percentage itself          12 % -> 15 %
    add on tiers, packages, ... a percentage beside it         the tiers, and 3 % on this order
    add on an amount for each   the amount itself              5.00 -> 6.00
    multiply on those           the rate or amount             12 % × 1.5 = 18 %
    multiply on volume tiers    all rates, one shared total    (plan.py: families)
    multiply on graduated tiers, packages, blocks, fixed fees, minimum, maximum, guarantee: refused
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.core.errors import InvalidInput, Problem
from engine.core.text import Text, text
from engine.settlement.card import Op, Rule, as_figures
from engine.settlement.models import (
    Blocks,
    Chained,
    Flat,
    Graduated,
    Model,
    Package,
    Percentage,
    PerUnit,
    Volume,
)
from engine.settlement.say import LAYERS, say_steps


@dataclass(frozen=True, slots=True)
class Step:
    """What one layer gave: `value` is the figure of add and multiply, "" for replace."""

    layer: str
    rule: str
    op: Op
    value: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """The model a line is priced with, and a percentage beside it where points were added to tiers.

    `base` is the rule the model came from, `root` that of the beside.
    """

    base: str
    model: Model
    steps: tuple[Step, ...]
    beside: tuple[tuple[str, Percentage, tuple[Step, ...]], ...] = ()


def compose(chain: Sequence[Rule]) -> Composed:
    """The rules of one line in order of their layers, as one model.

    InvalidInput, with the path of the rule by its id, when a layer cannot work on what is below.
    """
    found: Composed | None = None
    for rule in chain:
        step = Step(
            rule.layer, rule.id, rule.op, "" if rule.op == "replace" else as_figures(rule.by)
        )
        if rule.op == "replace":
            if rule.model is None:
                raise _refused(rule, "model", "missing_rate", _NO_MODEL)
            # What stood below is gone, with all that was added to it.
            found = Composed(rule.id, rule.model, (step,))
        elif found is None:
            raise _refused(rule, "op", "nothing_below", _NOTHING_BELOW)
        elif rule.by is None:
            raise _refused(rule, "by", "missing_rate", _NO_FIGURE)
        elif rule.op == "add":
            found = _add(found, rule, rule.by, step)
        else:
            found = _multiply(found, rule, rule.by, step)
    if found is None:
        raise InvalidInput(_NOTHING_BELOW, [Problem("/rules", _NOTHING_BELOW, "missing_rate")])
    return found


def is_plain(model: Model) -> bool:
    """Whether the model is in proportion to each order alone: its accounts need no common total."""
    if model.minimum is not None or model.maximum is not None or model.guarantee is not None:
        return False
    if model.coefficient is not None and model.coefficient.key is not None:
        return False
    if isinstance(model, PerUnit):
        return True
    return isinstance(model, Percentage) and not (model.free_amount or model.free_count)


def say_layers(steps: Sequence[Step], first: Model) -> Text:
    """The sum written out: 12% + 3 个百分点 = 15%; of models without one rate, their name."""
    start = max(index for index, step in enumerate(steps) if step.op == "replace")
    figure = _figure(first)
    if figure is not None:
        sums: list[tuple[Op, str | Decimal]] = [("replace", figure)]
        sums += [(step.op, step.value) for step in steps[start + 1 :]]
        said = say_steps(sums, is_percent=isinstance(first, Percentage))
    else:
        name = _MODEL_NAMES[first.kind]
        times = "".join(f" × {step.value}" for step in steps[start + 1 :])
        said = text(name["zh"] + times, name["en"] + times)
    layer = steps[start].layer
    if layer == "base":
        return said
    return text(f"{LAYERS[layer]['zh']} {said['zh']}", f"{LAYERS[layer]['en']} {said['en']}")


def _figure(model: Model) -> Decimal | None:
    if isinstance(model, Percentage):
        return model.percent
    return model.amount if isinstance(model, PerUnit) else None


_MODEL_NAMES = {
    "flat": text("固定费", "fixed fee"),
    "graduated": text("超额累进", "graduated tiers"),
    "volume": text("全额累进", "volume tiers"),
    "package": text("按包计", "packages"),
    "blocks": text("每满计", "blocks"),
    "chain": text("逐级抽成", "a chain"),
}


def _add(found: Composed, rule: Rule, by: Decimal, step: Step) -> Composed:
    model, steps = found.model, (*found.steps, step)
    if isinstance(model, Percentage) and is_plain(model):
        changed = model.model_copy(update={"percent": model.percent + by})
        _demand_rate(rule, changed.percent)
        return Composed(found.base, changed, steps, found.beside)
    if isinstance(model, PerUnit) and is_plain(model):
        changed_unit = model.model_copy(update={"amount": model.amount + by})
        if changed_unit.amount < 0:
            raise _refused(rule, "by", "negative", _NEGATIVE)
        return Composed(found.base, changed_unit, steps, found.beside)
    if isinstance(model, Flat | Chained):
        message = _FIXED_FEE if isinstance(model, Flat) else _CHAIN
        raise _refused(rule, "op", "not_linear", message)
    if by < 0:
        raise _refused(rule, "by", "negative", _NEGATIVE_BESIDE)
    _demand_rate(rule, by)
    # The tiers stay the very same plan, so the order counts for their total like any other.
    beside = (*found.beside, (rule.id, Percentage(percent=by), (step,)))
    return Composed(found.base, model, found.steps, beside)


def _multiply(found: Composed, rule: Rule, by: Decimal, step: Step) -> Composed:
    model, steps = found.model, (*found.steps, step)
    if by < 0:
        raise _refused(rule, "by", "negative", _NEGATIVE)
    beside = tuple(
        (id_, other.model_copy(update={"percent": other.percent * by}), (*done, step))
        for id_, other, done in found.beside
    )
    if isinstance(model, Percentage) and is_plain(model):
        changed = model.model_copy(update={"percent": model.percent * by, "fee": model.fee * by})
        _demand_rate(rule, changed.percent)
        return Composed(found.base, changed, steps, beside)
    if isinstance(model, PerUnit) and is_plain(model):
        changed_unit = model.model_copy(update={"amount": model.amount * by})
        return Composed(found.base, changed_unit, steps, beside)
    if isinstance(model, Volume) and can_share(model):
        tiers = tuple(
            tier.model_copy(
                update={
                    "percent": None if tier.percent is None else tier.percent * by,
                    "amount_per_unit": (
                        None if tier.amount_per_unit is None else tier.amount_per_unit * by
                    ),
                }
            )
            for tier in model.tiers
        )
        for tier in tiers:
            _demand_rate(rule, tier.percent or Decimal(0))
        return Composed(found.base, model.model_copy(update={"tiers": tiers}), steps, beside)
    if isinstance(model, Chained):
        raise _refused(rule, "op", "not_linear", _CHAIN)
    message = _GRADUATED if isinstance(model, Graduated | Package | Blocks) else _NOT_LINEAR
    raise _refused(rule, "op", "not_linear", message)


def can_share(model: Model) -> bool:
    """Whether several plans may share the total that picks the volume tier: nothing but rates."""
    return (
        isinstance(model, Volume)
        and model.minimum is None
        and model.maximum is None
        and model.guarantee is None
        and not any(tier.flat for tier in model.tiers)
    )


def _demand_rate(rule: Rule, percent: Decimal) -> None:
    if percent < 0:
        raise _refused(rule, "by", "negative", _NEGATIVE)
    if percent > 100:
        message = text("叠加后比例超过 100%", "the percentage built up is above 100")
        raise _refused(rule, "by", "above_hundred", message)


def _refused(rule: Rule, name: str, code: str, message: Text) -> InvalidInput:
    return InvalidInput(message, [Problem(f"/rules/{rule.id}/{name}", message, code)])


_NO_MODEL = text("没有填写计价方式；免抽成请明确填 0", "has no pricing model: write 0 for nothing")
_NO_FIGURE = text("没有填写叠加的数值", "does not say by how much")
_NOTHING_BELOW = text(
    "下层没有可叠加的费率；本层请改为「替换」",
    "there is no rate in the layers below to work on: use “replace”",
)
_NEGATIVE = text("叠加后不能为负数", "must not become negative")
_NEGATIVE_BESIDE = text(
    "阶梯上不能减百分点，请用「替换」写出新的档位",
    "points cannot be taken off tiers: use “replace” with new tiers",
)
_FIXED_FEE = text(
    "固定费按周期计，不能按订单叠加，请用「替换」",
    "a fixed fee is due for a window, not for an order: use “replace”",
)
_CHAIN = text(
    "逐级抽成有每单封顶，不能再叠加，请用「替换」写出新的各级比例",
    "a chain has a ceiling for each order, so nothing is built on it: use “replace” with new "
    "levels",
)
_GRADUATED = text(
    "超额累进等按累计金额计价的方式不能再按订单乘系数（累计口径不一），请用「替换」或加百分点",
    "what is counted over a total cannot be multiplied order by order, for the total would be "
    "counted over different rates: use “replace” or add points",
)
_NOT_LINEAR = text(
    "带保底、最低、封顶、固定额或免计部分的计价不能按订单乘系数，请用「替换」",
    "a model with guarantee, minimum, maximum, flat or free part cannot be multiplied order by "
    "order: use “replace”",
)

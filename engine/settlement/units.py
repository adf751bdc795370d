"""The figures of a model as whole numbers: rates and amounts in fine units, edges in minor units.

A fixed coefficient (淡季 0.8) is worked into rates and amounts here, so that entries carry it from
the first order on. Whatever would not be exact is refused, never rounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.settlement.models import (
    Blocks,
    Chained,
    Flat,
    Graduated,
    Package,
    Percentage,
    PerUnit,
    Terms,
    Volume,
)
from engine.settlement.money import FINE, PERCENT, PERCENT_PLACES, UNIT, exponent

# rate: percent; pay: money that is paid; bound: money that is compared with; amount, count: edges
Measure = Literal["rate", "pay", "bound", "amount", "count"]


@dataclass(frozen=True, slots=True)
class Units:
    """Turns the decimals of one model in one currency into whole numbers."""

    currency: str
    factor: Fraction = Fraction(1)

    def rate(self, percent: Decimal | None, path: str = "") -> int:
        """Fine units for each minor unit: 5 -> 5,000,000 of 100,000,000."""
        return self._whole(Fraction(percent or 0) * PERCENT * self.factor, path)

    def pay(self, amount: Decimal | None, path: str = "") -> int:
        """An amount that is earned, in fine units."""
        return self.bound(amount, path, self.factor)

    def bound(self, amount: Decimal | None, path: str = "", factor: Fraction = Fraction(1)) -> int:
        """An amount that limits, in fine units: no coefficient of the share touches it."""
        scale = UNIT * 10 ** exponent(self.currency)
        return self._whole(Fraction(amount or 0) * scale * factor, path)

    def edge(self, value: Decimal, by: str, path: str = "") -> int:
        """Where something begins: minor units of an amount, or a whole number."""
        scale = 1 if by == "count" else 10 ** exponent(self.currency)
        found = Fraction(value) * scale
        if found.denominator != 1:
            places = 0 if by == "count" else exponent(self.currency)
            message = text(f"最多 {places} 位小数", f"has more than {places} decimals")
            raise InvalidInput(message, [Problem(path, message, "too_many_decimals")])
        return found.numerator

    def _whole(self, value: Fraction, path: str) -> int:
        if value.denominator == 1:
            return value.numerator
        if self.factor == 1:
            places = exponent(self.currency) + FINE
            message = text(
                f"小数位数太多：比例最多 {PERCENT_PLACES} 位，金额最多 {places} 位",
                f"has too many decimals: a percentage has at most {PERCENT_PLACES}, "
                f"an amount at most {places}",
            )
        else:
            message = text(
                "乘以固定系数后小数位数太多，算不尽",
                "has too many decimals once multiplied by the fixed factor",
            )
        raise InvalidInput(message, [Problem(path, message, "too_many_decimals")])


def units_of(model: Terms, currency: str) -> Units:
    """The units of a model, its fixed coefficient on the share worked in."""
    return Units(currency, fixed_factor(model, "share"))


def fixed_factor(model: Terms, on: Literal["share", "guarantee"]) -> Fraction:
    """The model's fixed coefficient on the share or on the guarantee; 1 when it has none."""
    coefficient = model.coefficient
    if coefficient is None or coefficient.value is None or coefficient.on not in (on, "all"):
        return Fraction(1)
    return Fraction(coefficient.value)


def figures(model: Terms) -> Iterator[tuple[str, Decimal, Measure]]:
    """Every figure that is given, with its JSON pointer in the model and what it measures."""
    for name, bound in (("minimum", model.minimum), ("maximum", model.maximum)):
        if bound is not None:
            yield f"/{name}", bound, "bound"
    if model.guarantee is not None:
        yield "/guarantee/amount", model.guarantee.amount, "bound"
    if isinstance(model, Percentage):
        yield "/percent", model.percent, "rate"
        yield "/free_amount", model.free_amount, "amount"
        yield "/fee", model.fee, "pay"
        yield "/free_count", model.free_count, "count"
    elif isinstance(model, Flat | PerUnit):
        yield "/amount", model.amount, "pay"
        if isinstance(model, Flat) and model.promise is not None:
            yield "/promise/target", model.promise.target, model.promise.by
    elif isinstance(model, Package | Blocks):
        yield "/size", model.size, model.by
        yield "/amount", model.amount, "pay"
        if isinstance(model, Package):
            yield "/free", model.free, model.by
    elif isinstance(model, Chained):
        for index, level in enumerate(model.levels):
            yield f"/levels/{index}/percent", level.percent, "rate"
        if model.ceiling is not None and model.ceiling.percent is not None:
            yield "/ceiling/percent", model.ceiling.percent, "rate"
        if model.ceiling is not None and model.ceiling.amount is not None:
            yield "/ceiling/amount", model.ceiling.amount, "bound"
    elif isinstance(model, Graduated | Volume):
        by: Measure = "count" if model.by == "count" else "amount"
        for index, tier in enumerate(model.tiers):
            at = f"/tiers/{index}"
            yield f"{at}/from", tier.from_, by
            if tier.to is not None:
                yield f"{at}/to", tier.to, by
            if tier.percent is not None:
                yield f"{at}/percent", tier.percent, "rate"
            if tier.amount_per_unit is not None:
                yield f"{at}/amount_per_unit", tier.amount_per_unit, "pay"
            if tier.flat is not None:
                yield f"{at}/flat", tier.flat, "pay"

"""The amount a rate is applied to, built for one line by ticking adjustments and fees.

    达人 10 %，积分抵扣由店铺承担   from paid, plus points borne by the shop: 100.00 + 8.00
    毛利 20 %                       from paid, fees ticked, cost: what is left

What a buyer paid is already less every coupon, so `plus` counts one as if it had been paid; from
the list price nothing is taken off yet, so `minus` takes one off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.core.errors import InvalidInput, Problem
from engine.core.text import Text, text
from engine.settlement.card import BaseRule, Tick
from engine.settlement.sale import Sale

BaseOf = Callable[[Sale], int]


def compile_base(rule: BaseRule) -> BaseOf:
    """The rule as a function of a line -> minor units. It raises InvalidInput, with the path of
    what is missing: a list price or a cost nobody knows is never counted as 0.
    """
    if rule.from_ == "paid" and not (rule.plus or rule.minus or rule.fees or rule.cost):
        return _paid
    plus, minus, fees = _ticked(rule.plus), _ticked(rule.minus), frozenset(rule.fees)

    def base_of(sale: Sale) -> int:
        total = 0
        if rule.from_ == "paid":
            total = sale.paid
        elif rule.from_ == "list":
            if sale.listed is None:
                raise _missing("list_amount", text("缺少商品原价", "the list price is missing"))
            total = sale.listed
        for type_, bearer, amount, _code in sale.adjustments:
            if (type_, bearer) in plus or (type_, "") in plus:
                total += amount
            if (type_, bearer) in minus or (type_, "") in minus:
                total -= amount
        for type_, amount, _estimated in sale.fees:
            if type_ in fees:
                total -= amount
        if rule.cost:
            if sale.cost is None:
                raise _missing("cost", text("缺少商品成本", "the product's cost is missing"))
            total -= sale.cost
        return total

    return base_of


def _paid(sale: Sale) -> int:
    return sale.paid


def _ticked(ticks: Iterable[Tick]) -> frozenset[tuple[str, str]]:
    return frozenset((tick.type, bearer) for tick in ticks for bearer in (tick.bearer or ("",)))


def _missing(name: str, message: Text) -> InvalidInput:
    return InvalidInput(message, [Problem(f"/line/{name}", message, "missing_amount")])

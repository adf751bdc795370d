"""Spreading an order-level amount over parts, exact to the cent.

Largest remainder: every part first gets its share rounded towards zero, then the cents left over
go one each to the parts that lost most by the rounding, the earlier part first on a tie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from engine.core.errors import InvalidInput
from engine.core.text import text

_ZERO = Decimal(0)


def spread(amount: Decimal, weights: Sequence[Decimal], places: int = 2) -> list[Decimal]:
    """`amount` split in proportion to `weights`; the parts sum to it exactly.

    1. Count in minor units (`places` decimals; 0 for currencies without cents).
    2. Floor each exact share of the absolute amount; all weights zero means equal shares.
    3. Give the units left to the largest remainders, earlier parts first.
    4. Give the parts the amount's sign.
    InvalidInput: a negative weight, an amount finer than `places`, or nothing to spread it over.
    """
    if not amount.is_finite() or not all(weight.is_finite() for weight in weights):
        raise InvalidInput(text("金额不是数", "an amount is not a number"))
    if any(weight < 0 for weight in weights):
        raise InvalidInput(text("分摊权重不能为负", "a weight must not be negative"))
    units = Fraction(amount) * 10**places
    if units.denominator != 1:
        raise InvalidInput(
            text("金额比最小货币单位还细", "the amount is finer than the smallest unit of money")
        )
    if not weights:
        if amount:
            raise InvalidInput(text("没有可分摊的明细", "there is nothing to spread it over"))
        return []
    parts = [Fraction(weight) for weight in weights]
    total = sum(parts)
    if not total:
        parts, total = [Fraction(1)] * len(parts), Fraction(len(parts))
    whole = abs(units.numerator)
    exact = [whole * part / total for part in parts]
    shares = [share.numerator // share.denominator for share in exact]
    left = whole - sum(shares)
    by_loss = sorted(range(len(parts)), key=lambda index: (shares[index] - exact[index], index))
    for index in by_loss[:left]:
        shares[index] += 1
    sign = -1 if units < 0 else 1
    return [Decimal(sign * share).scaleb(-places) for share in shares]


def spread_over_lines(
    order: Mapping[str, Any], part: Literal["adjustments", "fees"], places: int = 2
) -> list[list[tuple[Mapping[str, Any], Decimal]]]:
    """For each line of a canonical order, the adjustments or fees it carries with its share.

    An entry that names a line belongs to it whole; all others are spread by what was paid for each
    line (by price and quantity where nothing was paid). Shares of zero are left out.
    """
    lines = order.get("lines") or []
    at = {line["id"]: index for index, line in enumerate(lines) if line.get("id")}
    weights = _weights(lines)
    found: list[list[tuple[Mapping[str, Any], Decimal]]] = [[] for _ in lines]
    for entry in order.get(part) or []:
        amount = Decimal(entry["amount"])
        index = at.get(entry.get("line"))
        if index is not None:
            found[index].append((entry, amount))
            continue
        for line, share in zip(found, spread(amount, weights, places), strict=True):
            if share:
                line.append((entry, share))
    return found


def _weights(lines: Sequence[Mapping[str, Any]]) -> list[Decimal]:
    paid = [max(Decimal(line["amount"]), _ZERO) for line in lines]
    if any(paid):
        return paid
    return [
        max(Decimal(line.get("price") or 0) * Decimal(str(line.get("quantity", 1))), _ZERO)
        for line in lines
    ]

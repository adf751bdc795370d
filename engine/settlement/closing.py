"""The end of a counting window: what could not be known while orders came.

1. share      f(total) without the maximum × named coefficient × part of the promise that was kept
2. maximum    cuts the share
3. guarantee  max_of: the higher of both; base_plus: both; advance: it was paid before, so the share
              alone is earned, and what it did not reach is carried to the next window
4. minimum    lifts the sum
The true-up is the result less what the entries of the window have posted. It is due in every window
that has an account, also when nothing was counted. A proportion that is no whole number of fine
units is rounded to one (half even), so it is the same for every order of arrival.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.settlement.lines import (
    CAP,
    COEFFICIENT,
    GUARANTEE,
    MINIMUM,
    PROMISE,
    Line,
    Lines,
    Totals,
)
from engine.settlement.models import Flat, Guarantee, Model
from engine.settlement.money import read_number, round_ratio
from engine.settlement.units import Units, fixed_factor

Coefficients = Mapping[str, Decimal | str | int]


@dataclass(frozen=True, slots=True)
class Closing:
    """All in fine units.

    due      what the window is worth in the end
    true_up  due − what its entries have posted; the lines sum to it
    advance  the guarantee that was paid before (mode "advance", else 0)
    set_off  the part of the advance that the share has earned back
    carried  advance − set_off: still to be earned in later windows
    """

    due: int
    true_up: int
    lines: Lines
    advance: int = 0
    set_off: int = 0
    carried: int = 0


def close_window(
    model: Model,
    currency: str,
    *,
    share: int,
    posted: int,
    totals: Totals,
    coefficients: Coefficients,
    part: tuple[int, int] = (1, 1),
) -> Closing:
    """The true-up of one window; `share` and `posted` are f(total) without and with the maximum.

    InvalidInput: a named coefficient is missing, negative or no number; `part` is no part.
    """
    days, whole = part
    if not 0 <= days <= whole or whole <= 0:
        raise InvalidInput(text("折算天数不对", "the days of the part window are not right"))
    units = Units(currency)
    due = share
    lines: list[Line] = []
    if model.coefficient is not None and model.coefficient.on != "guarantee":
        due = _multiplied(model, due, coefficients, lines)
    if isinstance(model, Flat) and model.promise is not None:
        due = _kept(model, due, totals, units, lines)
    if model.maximum is not None:
        # The entries were cut already: the line says only by how much the cut has changed.
        cut = min(due, units.bound(model.maximum)) - due
        _add(lines, CAP, cut - (posted - share))
        due += cut
    advance = set_off = 0
    if model.guarantee is not None:
        amount = _guaranteed(model, model.guarantee, units, coefficients, part)
        if model.guarantee.mode == "advance":
            advance, set_off = amount, min(amount, max(due, 0))
        else:
            lifted = due + amount if model.guarantee.mode == "base_plus" else max(due, amount)
            counted = part if model.guarantee.pro_rata else (1, 1)
            _add(lines, GUARANTEE, lifted - due, model.guarantee.mode, amount, *counted)
            due = lifted
    if model.minimum is not None:
        lifted = max(due, units.bound(model.minimum))
        _add(lines, MINIMUM, lifted - due)
        due = lifted
    return Closing(due, due - posted, tuple(lines), advance, set_off, advance - set_off)


def _add(lines: list[Line], code: str, change: int, *more: int | str) -> None:
    if change:
        lines.append((code, 0, 1, change, *more))


def _multiplied(model: Model, due: int, coefficients: Coefficients, lines: list[Line]) -> int:
    key = model.coefficient.key if model.coefficient is not None else None
    if key is None:
        return due  # a fixed coefficient is in the rates since the first order
    factor = _factor(key, coefficients)
    found = _times(due, factor)
    _add(lines, COEFFICIENT, found - due, key, format(_decimal(factor), "f"))
    return found


def _kept(model: Flat, due: int, totals: Totals, units: Units, lines: list[Line]) -> int:
    promise = model.promise
    if promise is None:
        return due
    target = units.edge(promise.target, promise.by)
    reached = max(0, totals[1 if promise.by == "count" else 0])
    found = _times(due, Fraction(min(reached, target), target))
    _add(lines, PROMISE, found - due, reached, target, promise.by)
    return found


def _guaranteed(
    model: Model,
    guarantee: Guarantee,
    units: Units,
    coefficients: Coefficients,
    part: tuple[int, int],
) -> int:
    amount = units.bound(guarantee.amount)
    factor = fixed_factor(model, "guarantee")
    coefficient = model.coefficient
    if coefficient is not None and coefficient.key is not None and coefficient.on != "share":
        factor = _factor(coefficient.key, coefficients)
    if guarantee.pro_rata:
        factor *= Fraction(*part)
    return _times(amount, factor)


def _factor(key: str, coefficients: Coefficients) -> Fraction:
    path = "/coefficients/" + key.replace("~", "~0").replace("/", "~1")
    if key not in coefficients:
        message = text(
            f"缺少系数「{key}」，不能结算这一周期",
            f"the factor {key!r} is missing: the window cannot be closed without it",
        )
        raise InvalidInput(message, [Problem(path, message, "missing_coefficient")])
    factor = Fraction(read_number(coefficients[key], path))
    if factor < 0:
        message = text("系数不能为负数", "a factor must not be negative")
        raise InvalidInput(message, [Problem(path, message, "negative")])
    return factor


def _times(fine: int, factor: Fraction) -> int:
    return round_ratio(fine * factor.numerator, factor.denominator)


def _decimal(factor: Fraction) -> Decimal:
    return Decimal(factor.numerator) / Decimal(factor.denominator)

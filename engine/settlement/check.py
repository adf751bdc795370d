"""Reading a pricing model: everything wrong with a document, each with its path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from pydantic import ValidationError

from engine.core.errors import InvalidInput, Problem
from engine.core.flow import problems_of
from engine.core.text import Text, text
from engine.settlement.chain import Chain, chain_problems
from engine.settlement.models import (
    MODELS,
    Blocks,
    Chained,
    Flat,
    Graduated,
    Model,
    Package,
    Terms,
    Volume,
)
from engine.settlement.money import exponent
from engine.settlement.tiers import tier_problems
from engine.settlement.units import Units, figures, fixed_factor, units_of

_WORDS: dict[str, Text] = {
    "value_error": text(
        '应为写成文字的数，如 "12.50"', 'must be a number written as text such as "12.50"'
    ),
    "missing": text("必填：没有填就无法计算", "is required: nothing can be reckoned without it"),
    "too_short": text("至少要有一档", "must have at least one tier"),
    "string_too_long": text("太长", "is too long"),
}


def read_model(document: Any, currency: str, path: str = "") -> Model:
    """The document as a checked model; InvalidInput with problems whose paths begin with `path`."""
    model, problems = parse_model(document, path)
    if model is not None:
        problems = check_model(model, currency, path)
    if model is None or problems:
        raise InvalidInput(text("计价方式有误", "the pricing model is not right"), problems)
    return model


def model_problems(document: Any, currency: str, path: str = "") -> list[Problem]:
    """What is wrong with a document, [] when nothing."""
    model, problems = parse_model(document, path)
    return problems if model is None else check_model(model, currency, path)


def parse_model(document: Any, path: str = "") -> tuple[Model | None, list[Problem]]:
    """The shape alone: a model, or None and what is wrong with the document."""
    if isinstance(document, Terms):
        return cast(Model, document), []
    if not isinstance(document, dict):
        message = text("计价方式应为对象", "a pricing model must be an object")
        return None, [Problem(path, message, "model_type")]
    kind = document.get("kind")
    shape = MODELS.get(kind) if isinstance(kind, str) else None
    if shape is None:
        message = text("只能是：" + "、".join(MODELS), "must be one of " + ", ".join(MODELS))
        return None, [Problem(f"{path}/kind", message, "model_kind")]
    try:
        return cast(Model, shape.model_validate(document)), []
    except ValidationError as error:
        found = problems_of(error, path)
    except RecursionError:
        found = [Problem(path, text("嵌套太深", "is nested too deeply"))]
    return None, [
        replace(problem, message=_WORDS.get(problem.code, problem.message)) for problem in found
    ]


def check_model(model: Model, currency: str, path: str = "") -> list[Problem]:
    """What the shape alone cannot say.

    1. the currency is known
    2. figures: none negative, no percentage above 100, exact in the currency, sizes above zero
    3. minimum below maximum, one kind of coefficient
    4. tiers without gap, overlap or missing rate; no total that falls at an edge unless confirmed
    """
    try:
        exponent(currency)
    except InvalidInput as error:
        return list(error.problems)
    problems = [*_figures(model, currency), *_terms(model)]
    if not problems and isinstance(model, Graduated | Volume):
        problems = tier_problems(model, units_of(model, currency))
    if not problems and isinstance(model, Chained):
        problems = list(_chain_problems(model, currency))
    return [replace(problem, path=path + problem.path) for problem in problems]


def _chain_problems(model: Chained, currency: str) -> Iterator[Problem]:
    """A chain is reckoned order by order: nothing that counts over a window goes with it."""
    yield from chain_problems(Chain(levels=model.levels, ceiling=model.ceiling), currency, "")
    for name in ("minimum", "maximum", "guarantee", "coefficient"):
        if getattr(model, name) is not None:
            yield Problem(f"/{name}", _BY_ORDER, "not_here")
    if model.level is not None and model.level not in {level.key for level in model.levels}:
        message = text(f"没有这一级「{model.level}」", f"there is no level {model.level!r}")
        yield Problem("/level", message, "unknown_level")


def _figures(model: Model, currency: str) -> list[Problem]:
    coefficient = model.coefficient
    if coefficient is not None and coefficient.value is not None and coefficient.value < 0:
        return [Problem("/coefficient/value", _NEGATIVE, "negative")]
    units = units_of(model, currency)
    guaranteed = fixed_factor(model, "guarantee")
    problems = []
    for path, value, measure in figures(model):
        if value < 0:
            problems.append(Problem(path, _NEGATIVE, "negative"))
            continue
        if measure == "rate" and value > 100:
            message = text("比例不能超过 100%", "a percentage must not exceed 100")
            problems.append(Problem(path, message, "above_hundred"))
            continue
        try:
            _exact(value, measure, units, guaranteed if path == "/guarantee/amount" else None, path)
        except InvalidInput as error:
            problems.extend(error.problems)
    return problems


def _exact(value: Decimal, measure: str, units: Units, factor: Fraction | None, path: str) -> None:
    if measure == "rate":
        units.rate(value, path)
    elif measure == "pay":
        units.pay(value, path)
    elif measure == "bound":
        units.bound(value, path, factor or Fraction(1))
    else:
        units.edge(value, measure, path)


def _terms(model: Model) -> list[Problem]:
    problems = []
    if model.minimum is not None and model.maximum is not None and model.minimum > model.maximum:
        message = text("最低金额不能高于封顶金额", "the minimum must not exceed the maximum")
        problems.append(Problem("/minimum", message, "minimum_above_maximum"))
    coefficient = model.coefficient
    if coefficient is not None and (coefficient.key is None) == (coefficient.value is None):
        message = text(
            "系数请填名称或固定值，二者选一", "a factor has either a name or a fixed value"
        )
        problems.append(Problem("/coefficient", message, "coefficient"))
    if isinstance(model, Package | Blocks) and model.size <= 0:
        problems.append(Problem("/size", _ABOVE_ZERO, "not_above_zero"))
    if isinstance(model, Flat) and model.promise is not None and model.promise.target <= 0:
        problems.append(Problem("/promise/target", _ABOVE_ZERO, "not_above_zero"))
    return problems


_BY_ORDER = text(
    "逐级抽成按单计算，不能再加最低、封顶、保底或系数；每单上限请用「每单封顶」",
    "a chain is reckoned order by order and has none; the most that an order may cost is its "
    "ceiling",
)
_NEGATIVE = text("不能为负数", "must not be negative")
_ABOVE_ZERO = text("应大于 0", "must be above zero")

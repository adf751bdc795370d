"""Commission along a chain 达人 → 机构 → 团长: carved out of the one before, or on top.

1. Levels on top each take their percentage of the order's base, rounded to the minor unit.
2. Above the ceiling the outlay is cut: the last level on top gives way first, or all in proportion.
3. A level carved out takes its percentage of what the level before it was given, and that one keeps
   the rest.
The parts sum to the outlay exactly; a negative base (a refund) mirrors a positive one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from engine.core.errors import InvalidInput, Problem
from engine.core.fields import Form, field
from engine.core.flow import problems_of
from engine.core.text import text
from engine.settlement.models import Ceiling, Levels
from engine.settlement.money import UNIT, Rounding, round_fine, to_minor
from engine.settlement.split import Share, split
from engine.settlement.units import Units


class Chain(Form):
    """Levels from the one who sold to the one furthest from the order."""

    levels: Levels
    ceiling: Ceiling | None = field(text("封顶", "ceiling"), widget="group", default=None)


@dataclass(frozen=True, slots=True)
class Link:
    """What one level gets of an order, in minor units.

    gross   its percentage of the order, or of what the level before was given
    cut     what the ceiling took (of levels on top)
    amount  what it keeps once the next level has carved out its part
    """

    key: str
    mode: str
    percent: str
    gross: int
    cut: int
    amount: int


def read_chain(document: Any, currency: str, path: str = "") -> Chain:
    """A checked chain; InvalidInput with problems whose paths begin with `path`."""
    try:
        chain = document if isinstance(document, Chain) else Chain.model_validate(document)
    except ValidationError as error:
        message = text("分佣链的格式不对", "the chain is malformed")
        raise InvalidInput(message, problems_of(error, path)) from None
    problems = chain_problems(chain, currency, path)
    if problems:
        raise InvalidInput(text("分佣链有误", "the chain is not right"), problems)
    return chain


def share_along(
    base: int, chain: Chain, currency: str, rounding: Rounding = "half_up"
) -> tuple[Link, ...]:
    """What each level of a checked chain gets of an order's base in minor units."""
    size, sign = abs(base), -1 if base < 0 else 1
    units = Units(currency)
    rates = [units.rate(level.percent) for level in chain.levels]
    gross = [
        round_fine(size * rate, rounding) if level.mode == "on_top" else 0
        for level, rate in zip(chain.levels, rates, strict=True)
    ]
    cuts = _cuts(size, gross, chain.ceiling, units, rounding)
    for index, level in enumerate(chain.levels):
        if level.mode == "carved_out":
            given = gross[index - 1] - cuts[index - 1]
            gross[index] = round_fine(given * rates[index], rounding)
    kept = [have - cut for have, cut in zip(gross, cuts, strict=True)]
    for index, level in enumerate(chain.levels):
        if level.mode == "carved_out":
            kept[index - 1] -= gross[index]
    return tuple(
        Link(
            key=level.key,
            mode=level.mode,
            percent=format(level.percent, "f"),
            gross=sign * gross[index],
            cut=sign * cuts[index],
            amount=sign * kept[index],
        )
        for index, level in enumerate(chain.levels)
    )


def _cuts(
    size: int, gross: list[int], ceiling: Ceiling | None, units: Units, rounding: Rounding
) -> list[int]:
    """How much each level on top gives way, so that together they stay below the ceiling."""
    cuts = [0] * len(gross)
    if ceiling is None:
        return cuts
    limits = []
    if ceiling.percent is not None:
        limits.append(round_fine(size * units.rate(ceiling.percent), rounding))
    if ceiling.amount is not None:
        limits.append(units.bound(ceiling.amount) // UNIT)
    above = sum(gross) - min(limits)
    if above <= 0:
        return cuts
    if ceiling.cut == "proportional":
        shares = [Share(key=str(index), value=Decimal(have)) for index, have in enumerate(gross)]
        return [part.amount for part in split(above, shares, currency=units.currency)]
    for index in reversed(range(len(gross))):
        cuts[index] = min(gross[index], above)
        above -= cuts[index]
    return cuts


def chain_problems(chain: Chain, currency: str, path: str) -> list[Problem]:
    """What the shape alone cannot say of levels and ceiling."""
    problems: list[Problem] = []
    figures = [(f"/levels/{i}/percent", level.percent) for i, level in enumerate(chain.levels)]
    ceiling = chain.ceiling
    if ceiling is not None:
        if ceiling.percent is None and ceiling.amount is None:
            message = text("封顶请填比例或金额", "a ceiling needs a percentage or an amount")
            problems.append(Problem(f"{path}/ceiling", message, "missing_rate"))
        if ceiling.percent is not None:
            figures.append(("/ceiling/percent", ceiling.percent))
        if ceiling.amount is not None:
            problems += _amount_problems(ceiling.amount, currency, f"{path}/ceiling/amount")
    for at, percent in figures:
        if not 0 <= percent <= 100:
            message = text("比例应在 0% 到 100% 之间", "a percentage is between 0 and 100")
            problems.append(
                Problem(path + at, message, "above_hundred" if percent > 0 else "negative")
            )
            continue
        try:
            Units(currency).rate(percent, path + at)
        except InvalidInput as error:
            problems += error.problems
    keys = [level.key for level in chain.levels]
    for index, level in enumerate(chain.levels):
        if level.key in keys[:index]:
            message = text(f"「{level.key}」出现了两次", f"{level.key!r} stands there twice")
            problems.append(Problem(f"{path}/levels/{index}/key", message, "doubled"))
    if chain.levels[0].mode == "carved_out":
        message = text("第一级没有上一级可分", "the first level has none before it to carve from")
        problems.append(Problem(f"{path}/levels/0/mode", message, "chain_start"))
    on_top = sum(level.percent for level in chain.levels if level.mode == "on_top")
    if on_top > 100:
        message = text(
            f"各级合计 {on_top}%，超过 100%", f"the levels sum to {on_top} percent, above 100"
        )
        problems.append(Problem(f"{path}/levels", message, "above_hundred"))
    return problems


def _amount_problems(amount: Any, currency: str, path: str) -> list[Problem]:
    try:
        if to_minor(amount, currency, path) < 0:
            return [Problem(path, text("不能为负数", "must not be negative"), "negative")]
    except InvalidInput as error:
        return list(error.problems)
    return []

"""Tiers as whole numbers in rising order, and what is wrong with them.

Between two neighbours lies one edge. By amount an order can lie across it; by number the things
counted are numbered 1, 2, 3, ..., and each lies on one side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.core.errors import Problem
from engine.core.text import Text, text
from engine.settlement.models import Graduated, Tier, Volume
from engine.settlement.units import Units


@dataclass(frozen=True, slots=True)
class Steps:
    """Compiled tiers; every tuple has one value for each tier, the first tier begins at 0.

    starts  the least total that is in the tier (minor units, or a number)
    lowers  the total up to which the tiers below are counted: with "over 500,000.00" the tier
            starts at 500,000.01 and counts what is above 500,000.00
    rates   fine units for each minor unit of the amount
    units   fine units for each one counted
    flats   fine units once the tier is reached
    """

    starts: tuple[int, ...]
    lowers: tuple[int, ...]
    rates: tuple[int, ...]
    units: tuple[int, ...]
    flats: tuple[int, ...]


def compile_tiers(model: Graduated | Volume, units: Units) -> Steps:
    """The tiers of a checked model as whole numbers."""
    by = model.by
    starts = tuple(_start(tier, by, units, index) for index, tier in enumerate(model.tiers))
    if by == "count":
        lowers = tuple(max(0, start - 1) for start in starts)
    else:
        lowers = tuple(units.edge(tier.from_, by) for tier in model.tiers)
    return Steps(
        starts=starts,
        lowers=lowers,
        rates=tuple(units.rate(tier.percent) for tier in model.tiers),
        units=tuple(units.pay(tier.amount_per_unit) for tier in model.tiers),
        flats=tuple(units.pay(tier.flat) for tier in model.tiers),
    )


def tier_problems(model: Graduated | Volume, units: Units) -> list[Problem]:
    """Gaps, overlaps, tiers out of order and tiers without a rate, with pointers in the model.

    Every figure has been found to be exact before (check.py).
    """
    return [
        *_first(model),
        *_order(model, units),
        *_rates(model),
        *(_falls(model, units) if isinstance(model, Volume) and not model.allow_fall else ()),
    ]


def falls(model: Volume, units: Units) -> list[int]:
    """Tiers at whose edge the total can become less than just below it, by index.

    1. Compare the least total in the tier with the greatest below it.
    2. What is not tiered by (the number, when tiers go by amount) may be anything from 0 upwards:
       a lower rate on it makes the total fall for some.
    """
    steps = compile_tiers(model, units)
    found = []
    for index in range(1, len(steps.starts)):
        start = steps.starts[index]
        pairs = {"amount": steps.rates, "count": steps.units}
        own = pairs.pop(model.by, None)
        change = steps.flats[index] - steps.flats[index - 1]
        if own is not None:
            change += own[index] * start - own[index - 1] * (start - 1)
        if change < 0 or any(rates[index] < rates[index - 1] for rates in pairs.values()):
            found.append(index)
    return found


def _start(tier: Tier, by: str, units: Units, index: int) -> int:
    edge = units.edge(tier.from_, by)
    return edge + 1 if tier.reach == "over" and index else edge


def _first(model: Graduated | Volume) -> Iterator[Problem]:
    if model.tiers[0].from_ != 0:
        yield _problem(
            "/tiers/0/from",
            text(
                f"第一档应从 0 开始；{model.tiers[0].from_} 以下不付时，请加一档并明确填 0",
                f"the first tier must begin at 0: if nothing is paid below {model.tiers[0].from_}, "
                "add a tier that says 0",
            ),
            "tier_gap",
        )


def _order(model: Graduated | Volume, units: Units) -> Iterator[Problem]:
    """Neighbours that overlap, leave a gap, or stand in the wrong order; a last tier that ends."""
    tiers, by = model.tiers, model.by
    starts = [_start(tier, by, units, index) for index, tier in enumerate(tiers)]
    for index in range(1, len(tiers)):
        if starts[index] <= starts[index - 1]:
            yield _problem(
                f"/tiers/{index}/from",
                text(
                    f"第 {index + 1} 档的起点应大于第 {index} 档，否则两档重叠",
                    f"tier {index + 1} must begin above tier {index}, or both overlap",
                ),
                "tier_overlap",
            )
            continue
        above = tiers[index - 1].to
        if above is None:
            continue
        # By number `to` is the last one of the tier; by amount it is the edge both share.
        wanted = starts[index] - 1 if by == "count" else units.edge(tiers[index].from_, by)
        end = units.edge(above, by)
        if end != wanted:
            more = end > wanted
            yield _problem(
                f"/tiers/{index - 1}/to",
                text(
                    f"第 {index} 档到 {above} 为止，与第 {index + 1} 档"
                    + ("重叠" if more else "之间有空档"),
                    f"tier {index} ends at {above} and "
                    + ("overlaps" if more else "leaves a gap before")
                    + f" tier {index + 1}",
                ),
                "tier_overlap" if more else "tier_gap",
            )
    if tiers[-1].to is not None:
        yield _problem(
            f"/tiers/{len(tiers) - 1}/to",
            text(
                f"最后一档不能有上限：{tiers[-1].to} 以上没有比例，请留空或再加一档",
                f"the last tier must not end: above {tiers[-1].to} there is no rate. "
                "Leave it empty or add a tier",
            ),
            "tier_gap",
        )


def _rates(model: Graduated | Volume) -> Iterator[Problem]:
    for index, tier in enumerate(model.tiers):
        at = f"/tiers/{index}"
        if tier.percent is None and tier.amount_per_unit is None and tier.flat is None:
            yield _problem(
                at,
                text(
                    f"第 {index + 1} 档没有比例或金额；不付请明确填 0",
                    f"tier {index + 1} has no rate: write 0 where nothing is paid",
                ),
                "missing_rate",
            )
        if not isinstance(model, Graduated):
            continue
        if model.by == "amount" and tier.amount_per_unit is not None:
            yield _problem(
                f"{at}/amount_per_unit",
                text(
                    "按金额超额累进时不能按笔计价，请改按数量分档，或用全额累进",
                    "graduated tiers by amount cannot pay for each one: "
                    "use tiers by number, or volume tiers",
                ),
                "tier_measure",
            )
        if model.by == "count" and tier.percent is not None:
            yield _problem(
                f"{at}/percent",
                text(
                    "按数量超额累进时不能按比例计价，请改按金额分档，或用全额累进",
                    "graduated tiers by number cannot pay a percentage: "
                    "use tiers by amount, or volume tiers",
                ),
                "tier_measure",
            )


def _falls(model: Volume, units: Units) -> Iterator[Problem]:
    starts = [_start(tier, model.by, units, index) for index, tier in enumerate(model.tiers)]
    if starts != sorted(set(starts)):
        return
    for index in falls(model, units):
        yield _problem(
            f"/tiers/{index}",
            text(
                f"到第 {index + 1} 档时总额反而变少，请修改，或确认允许",
                f"the total falls where tier {index + 1} begins: change it, or confirm that it may",
            ),
            "total_falls",
        )


def _problem(path: str, message: Text, code: str) -> Problem:
    return Problem(path, message, code)

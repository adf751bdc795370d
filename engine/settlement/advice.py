"""Advice while tiers are edited: cliffs, totals that fall at an edge, both readings compared.

Gaps, overlaps and missing rates are errors and found by check.py; what stands here is allowed but
costs money or tempers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.settlement.check import check_model
from engine.settlement.lines import Totals
from engine.settlement.models import Graduated, Model, Volume
from engine.settlement.pricing import compile_model
from engine.settlement.tiers import compile_tiers, falls
from engine.settlement.units import units_of
from engine.settlement.wording import amount_of, tier_of, worth_of


@dataclass(frozen=True, slots=True)
class Cliff:
    """The jump at the edge of a tier (index from 0).

    at       the edge: minor units of the amount, or a number
    below    what a total at the edge is worth in the tier before, in fine units
    reached  what the same total is worth in this tier
    """

    tier: int
    at: int
    below: int
    reached: int

    @property
    def jump(self) -> int:
        """What reaching the tier pays beside the order that reaches it; negative where it falls."""
        return self.reached - self.below


@dataclass(frozen=True, slots=True)
class Reading:
    """One account's totals priced both ways, in fine units."""

    totals: Totals
    graduated: int
    volume: int


@dataclass(frozen=True, slots=True)
class Readings:
    """The same tiers read as graduated and as volume over given accounts."""

    rows: tuple[Reading, ...]
    graduated: int
    volume: int


def advise(model: Model, currency: str, path: str = "") -> list[Problem]:
    """Errors of the model if it has any, else warnings: cliffs and totals that fall."""
    problems = check_model(model, currency, path)
    if problems or not isinstance(model, Graduated | Volume):
        return problems
    return [*_cliffs(model, currency, path), *_falls(model, currency, path)]


def cliffs(model: Graduated | Volume, currency: str) -> list[Cliff]:
    """Every edge where one step more changes what all before it is worth.

    Tiers by a figure counted apart have no such edge: what is paid on is not known from it.
    """
    if model.by == "qualifying":
        return []
    units = units_of(model, currency)
    steps = compile_tiers(model, units)
    prices = steps.rates if model.by == "amount" else steps.units
    maximum = None if model.maximum is None else units.bound(model.maximum)
    found = []
    full = steps.flats[0]
    for tier in range(1, len(steps.starts)):
        edge = steps.lowers[tier]
        if isinstance(model, Graduated):
            below = full + (edge - steps.lowers[tier - 1]) * prices[tier - 1]
            reached = full = below + steps.flats[tier]
        else:
            below = edge * prices[tier - 1] + steps.flats[tier - 1]
            reached = edge * prices[tier] + steps.flats[tier]
        if maximum is not None:
            below, reached = min(below, maximum), min(reached, maximum)
        if below != reached:
            found.append(Cliff(tier, edge, below, reached))
    return found


def compare_readings(
    model: Graduated | Volume, currency: str, accounts: Iterable[Totals]
) -> Readings:
    """The tiers of a model read both ways on the totals of accounts (last month's, say).

    InvalidInput: the tiers cannot be read as graduated.
    """
    shared = {name: getattr(model, name) for name in type(model).model_fields if name != "kind"}
    shared.pop("allow_fall", None)
    twins = Graduated.model_construct(**shared), Volume.model_construct(**shared, allow_fall=True)
    if model.by == "qualifying":
        message = text(
            "按另行统计的达标数分档，只能全额累进", "these tiers can only be volume tiers"
        )
        raise InvalidInput(message, [Problem("/by", message, "tier_measure")])
    by_part, by_whole = (compile_model(twin, currency).worth for twin in twins)
    rows = tuple(Reading(totals, by_part(totals), by_whole(totals)) for totals in accounts)
    return Readings(rows, sum(row.graduated for row in rows), sum(row.volume for row in rows))


def _cliffs(model: Graduated | Volume, currency: str, path: str) -> list[Problem]:
    problems = []
    for cliff in cliffs(model, currency):
        if cliff.jump < 0:
            continue
        name = tier_of(model, cliff.tier, currency)
        step = "1" if model.by == "count" else amount_of(1, currency)
        jump = worth_of(cliff.jump, currency)
        message = text(
            f"到{name['zh']}时一次多付 {jump}：差 {step} 就没有，一笔退款也会全部扣回",
            f"{name['en']} pays {jump} more at once: {step} less and it is not paid, "
            "and one refund takes it all back",
        )
        problems.append(
            Problem(f"{path}/tiers/{cliff.tier}/from", message, "cliff", level="warning")
        )
    return problems


def _falls(model: Graduated | Volume, currency: str, path: str) -> list[Problem]:
    if isinstance(model, Graduated):
        return []
    return [
        Problem(
            f"{path}/tiers/{tier}",
            text(
                f"到第 {tier + 1} 档时总额会变少（已确认允许）",
                f"the total falls where tier {tier + 1} begins (confirmed)",
            ),
            "total_falls",
            level="warning",
        )
        for tier in falls(model, units_of(model, currency))
    ]

"""What totals are worth: a model compiled to whole numbers.

The principle: an order earns the difference it makes. `at` is a pure function of an account's
totals alone, `difference` is at(after) − at(before) and says why, so the entries of an account sum
to at(totals) − at(zero) exactly, whatever the order of arrival, and refunds are the same function
called with less. `opening` is at(zero); `close` is what only the end of the window tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.core.errors import InvalidInput
from engine.core.text import text
from engine.settlement.chain_formula import chained
from engine.settlement.check import check_model
from engine.settlement.closing import Closing, close_window
from engine.settlement.formulas import (
    Difference,
    Formula,
    Worth,
    blocks,
    flat,
    package,
    per_unit,
    percentage,
)
from engine.settlement.ladder import Ladder
from engine.settlement.lines import CAP, FLAT, Lines, Totals
from engine.settlement.models import (
    Blocks,
    Chained,
    Flat,
    Graduated,
    Model,
    Package,
    Percentage,
    PerUnit,
)
from engine.settlement.money import Rounding
from engine.settlement.tier_formulas import graduated, volume
from engine.settlement.units import Units, units_of

_NOTHING: Totals = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Pricer:
    """A compiled model. Totals are `(amount in minor units, number)`; for volume tiers by
    "qualifying" `(amount, number, qualifying figure in minor units)`.

    worth       worth(totals) -> fine units: share × fixed coefficient, cut at the maximum
    difference  difference(before, after) -> (fine units, lines); lines sum to the fine units
    uncut       worth without the maximum (closing works on it)
    ladder      the same as a straight line within each tier, where it is one
    """

    model: Model
    currency: str
    worth: Worth
    difference: Difference
    uncut: Worth
    ladder: Ladder | None = None

    def at(self, total: int, count: int = 0, qualifying: int = 0) -> int:
        """f(total) in fine units; minimum, guarantee and late coefficients come at `close`."""
        return self.worth((total, count, qualifying))

    def opening(self) -> tuple[int, Lines]:
        """f(0) and its line: a first tier's flat part, a fixed fee; (0, ()) for most models."""
        fine = self.worth(_NOTHING)
        return fine, ((FLAT, 0, 1, fine),) if fine else ()

    def close(
        self,
        total: int,
        count: int = 0,
        coefficients: Mapping[str, Decimal | str | int] | None = None,
        *,
        qualifying: int = 0,
        part: tuple[int, int] = (1, 1),
    ) -> int:
        """The true-up at the end of the window in fine units; `closing` tells it in full."""
        totals = (total, count, qualifying)
        return self.closing(totals, coefficients, part=part).true_up

    def closing(
        self,
        totals: Totals,
        coefficients: Mapping[str, Decimal | str | int] | None = None,
        *,
        part: tuple[int, int] = (1, 1),
    ) -> Closing:
        """What the end of the window adds to at(totals); see closing.py.

        `coefficients` has the named factors (InvalidInput when the model's one is missing),
        `part` the days of a part window and of the whole one.
        """
        return close_window(
            self.model,
            self.currency,
            share=self.uncut(totals),
            posted=self.worth(totals),
            totals=totals,
            coefficients=coefficients or {},
            part=part,
        )


def compile_model(model: Model, currency: str, rounding: Rounding = "half_up") -> Pricer:
    """A model made ready for a million orders; InvalidInput with problems when it is not right.

    `rounding` is asked by chains alone: what one level hands to the next are whole cents.
    """
    problems = check_model(model, currency)
    if problems:
        raise InvalidInput(text("计价方式有误", "the pricing model is not right"), problems)
    units = units_of(model, currency)
    formula = _formula(model, units, rounding)
    if model.maximum is None:
        worth, difference, ladder = formula.worth, formula.difference, formula.ladder
    else:
        worth, difference = _capped(formula, units.bound(model.maximum))
        ladder = None
    return Pricer(model, currency, worth, difference, formula.worth, ladder)


def _formula(model: Model, units: Units, rounding: Rounding) -> Formula:
    match model:
        case Chained():
            return chained(model, units.currency, rounding)
        case Percentage():
            return percentage(model, units)
        case Flat():
            return flat(model, units)
        case PerUnit():
            return per_unit(model, units)
        case Package():
            return package(model, units)
        case Blocks():
            return blocks(model, units)
        case Graduated():
            return graduated(model, units)
        case _:
            return volume(model, units)


def _capped(formula: Formula, maximum: int) -> tuple[Worth, Difference]:
    """The formula cut at its maximum; one line says how much of a step was cut or given back."""
    uncut = formula.worth

    def worth(totals: Totals) -> int:
        return min(uncut(totals), maximum)

    def difference(before: Totals, after: Totals) -> tuple[int, Lines]:
        fine, lines = formula.difference(before, after)
        reached = uncut(after)
        if reached <= maximum and reached - fine <= maximum:
            return fine, lines
        kept = min(reached, maximum) - min(reached - fine, maximum)
        return (fine, lines) if kept == fine else (kept, (*lines, (CAP, 0, 1, kept - fine)))

    return worth, difference

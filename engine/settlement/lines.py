"""The figures that explain an amount: small tuples that are stored, never sentences (say.py).

A line is `(code, tier, quantity, price, *more)`, whole numbers and short words only. In every line
quantity × price is what the line adds, in fine units; the lines of an entry sum to its amount.

    rate       amount of the order in minor units × fine units for each
    unit       number × fine units for each
    free       the part that is not counted, in minor units (price 0)
    free_unit  the same for a number
    flat       +1 or -1 × the flat part of a tier, or the fixed fee
    jump       what was counted before × (new rate − old rate); more: old tier, new rate
    unit_jump  the same for a number
    package    packages begun or given back × amount for each; block: full blocks
    chain      1 × what an order brought one level of a chain; more: its percentage, and after the
               step the order's base, the level's share, what the ceiling cut, what it keeps, the
               level it carves from ("" for one on top) and what that one was given
    cap        1 × what the maximum cuts off, or gives back after a refund
Only when the window closes:
    coefficient  1 × change; more: its name ("" for a fixed one), the factor
    promise      1 × what is given back; more: reached, promised, "amount" or "count"
    guarantee    1 × change; more: mode, guaranteed amount, days counted, days of the window
    minimum      1 × what is added to reach the minimum
"""

from __future__ import annotations

from typing import Any

Line = tuple[Any, ...]
Lines = tuple[Line, ...]
# (amount in minor units, number) or with a third figure for volume tiers by "qualifying"
Totals = tuple[int, ...]

RATE = "rate"
UNIT_PRICE = "unit"
FREE = "free"
FREE_UNIT = "free_unit"
FLAT = "flat"
JUMP = "jump"
UNIT_JUMP = "unit_jump"
PACKAGE = "package"
BLOCK = "block"
CHAIN = "chain"
CAP = "cap"
COEFFICIENT = "coefficient"
PROMISE = "promise"
GUARANTEE = "guarantee"
MINIMUM = "minimum"


def lines_sum(lines: Lines) -> int:
    """What the lines add up to, in fine units."""
    return sum(line[2] * line[3] for line in lines)

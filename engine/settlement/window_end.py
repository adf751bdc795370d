"""The end of a counting window, and what is due although no order said so.

At the end the minimum, the guarantee and coefficients known late become a true-up entry; from then
on late orders and refunds move the true-up with them (posting.py). A coefficient that changes later
is the same function called again: the entry is the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.settlement.account import AccountState, written
from engine.settlement.entry import Entry, plan_key
from engine.settlement.plan import Plan
from engine.settlement.posting import Part, true_up

Coefficients = Mapping[str, Decimal | str | int]


def close_window(
    state: AccountState,
    plans: Mapping[str, Plan],
    part: Part,
    coefficients: Coefficients | None = None,
    *,
    days: tuple[int, int] = (1, 1),
) -> tuple[list[Entry], AccountState]:
    """The true-up entries of an account whose window is over, or whose coefficients changed.

    `part` is the pattern of the entries: effect key, other side, version, periods and state. `days`
    are those of a part window (contract begun on the 16th) and of the whole one. InvalidInput when
    a coefficient is missing; nothing is then changed.
    """
    after = state.copy()
    after.coefficients, after.part = written(coefficients or {}), days
    entries: list[Entry] = []
    for name in after.subs:
        own = part._replace(key=f"{part.key}~{name}", sub=name)
        entries += true_up(after, plans[plan_key(name)], own)
    after.version += 1
    return entries, after


@dataclass(frozen=True, slots=True)
class Advance:
    """A guarantee paid before (预付保底): what of it is still to be earned, in minor units."""

    open: int

    def set_off(self, earned: int) -> tuple[int, Advance]:
        """What earned money it takes (0 or less: the entry's minor), and what stays open."""
        taken = max(0, min(self.open, earned))
        return -taken, Advance(self.open - taken)

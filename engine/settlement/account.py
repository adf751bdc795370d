"""An account: the totals of one party under one rule in one counting window, and what they posted.

`AccountState.subs` has one part for each plan (and payee) that counts there; most accounts have
one. The sum of a part's entries is always f(its totals): `fine` before rounding, `minor` in cents
where the grain is period. States are plain values: the store keeps `dump_state`, one writer
changes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

# [amount, number, fine posted, minor posted, fine of the true-up in it]
Sub = list[int]
AMOUNT, NUMBER, POSTED, MINOR, TRUE_UP = range(5)


@dataclass(slots=True)
class AccountState:
    """`version` counts the batches applied. While `coefficients` is None the window is open; once
    closed it has the named coefficients it was closed with and the days of a part window.
    """

    key: str
    subs: dict[str, Sub] = field(default_factory=dict)
    coefficients: dict[str, str] | None = None
    part: tuple[int, int] = (1, 1)
    version: int = 0

    @property
    def amount(self) -> int:
        """The amount of all parts in minor units: what picks a shared tier."""
        return sum(sub[AMOUNT] for sub in self.subs.values())

    @property
    def number(self) -> int:
        return sum(sub[NUMBER] for sub in self.subs.values())

    @property
    def minor(self) -> int:
        """What the entries of all parts sum to."""
        return sum(sub[MINOR] for sub in self.subs.values())

    def copy(self) -> AccountState:
        return AccountState(
            self.key,
            {key: sub.copy() for key, sub in self.subs.items()},
            None if self.coefficients is None else dict(self.coefficients),
            self.part,
            self.version,
        )


def dump_state(state: AccountState) -> dict[str, Any]:
    """The state as JSON values; figures beyond 53 bits are texts, so no reader rounds them."""
    return {
        "key": state.key,
        "subs": {key: [str(figure) for figure in sub] for key, sub in state.subs.items()},
        "coefficients": state.coefficients,
        "part": list(state.part),
        "version": state.version,
    }


def read_state(kept: Mapping[str, Any]) -> AccountState:
    """What `dump_state` wrote."""
    return AccountState(
        kept["key"],
        {key: [int(figure) for figure in sub] for key, sub in kept["subs"].items()},
        kept["coefficients"],
        (kept["part"][0], kept["part"][1]),
        kept["version"],
    )


def written(coefficients: Mapping[str, Decimal | str | int]) -> dict[str, str]:
    """Coefficients as they are kept: decimal texts."""
    return {key: str(value) for key, value in coefficients.items()}

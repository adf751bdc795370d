"""The lines of a statement that people understand: orders in order of payment, re-priced.

What an entry got depends on when it arrived: the order that happened to cross a tier carries the
jump. A statement therefore also prices its lines once more in order of payment. Both sum to the
same, for f looks at totals alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.settlement.lines import Lines
from engine.settlement.money import round_fine
from engine.settlement.plan import Plan


@dataclass(frozen=True, slots=True)
class Move:
    """One order or refund of an account's part, as it was posted. `paid_at` orders the lines."""

    order: str
    line: str
    base: int
    count: int
    paid_at: datetime
    kind: str = "order"
    version: Any = None


@dataclass(frozen=True, slots=True)
class Priced:
    """A move with what it is worth in order of payment: minor, and why."""

    move: Move
    minor: int
    fine: int
    lines: Lines
    amount: int
    number: int


def reprice(
    plan: Plan,
    moves: Iterable[Move],
    *,
    start: tuple[int, int] = (0, 0),
    posted: int | None = None,
) -> tuple[list[Priced], int]:
    """(lines in order of payment, cents by which they differ from what was posted).

    `start` are the totals of the account's part before these moves (what earlier statements have
    counted). With grain period the lines are rounded cumulatively and sum to the posted cents, so
    the difference is 0; with grain line or order each is rounded by itself, and the difference, if
    any, is shown as a line of its own (舍入差额). `posted` is the sum of the entries.
    """
    found: list[Priced] = []
    amount, number = start
    exact = plan.worth(amount, number)
    done = round_fine(exact, plan.mode)
    for move in sorted(moves, key=_when):
        fine, lines = plan.pricer.difference(
            (amount, number), (amount + move.base, number + move.count)
        )
        exact += fine
        if plan.grain == "period":
            minor = round_fine(exact, plan.mode) - done
        else:
            minor = round_fine(fine, plan.mode)
        found.append(Priced(move, minor, fine, lines, amount, number))
        amount, number, done = amount + move.base, number + move.count, done + minor
    total = sum(one.minor for one in found)
    return found, 0 if posted is None else posted - total


def _when(move: Move) -> tuple[datetime, str, str, int]:
    # A refund of an order comes after it, however they arrived.
    return (move.paid_at, move.order, move.line, 0 if move.base >= 0 else 1)

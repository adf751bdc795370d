"""Money that is earned and kept back for a while (预留金): x % for n days, released by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.settlement.money import PERCENT, Rounding, round_fine


@dataclass(frozen=True, slots=True)
class Retention:
    """`percent` of what a period has earned, kept for `days` after its end; at most `most`."""

    percent: Decimal
    days: int
    most: int | None = None
    mode: Rounding = "half_up"

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            message = text("预留比例应在 0 到 100 之间", "a retention is 0 to 100 percent")
            raise InvalidInput(message, [Problem("/retention/percent", message, "percent")])
        if self.days < 1:
            message = text("预留天数至少为 1", "it is kept for a day at least")
            raise InvalidInput(message, [Problem("/retention/days", message, "days")])


@dataclass(frozen=True, slots=True)
class Hold:
    """What is held for one party of one period; `taken` of it went against later claw-backs."""

    party: str
    currency: str
    period: str
    minor: int
    due_on: date
    taken: int = 0

    @property
    def left(self) -> int:
        return self.minor - self.taken


def hold_back(
    rule: Retention, party: str, currency: str, period: str, earned: int, closes_on: date
) -> Hold | None:
    """The hold of a period; None when nothing was earned or nothing is to be held."""
    if earned <= 0:
        return None
    fine = earned * int(rule.percent * PERCENT)
    minor = round_fine(fine, rule.mode)
    if rule.most is not None:
        minor = min(minor, rule.most)
    if not minor:
        return None
    return Hold(party, currency, period, minor, closes_on + timedelta(days=rule.days))


def released(holds: Iterable[Hold], on: date) -> int:
    """What falls free by a day (the due day included)."""
    return sum(hold.left for hold in holds if hold.due_on <= on)


def draw(holds: Sequence[Hold], owed: int) -> tuple[int, list[Hold]]:
    """A debt taken out of holds, the oldest first: (what could be taken, the holds after)."""
    taken, after = 0, []
    for hold in sorted(holds, key=lambda one: (one.due_on, one.period)):
        step = min(hold.left, owed - taken)
        taken += step
        after.append(replace(hold, taken=hold.taken + step) if step else hold)
    return taken, after

"""Settlement periods of one party: how often it is paid, how that changes, what is still open.

A party's *rhythm* is a list of (first day, kind), e.g. monthly until the end of March, weekly from
then on. A change (周结 ↔ 月结) takes effect on the day after the running period's end, so every day
lies in exactly one period and no order is paid twice or never:

    monthly, change to weekly wanted on 12 March  ->  from 1 April: 04-01 .. 04-05 is a short week
    weekly, change to monthly wanted on 12 March  ->  from 16 March: 03-16 .. 03-31 is a short month

A short first period has its first day in its key ("2026-04@16"), so it never shares a name with
the whole one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from engine.core.errors import InvalidInput, PeriodLocked, Problem
from engine.core.text import text
from engine.settlement.windows import Days, PeriodKind, days_of

PeriodStatus = Literal["open", "closing", "locked"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Beat:
    """From `first` on, paid every `kind`."""

    first: date
    kind: PeriodKind


Rhythm = tuple[Beat, ...]


def steady(kind: PeriodKind) -> Rhythm:
    """The rhythm of a party that was never changed."""
    return (Beat(date.min, kind),)


def period_of(rhythm: Rhythm, day: date, order: str = "") -> Days:
    """The one period a local day lies in; paid per order, the period is the order's day and name.

    InvalidInput for a day before the rhythm begins.
    """
    index = bisect_right(rhythm, day, key=lambda beat: beat.first) - 1
    if index < 0:
        raise InvalidInput(
            text(f"{day} 还没有结算周期", f"there is no settlement period on {day} yet")
        )
    beat = rhythm[index]
    if beat.kind == "order":
        return Days(day, day, f"{day.isoformat()}:{order}")
    found = days_of(beat.kind, day)
    # Beats begin the day after a period's end of the kind before, so only the start can cut.
    if beat.first > found.first:
        return Days(beat.first, found.last, f"{found.key}@{beat.first.day:02d}")
    return found


def change_rhythm(rhythm: Rhythm, kind: PeriodKind, wanted_on: date) -> Rhythm:
    """The rhythm after a change, in force from the end of the period `wanted_on` lies in.

    A change that is still to come is replaced; changing to what is in force then changes nothing.
    InvalidInput when a later period is already of another kind than the one running (history is
    never rewritten).
    """
    running = period_of(rhythm, wanted_on)
    first = running.last + _DAY
    kept = tuple(beat for beat in rhythm if beat.first < first)
    if len(rhythm) - len(kept) > 1:
        raise InvalidInput(
            text(
                f"{wanted_on} 之后已有多次周期变更，不能再往前改",
                f"the rhythm was changed more than once after {wanted_on}",
            ),
            [Problem("/wanted_on", text("日期太早", "is too early"), "rhythm_changed")],
        )
    if kept[-1].kind == kind:
        return kept
    return (*kept, Beat(first, kind))


def posted_in(
    earned: Days, status: Mapping[str, PeriodStatus], rhythm: Rhythm, today: date
) -> Days:
    """The period that takes an entry earned in `earned`, given which ones are no longer open.

    1. The period it was earned in, while that is open (a period nobody closed is open).
    2. Else the first open one after it, up to the one `today` lies in: a dated correction.
    PeriodLocked when even that one is closing or locked.
    """
    if status.get(earned.key, "open") == "open":
        return earned
    day, limit = earned.last + _DAY, max(today, earned.last + _DAY)
    while day <= limit:
        found = period_of(rhythm, day)
        if status.get(found.key, "open") == "open":
            return found
        day = found.last + _DAY
    message = text(
        f"结算周期 {earned.key} 已关账，且没有未关账的周期可以记更正",
        f"the period {earned.key} is closed and no open period can take the correction",
    )
    raise PeriodLocked(message, [Problem("/period", message, "period_locked")])


def demand_open(key: str, status: Mapping[str, PeriodStatus], path: str = "/period") -> None:
    """PeriodLocked, naming the path, unless the period is open."""
    if status.get(key, "open") != "open":
        message = text(f"结算周期 {key} 已关账", f"the settlement period {key} is closed")
        raise PeriodLocked(message, [Problem(path, message, "period_locked")])


_NEXT: dict[PeriodStatus, Sequence[PeriodStatus]] = {
    "open": ("closing",),
    "closing": ("locked", "open"),
    "locked": (),
}


def move_period(key: str, status: PeriodStatus, to: PeriodStatus) -> PeriodStatus:
    """open → closing → locked; closing may be opened again, a locked period never."""
    if to not in _NEXT[status]:
        message = text(
            f"结算周期 {key} 不能从 {status} 变为 {to}",
            f"the settlement period {key} cannot go from {status} to {to}",
        )
        raise PeriodLocked(message, [Problem("/status", message, "period_locked")])
    return to

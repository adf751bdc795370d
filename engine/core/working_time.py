"""Working time: adding and measuring only the time a calendar is open.

`calendar` is everywhere a document (working_calendar.py says how it is written) or a Calendar made
from one. All moments are aware, all results UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.core.working_calendar import LONGEST, Calendar, default_calendar, load_calendar

_NONE = timedelta(0)


def add_working(start: datetime, duration: timedelta, calendar: Any) -> datetime:
    """The moment by which `duration` of working time has passed since `start`, in UTC.

    1. Walk the open spans after `start` (before it, for a negative duration).
    2. The result is the first moment with `working_between(start, result) == duration`: work that
       ends at closing time is due at closing time, not at the next opening.
    InvalidInput: no time zone, more than ten years, or a calendar that is never open.
    """
    _check(start, duration)
    found = _calendar(calendar)
    left = abs(duration)
    if not left:
        return start.astimezone(UTC)
    spans = found.spans_after(start) if duration > _NONE else found.spans_before(start)
    for opens, closes in spans:
        length = closes - opens
        if left <= length:
            return opens + left if duration > _NONE else closes - left
        left -= length
    raise _never_open()


def working_between(start: datetime, end: datetime, calendar: Any) -> timedelta:
    """The working time from `start` to `end`; negative when `end` is earlier."""
    _check(start, _NONE)
    _check(end, _NONE)
    if end < start:
        return -working_between(end, start, calendar)
    _check(start, end - start)
    total = _NONE
    for opens, closes in _calendar(calendar).spans_after(start, end):
        total += min(closes, end) - opens
    return total


def next_open(at: datetime, calendar: Any) -> datetime:
    """`at` itself while the calendar is open, else its next opening, in UTC."""
    _check(at, _NONE)
    for opens, _ in _calendar(calendar).spans_after(at):
        return opens
    raise _never_open()


def remarks(start: datetime, end: datetime, calendar: Any) -> list[Problem]:
    """Warnings about years between two moments whose public holidays are not known here."""
    _check(start, _NONE)
    _check(end, _NONE)
    found = _calendar(calendar)
    years = range(start.astimezone(found.zone).year, end.astimezone(found.zone).year + 1)
    return [
        Problem(
            "/public_holidays",
            text(
                f"{year} 年的放假安排不在系统里，按普通工作周计算；公布后请更新或自行填写节假日",
                f"the public holidays of {year} are not known here; the plain week is used. "
                "Update, or enter them as holidays",
            ),
            code="holidays_unknown",
            level="warning",
        )
        for year in years
        if found.lacks(year)
    ]


def _calendar(calendar: Any) -> Calendar:
    return calendar if isinstance(calendar, Calendar) else load_calendar(calendar)


def _check(at: datetime, duration: timedelta) -> None:
    if at.tzinfo is None or at.utcoffset() is None:
        raise InvalidInput(text("时间缺少时区", "the time has no zone"))
    if abs(duration) > LONGEST or not 1900 <= at.year <= 2200:
        raise _too_far()


def _too_far() -> InvalidInput:
    return InvalidInput(
        text("工作时间最多算十年", "working time is counted over ten years at most")
    )


def _never_open() -> InvalidInput:
    return InvalidInput(text("工作日历一直不开放", "the calendar is never open"))


__all__ = [
    "Calendar",
    "add_working",
    "default_calendar",
    "load_calendar",
    "next_open",
    "remarks",
    "working_between",
]

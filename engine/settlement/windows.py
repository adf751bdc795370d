"""Calendars of money: which counting window and which settlement period a moment belongs to.

A *window* is what a tier counts over, a *period* is what is paid for; a term has one of each. Both
are named by a text that sorts by time within its kind:

    2026-11-09  day          2026-W46  week (ISO, Monday)      2026-11     month
    2026-11-H1  half-month   2026-Q4   quarter                 2026        year
    order:<key>              campaign:<key>

Days are those of the zone handed in, never of the server. All dates here are local dates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

from engine.core.errors import InvalidInput
from engine.core.text import text

Window = Literal["order", "day", "week", "half_month", "month", "quarter", "year", "campaign"]
Span = Literal["day", "week", "half_month", "month", "quarter", "year"]
PeriodKind = Literal["order", "week", "half_month", "month", "quarter"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """A run of local days, both ends included, with the key that names it."""

    first: date
    last: date
    key: str

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


def local_day(at: datetime, zone: tzinfo) -> date:
    """The calendar day of an aware moment in a zone; InvalidInput without a zone of its own."""
    if at.tzinfo is None:
        raise InvalidInput(text("时间缺少时区", "the time has no zone"))
    return at.astimezone(zone).date()


@lru_cache(maxsize=8_192)
def days_of(kind: Span, day: date) -> Days:
    """The week, month, ... a day lies in."""
    if kind == "day":
        return Days(day, day, day.isoformat())
    if kind == "week":
        year, week, weekday = day.isocalendar()
        monday = day - (weekday - 1) * _DAY
        return Days(monday, monday + 6 * _DAY, f"{year}-W{week:02d}")
    if kind == "half_month":
        if day.day <= 15:
            return Days(day.replace(day=1), day.replace(day=15), f"{day:%Y-%m}-H1")
        return Days(day.replace(day=16), _month_end(day), f"{day:%Y-%m}-H2")
    if kind == "month":
        return Days(day.replace(day=1), _month_end(day), f"{day:%Y-%m}")
    if kind == "quarter":
        quarter = (day.month - 1) // 3
        first = date(day.year, quarter * 3 + 1, 1)
        last = _month_end(first.replace(month=first.month + 2))
        return Days(first, last, f"{day.year}-Q{quarter + 1}")
    if kind == "year":
        return Days(date(day.year, 1, 1), date(day.year, 12, 31), f"{day.year:04d}")
    raise InvalidInput(text(f"没有这种周期：{kind}", f"no such period: {kind}"))


def window_key(kind: Window, day: date, *, order: str = "", campaign: str = "") -> str:
    """The counting window of an order that counts on `day`.

    InvalidInput when a campaign window is asked for and the order belongs to no campaign.
    """
    if kind == "order":
        return f"order:{order}"
    if kind == "campaign":
        if not campaign:
            raise InvalidInput(
                text(
                    "按活动累计，但订单不属于任何活动",
                    "counted by campaign, but the order has none",
                )
            )
        return f"campaign:{campaign}"
    return days_of(kind, day).key


def window_finder(kind: Window, zone: tzinfo) -> Callable[[datetime], str]:
    """`window_key` of calendar windows for many moments: remembers the quarter hour.

    Zones change their offset on the quarter hour at the finest, so a quarter hour of UTC always
    lies in one local day.
    """
    if kind in ("order", "campaign"):
        raise InvalidInput(text("这种窗口不按日期", "this window does not go by date"))
    known: dict[int, str] = {}

    def find(at: datetime) -> str:
        if at.tzinfo is not UTC:
            at = at.astimezone(UTC)
        slot = (at.toordinal() * 24 + at.hour) * 4 + at.minute // 15
        found = known.get(slot)
        if found is None:
            if len(known) > 100_000:
                known.clear()
            found = known[slot] = days_of(kind, local_day(at, zone)).key
        return found

    return find


def _month_end(day: date) -> date:
    return (day.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY

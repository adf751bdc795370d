"""Which settlement period an entry is earned and posted in, for one party."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from engine.core.errors import InvalidInput, PeriodLocked, Problem
from engine.core.text import text
from engine.runtime.settling.books import bare
from engine.settlement.periods import Beat, Rhythm, period_of, posted_in, steady
from engine.settlement.windows import Days, PeriodKind, Span, days_of, local_day

MOST_PERIODS = 60  # so many closed ones in a row are a fault, not a calendar


class Closed(dict[str, Any]):
    """{period: status}; a short first period ("2026-04@16") closes with the whole one."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(bare(key), default)


def rhythm_of(party: Any, kind: str) -> Rhythm:
    """How often a party is paid: its own rhythm, its own kind, else the term's."""
    if party is not None and party.rhythm:
        return tuple(Beat(date.fromisoformat(first), of) for first, of in party.rhythm)
    own = party.settlement_period if party is not None else None
    return _steady(cast(PeriodKind, own or kind))


_steady = lru_cache(maxsize=64)(steady)


def when(
    rhythm: Rhythm,
    closed: Mapping[str, Any],
    zone: str,
    earned_at: datetime,
    now: datetime,
    order: str = "",
) -> tuple[str, str]:
    """(earned in, posted in). What belongs to a closed period is posted in the first open one
    after it, at last in the one that comes next: an entry is never refused for the calendar.
    """
    of = _zone(zone)
    earned = period_of(rhythm, local_day(earned_at, of), order)
    if closed.get(bare(earned.key), "open") == "open":
        return earned.key, earned.key
    today = local_day(now, of)
    try:
        return earned.key, posted_in(earned, Closed(closed), rhythm, today).key
    except PeriodLocked:
        return earned.key, _next_open(rhythm, Closed(closed), today).key


def _next_open(rhythm: Rhythm, closed: Closed, today: date) -> Days:
    found = period_of(rhythm, today)
    for _ in range(MOST_PERIODS):
        found = period_of(rhythm, found.last + timedelta(days=1))
        if closed.get(found.key, "open") == "open":
            return found
    return found


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


_NAMES = (
    (re.compile(r"(\d{4})-(\d\d)"), "month"),
    (re.compile(r"(\d{4})-(\d\d)-H([12])"), "half_month"),
    (re.compile(r"(\d{4})-W(\d\d)"), "week"),
    (re.compile(r"(\d{4})-Q([1-4])"), "quarter"),
    (re.compile(r"(\d{4})-(\d\d)-(\d\d)"), "day"),
    (re.compile(r"(\d{4})"), "year"),
)


def days_named(key: str) -> Days | None:
    """The days of a period or window by its key ("2026-11", "2026-W46", "2026-11-H1"); None for
    one that has none ("order:…", "campaign:…").
    """
    for pattern, kind in _NAMES:
        found = pattern.fullmatch(bare(key).partition(":")[0])
        if found is None:
            continue
        try:
            return days_of(cast(Span, kind), _some_day(kind, [int(one) for one in found.groups()]))
        except ValueError:
            return None
    return None


def demand_period(key: str) -> Days:
    """The days of a settlement period that can be closed; InvalidInput for anything else."""
    days = days_named(key) if ":" not in key and "@" not in key else None
    if days is None:
        message = text(
            "结算周期应写成 2026-11、2026-11-H1、2026-W46 或 2026-Q4",
            "a period is written 2026-11, 2026-11-H1, 2026-W46 or 2026-Q4",
        )
        raise InvalidInput(message, [Problem("/period", message, "period")])
    return days


def _some_day(kind: str, parts: list[int]) -> date:
    if kind == "week":
        return date.fromisocalendar(parts[0], parts[1], 1)
    if kind == "quarter":
        return date(parts[0], parts[1] * 3, 1)
    if kind == "half_month":
        return date(parts[0], parts[1], 1 if parts[2] == 1 else 16)
    year, month, day = (*parts, 1, 1)[:3]
    return date(year, month, day)

"""Calendar periods and quiet hours in a tenant's zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"


def period_start(at: datetime, period: Any, zone: Any = None) -> datetime | None:
    """The first moment of the calendar period (day, week, ... year) `at` lies in; None for others.

    Weeks begin on Monday, quarters in January, April, July and October.
    """
    local = at.astimezone(ZoneInfo(str(zone or ZONE)))
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "week":
        day -= timedelta(days=day.weekday())
    elif period == "month":
        day = day.replace(day=1)
    elif period == "quarter":
        day = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    elif period == "year":
        day = day.replace(month=1, day=1)
    elif period != "day":
        return None
    return day.astimezone(UTC)


def quiet_until(at: datetime, quiet: Mapping[str, str] | None, zone: Any = None) -> datetime | None:
    """When the quiet hours that `at` lies in are over; None outside them.

    `quiet` is {"from": "22:00", "until": "08:00"}; hours past midnight are meant as written.
    """
    if not quiet:
        return None
    local = at.astimezone(ZoneInfo(str(zone or ZONE)))
    begins, ends = (int(text[:2]) * 60 + int(text[3:5]) for text in (quiet["from"], quiet["until"]))
    now = local.hour * 60 + local.minute
    is_quiet = begins <= now < ends if begins <= ends else now >= begins or now < ends
    if not is_quiet:
        return None
    over = local.replace(hour=ends // 60, minute=ends % 60, second=0, microsecond=0)
    if over <= local:
        over += timedelta(days=1)
    return over.astimezone(UTC)

"""Reports by month and any range: by channel, shop, party, tier, campaign, service node.

A range is one of dates that picked the rate (the payment, mostly). Money is what the entries of its
orders came to, claw-backs and corrections with them; what an exclusion took out is numbered beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.core.errors import InvalidInput, Problem
from engine.core.expression import CHINA
from engine.core.text import text
from engine.runtime.world import World
from engine.settlement.entry import payee_of
from engine.settlement.in_force import moment_of
from engine.settlement.money import UNIT
from engine.store import settlement_bookings as booking_store
from engine.store import settlement_reports as store

BY = ("channel", "shop", "platform", "party", "tier", "campaign", "service", "category")
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One key: orders, the base they were counted with, the money, and its part of the base."""

    key: str
    currency: str
    orders: int
    base: int
    minor: int

    @property
    def rate(self) -> Decimal | None:
        """Cost in percent of the base."""
        if not self.base:
            return None
        return (Decimal(self.minor) * 100 / Decimal(self.base)).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Report:
    """Rows by money, and how many lines were left out or have no rate."""

    by: str
    rows: tuple[ReportRow, ...]
    left_out: tuple[tuple[str, str, str, str, int], ...]  # (card, term, kind, name, lines)


def report(
    world: World,
    tenant: str,
    by: str,
    *,
    since: date,
    until: date,
    filters: Mapping[str, str] | None = None,
) -> Report:
    """Days of China's zone, both included; `filters` by platform, shop, channel, campaign, service,
    category, the shop's owner (direct, franchise), or a rule that had a part in the rate (淡季).
    InvalidInput for what it does not know.
    """
    if by not in BY:
        message = text(f"没有「{by}」报表", f"there is no report by {by!r}")
        raise InvalidInput(message, [Problem("/by", message, "unknown")])
    unknown = sorted(set(filters or {}) - {*store.FACTS, store.OWNER, store.RULE})
    if unknown:
        message = text("不能按这一项筛选", "this cannot be filtered by")
        raise InvalidInput(message, [Problem(f"/filters/{one}", message) for one in unknown])
    if not since <= until or (until - since).days > MOST_DAYS:
        message = text("日期范围应在一年以内", "a range is of a year at most")
        raise InvalidInput(message, [Problem("/until", message, "range")])
    begins, ends = moment_of(since, CHINA), moment_of(until, CHINA, is_end=True)
    with world.db.reading() as conn:
        if by == "tier":
            found = _by_tier(store.figures_between(conn, tenant, begins, ends, filters or {}))
        else:
            rows = store.sums_between(conn, tenant, begins, ends, by, filters or {})
            found = _summed(rows, by)
        left = booking_store.count_excluded(conn, tenant, begins, ends)
    listed = sorted(found.values(), key=lambda row: (-abs(row.minor), row.key))
    return Report(
        by,
        tuple(listed),
        tuple((one.card, one.term, one.kind, one.name, one.lines) for one in left),
    )


def _summed(rows: list[Any], by: str) -> dict[tuple[str, str], ReportRow]:
    found: dict[tuple[str, str], ReportRow] = {}
    for row in rows:
        key = payee_of(row.key, row.sub) if by == "party" else row.key or ""
        slot = (key, row.currency)
        was = found.get(slot) or ReportRow(key, row.currency, 0, 0, 0)
        found[slot] = ReportRow(
            key,
            row.currency,
            was.orders + int(row.orders),
            was.base + int(row.base or 0),
            was.minor + int(row.minor or 0),
        )
    return found


def _by_tier(rows: Iterable[Any]) -> dict[tuple[str, str], ReportRow]:
    """Each line of an entry's explanation goes to its tier (the first is 1)."""

    fine: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        for line in row.figures[7]:
            tier = str(int(line[1]) + 1) if isinstance(line[1], int) else str(line[1])
            held = fine.setdefault((tier, row.currency), [0, 0, 0])
            held[0] += 1
            held[1] += int(line[2]) if line[0] == "rate" else 0
            held[2] += int(line[2]) * int(line[3])
    return {
        slot: ReportRow(slot[0], slot[1], count, base, round(Decimal(worth) / UNIT))
        for slot, (count, base, worth) in fine.items()
    }

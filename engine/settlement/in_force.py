"""From when to when a rule holds: days of the card's zone and moments, as moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from engine.settlement.card import Card, Rule, span_of


@dataclass(frozen=True, slots=True)
class Force:
    """[starts, ends) in UTC; None is without end."""

    starts: datetime | None
    ends: datetime | None

    def holds(self, at: datetime) -> bool:
        return (self.starts is None or self.starts <= at) and (self.ends is None or at < self.ends)

    def meets(self, other: Force) -> bool:
        """Whether both hold at some moment."""
        begins = max((one for one in (self.starts, other.starts) if one), default=None)
        ends = min((one for one in (self.ends, other.ends) if one), default=None)
        return begins is None or ends is None or begins < ends

    @property
    def is_empty(self) -> bool:
        return self.starts is not None and self.ends is not None and self.starts >= self.ends

    @property
    def edges(self) -> tuple[datetime, ...]:
        return tuple(one for one in (self.starts, self.ends) if one is not None)


def force_of(card: Card, rule: Rule, zone: tzinfo) -> Force:
    """When a rule holds; a day that ends it belongs to it."""
    starts, ends = span_of(card, rule)
    return Force(
        None if starts is None else moment_of(starts, zone),
        None if ends is None else moment_of(ends, zone, is_end=True),
    )


def moment_of(edge: date | datetime, zone: tzinfo, *, is_end: bool = False) -> datetime:
    """A day's first moment (the next day's where it ends something), or the moment itself."""
    if isinstance(edge, datetime):
        return edge.astimezone(UTC)
    day = edge + timedelta(days=1) if is_end else edge
    return datetime.combine(day, time(), zone).astimezone(UTC)

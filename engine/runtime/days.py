"""Today beside yesterday and the same weekday of last week, in the tenant's own zone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from engine.core.working_calendar import first_moment
from engine.runtime.tenant import read_settings
from engine.runtime.world import World
from engine.store import days as store

T = TypeVar("T")
BACK = (0, 1, 7)  # today, yesterday, the same weekday of last week
HOURS = 24


@dataclass(frozen=True, slots=True)
class Piece:
    """An hour of one of the three days, or a part of it where the time of day now lies in it."""

    day: int  # place in BACK
    hour: int
    since: datetime
    until: datetime
    is_yet: bool  # before the time of day it is now


@dataclass(frozen=True, slots=True)
class ThreeDays:
    """One figure: what each day had until this time of day, and what the past days had in all."""

    yet: tuple[int, int, int]
    whole: tuple[int, int, int]
    hours: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class MoneyDays:
    """What came in and what was frozen of it, in minor units of one currency."""

    currency: str
    accrued: tuple[int, int, int]
    frozen: tuple[int, int, int]


def zone_of(world: World, tenant: str) -> ZoneInfo:
    return ZoneInfo(read_settings(world, tenant)["zone"])


def start_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """When today began there, in UTC."""
    return first_moment(now.astimezone(zone).date(), 0, zone)


def pieces(now: datetime, zone: ZoneInfo) -> list[Piece]:
    """The hours of the three days, cut where the time of day now lies; today ends now.

    An hour that the clock jumps over is empty; one it shows twice is twice as long.
    """
    local = now.astimezone(zone)
    # Ids count milliseconds: what came in this very one belongs to today.
    minutes = local.hour * 60 + local.minute
    within = timedelta(seconds=local.second, microseconds=local.microsecond, milliseconds=1)
    found = []
    for day, back in enumerate(BACK):
        date = local.date() - timedelta(days=back)
        cut = first_moment(date, minutes, zone) + within
        for hour in range(HOURS):
            since = first_moment(date, hour * 60, zone)
            until = first_moment(date, hour * 60 + 60, zone)
            if since < cut:
                found.append(Piece(day, hour, since, min(until, cut), True))
            if back and until > cut:
                found.append(Piece(day, hour, max(since, cut), until, False))
    return found


def three_days(cut: Sequence[Piece], counted: Sequence[int]) -> ThreeDays:
    """The counts of the pieces put together."""
    yet, whole = [0, 0, 0], [0, 0, 0]
    hours = [[0] * HOURS for _ in BACK]
    for piece, count in zip(cut, counted, strict=True):
        whole[piece.day] += count
        hours[piece.day][piece.hour] += count
        if piece.is_yet:
            yet[piece.day] += count
    return ThreeDays(_three(yet), _three(whole), _three([tuple(one) for one in hours]))


def _three(found: Sequence[T]) -> tuple[T, T, T]:
    first, second, third = found
    return first, second, third


def _spans(cut: Iterable[Piece]) -> list[store.Span]:
    return [(one.since, one.until) for one in cut]


def count_events(world: World, tenant: str, cut: Sequence[Piece]) -> ThreeDays:
    """Events that came in."""
    with world.db.reading() as conn:
        return three_days(cut, store.count_events(conn, tenant, _spans(cut)))


def count_runs(world: World, tenant: str, cut: Sequence[Piece]) -> tuple[ThreeDays, ThreeDays]:
    """Runs of these days' events, and those of them that have failed."""
    with world.db.reading() as conn:
        found = store.count_runs(conn, tenant, _spans(cut))

    def count(pick: Callable[[Mapping[str, int]], int]) -> ThreeDays:
        return three_days(cut, [pick(one) for one in found])

    return count(lambda one: sum(one.values())), count(lambda one: one.get("failed", 0))


def sum_money(
    world: World, tenant: str, cut: Sequence[Piece], parties: Iterable[str] | None
) -> list[MoneyDays]:
    """What the events of each day have made until this time of day, by currency."""
    spans = [
        (min(own, key=_since).since, max(own, key=_since).until)
        for own in ([one for one in cut if one.day == day and one.is_yet] for day in range(3))
    ]
    accrued: dict[str, list[int]] = {}
    frozen: dict[str, list[int]] = {}
    with world.db.reading() as conn:
        for row in store.sum_entries(conn, tenant, spans, parties):
            accrued.setdefault(row.currency, [0, 0, 0])[row.span] = int(row.accrued)
            frozen.setdefault(row.currency, [0, 0, 0])[row.span] = int(row.frozen)
    return [
        MoneyDays(currency, _three(accrued[currency]), _three(frozen[currency]))
        for currency in sorted(accrued)
    ]


def _since(piece: Piece) -> datetime:
    return piece.since


@dataclass(frozen=True, slots=True)
class FlowToday:
    """How a flow does: its newest run, and today's runs."""

    flow_id: str
    last_run: str | None
    last_status: str | None
    last_at: datetime | None
    runs: int
    failed: int


def flows_today(world: World, tenant: str, flow_ids: Sequence[str]) -> list[FlowToday]:
    """Each flow's newest run and today's figures, in the order asked."""
    now = world.now()
    since = start_of_day(now, zone_of(world, tenant))
    span = (since, now.astimezone(UTC) + timedelta(milliseconds=1))
    with world.db.reading() as conn:
        counted = store.count_flows(conn, tenant, span)
        newest = store.latest_runs(conn, tenant, flow_ids)
    found = []
    for flow_id in flow_ids:
        last, today = newest.get(flow_id), counted.get(flow_id, {})
        found.append(
            FlowToday(
                flow_id,
                last.id if last else None,
                last.status if last else None,
                last.started_at if last else None,
                sum(today.values()),
                today.get("failed", 0),
            )
        )
    return found

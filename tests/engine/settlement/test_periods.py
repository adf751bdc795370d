"""Windows and settlement periods: every day in exactly one, changes only at an end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidInput, PeriodLocked
from engine.settlement.periods import (
    change_rhythm,
    demand_open,
    move_period,
    period_of,
    posted_in,
    steady,
)
from engine.settlement.windows import days_of, local_day, window_finder, window_key

KINDS = ("week", "half_month", "month", "quarter")
SHANGHAI = ZoneInfo("Asia/Shanghai")
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("kind", "day", "key", "first", "last"),
    [
        ("day", "2026-11-11", "2026-11-11", "2026-11-11", "2026-11-11"),
        ("week", "2026-11-11", "2026-W46", "2026-11-09", "2026-11-15"),
        ("week", "2027-01-01", "2026-W53", "2026-12-28", "2027-01-03"),
        ("half_month", "2026-02-15", "2026-02-H1", "2026-02-01", "2026-02-15"),
        ("half_month", "2024-02-16", "2024-02-H2", "2024-02-16", "2024-02-29"),
        ("month", "2026-12-31", "2026-12", "2026-12-01", "2026-12-31"),
        ("quarter", "2026-11-11", "2026-Q4", "2026-10-01", "2026-12-31"),
        ("year", "2026-11-11", "2026", "2026-01-01", "2026-12-31"),
    ],
)
def test_days_of(kind, day, key, first, last):
    found = days_of(kind, date.fromisoformat(day))
    assert (found.key, str(found.first), str(found.last)) == (key, first, last)


@pytest.mark.parametrize("kind", ["day", *KINDS, "year"])
@given(day=days)
def test_the_spans_of_a_kind_follow_each_other_without_gap(kind, day):
    found = days_of(kind, day)
    assert day in found
    assert days_of(kind, found.first) == days_of(kind, found.last) == found
    assert days_of(kind, found.last + timedelta(days=1)).first == found.last + timedelta(days=1)
    assert days_of(kind, found.last + timedelta(days=1)).key > found.key


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kathmandu", "America/New_York", "UTC"])
@given(at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_quick_finder_agrees_with_the_calendar_of_the_zone(zone, at):
    where = ZoneInfo(zone)
    assert window_finder("day", where)(at) == window_key("day", local_day(at, where))


def test_a_moment_belongs_to_the_day_of_the_shop():
    midnight = datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert window_finder("month", SHANGHAI)(midnight) == "2026-11"
    assert window_finder("month", SHANGHAI)(midnight - timedelta(seconds=1)) == "2026-10"
    with pytest.raises(InvalidInput):
        local_day(datetime(2026, 1, 1), SHANGHAI)  # noqa: DTZ001


def test_windows_of_orders_and_campaigns():
    day = date(2026, 11, 11)
    assert window_key("order", day, order="tmall/a/1") == "order:tmall/a/1"
    assert window_key("campaign", day, campaign="double11") == "campaign:double11"
    with pytest.raises(InvalidInput):
        window_key("campaign", day)


@given(
    start=st.sampled_from(KINDS),
    changes=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 120)), max_size=5),
)
def test_whatever_changes_every_day_lies_in_exactly_one_period(start, changes):
    rhythm, day = steady(start), date(2026, 1, 1)
    for kind, later in changes:
        day += timedelta(days=later)
        before = period_of(rhythm, day)
        rhythm = change_rhythm(rhythm, kind, day)
        assert period_of(rhythm, day) == before  # the running period is never touched
    seen: dict[str, tuple[date, date]] = {}
    here = period_of(rhythm, date(2026, 1, 1)).first
    while here < date(2028, 1, 1):
        found = period_of(rhythm, here)
        assert found.first == here
        assert found.key not in seen
        seen[found.key] = (found.first, found.last)
        for offset in range((found.last - found.first).days + 1):
            assert period_of(rhythm, found.first + timedelta(days=offset)) == found
        here = found.last + timedelta(days=1)


def test_from_monthly_to_weekly_takes_effect_at_the_months_end():
    rhythm = change_rhythm(steady("month"), "week", date(2026, 3, 12))
    assert period_of(rhythm, date(2026, 3, 31)).key == "2026-03"
    short = period_of(rhythm, date(2026, 4, 1))
    assert (short.key, str(short.first), str(short.last)) == (
        "2026-W14@01",
        "2026-04-01",
        "2026-04-05",
    )
    assert period_of(rhythm, date(2026, 4, 6)).key == "2026-W15"


def test_from_weekly_to_monthly_makes_one_short_month():
    rhythm = change_rhythm(steady("week"), "month", date(2026, 3, 12))
    assert period_of(rhythm, date(2026, 3, 15)).key == "2026-W11"
    short = period_of(rhythm, date(2026, 3, 16))
    assert (short.key, str(short.last)) == ("2026-03@16", "2026-03-31")
    assert period_of(rhythm, date(2026, 4, 1)).key == "2026-04"


def test_a_change_still_to_come_can_be_taken_back_and_history_cannot():
    planned = change_rhythm(steady("month"), "week", date(2026, 3, 12))
    assert change_rhythm(planned, "month", date(2026, 3, 20)) == steady("month")
    twice = change_rhythm(planned, "quarter", date(2026, 6, 1))
    with pytest.raises(InvalidInput):
        change_rhythm(twice, "month", date(2026, 3, 1))


def test_late_entries_go_into_the_open_period_as_corrections():
    rhythm, october = steady("month"), period_of(steady("month"), date(2026, 10, 20))
    today = date(2026, 12, 3)
    assert posted_in(october, {}, rhythm, today).key == "2026-10"
    assert posted_in(october, {"2026-10": "closing"}, rhythm, today).key == "2026-11"
    closed = {"2026-10": "locked", "2026-11": "locked"}
    assert posted_in(october, closed, rhythm, today).key == "2026-12"
    with pytest.raises(PeriodLocked) as caught:
        posted_in(october, {**closed, "2026-12": "locked"}, rhythm, today)
    assert caught.value.problems[0].path == "/period"


def test_a_period_closes_once_and_for_all():
    assert move_period("2026-10", "open", "closing") == "closing"
    assert move_period("2026-10", "closing", "open") == "open"
    assert move_period("2026-10", "closing", "locked") == "locked"
    for now, to in (("locked", "open"), ("open", "locked"), ("locked", "closing")):
        with pytest.raises(PeriodLocked):
            move_period("2026-10", now, to)
    with pytest.raises(PeriodLocked) as caught:
        demand_open("2026-10", {"2026-10": "locked"}, "/entries/0/period")
    assert caught.value.problems[0].path == "/entries/0/period"

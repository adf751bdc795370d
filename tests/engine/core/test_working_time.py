"""Working time against a naive clock that looks at every minute, and against days lived through."""

from __future__ import annotations

import json
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine.core.working_calendar as working_calendar
from engine.core.errors import InvalidInput
from engine.core.working_calendar import WEEKDAYS, CalendarDocument
from engine.core.working_time import (
    add_working,
    default_calendar,
    load_calendar,
    next_open,
    remarks,
    working_between,
)

OFFICE = default_calendar()
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    """A local time in Shanghai: "2026-09-30 17:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


# -- days lived through --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("2026-11-11 10:00", 1, "2026-11-11 11:00"),
        ("2026-11-11 11:00", 1, "2026-11-11 12:00"),  # due at closing, not at the next opening
        ("2026-11-11 11:30", 1, "2026-11-11 14:00"),  # lunch
        ("2026-11-11 12:30", 1, "2026-11-11 14:30"),
        ("2026-11-13 17:00", 2, "2026-11-16 10:00"),  # Friday to Monday
        ("2026-09-30 17:00", 2, "2026-10-08 10:00"),  # over National Day
        ("2026-10-09 17:00", 2, "2026-10-10 10:00"),  # into a make-up Saturday
        ("2026-02-13 17:30", 1, "2026-02-14 09:30"),  # the Saturday before Spring Festival
        ("2026-02-14 17:30", 1, "2026-02-24 09:30"),
        ("2025-01-27 17:00", 9, "2025-02-06 09:30"),
    ],
)
def test_office_hours_in_china(start, duration, due):
    found = add_working(at(start), hours(duration), OFFICE)
    assert found == at(due)
    assert found.tzinfo is UTC
    assert working_between(at(start), found, OFFICE) == hours(duration)


def test_next_open():
    assert next_open(at("2026-11-11 10:00"), OFFICE) == at("2026-11-11 10:00")
    assert next_open(at("2026-11-11 12:00"), OFFICE) == at("2026-11-11 13:30")
    assert next_open(at("2026-10-01 10:00"), OFFICE) == at("2026-10-08 09:00")


def test_nothing_is_added_nowhere():
    closed = at("2026-10-01 10:00")
    assert add_working(closed, timedelta(0), OFFICE) == closed


def test_counting_back():
    assert add_working(at("2026-10-08 10:00"), -hours(2), OFFICE) == at("2026-09-30 17:00")
    assert add_working(at("2026-10-05 10:00"), -hours(1), OFFICE) == at("2026-09-30 17:00")


def test_what_beats_what():
    calendar = {
        "zone": "Asia/Shanghai",
        "week": {day: [["10:00", "20:00"]] for day in WEEKDAYS[:6]},
        "public_holidays": "cn",
        "holidays": [{"from": "2026-03-02", "to": "2026-03-04", "name": "盘点"}],
        "make_up": ["2026-03-03", "2026-03-08"],
        "make_up_like": "sat",
        "days": {"2026-11-11": [["00:00", "24:00"]], "2026-10-02": [["12:00", "14:00"]]},
    }
    read = load_calendar(calendar)
    ten_hours = ((600, 1200),)
    assert read.hours(date(2026, 3, 2)) == ()  # own holiday
    assert read.hours(date(2026, 3, 3)) == ten_hours  # worked in spite of it
    assert read.hours(date(2026, 3, 8)) == ten_hours  # a Sunday
    assert read.hours(date(2026, 3, 15)) == ()
    assert read.hours(date(2026, 10, 1)) == ()  # public holiday
    assert read.hours(date(2026, 10, 2)) == ((720, 840),)  # opened by hand
    assert read.hours(date(2026, 10, 10)) == ten_hours  # make-up Saturday, open anyway
    assert read.hours(date(2026, 9, 20)) == ten_hours  # make-up Sunday
    assert read.hours(date(2026, 11, 11)) == ((0, 1440),)


def test_a_night_shift_belongs_to_the_day_it_starts_on():
    calendar = {
        "zone": "Asia/Shanghai",
        "week": {"fri": [["22:00", "02:00"]], "sat": [["01:00", "03:00"]]},
        "holidays": [{"from": "2026-11-20"}],
    }
    assert next_open(at("2026-11-14 00:30"), calendar) == at("2026-11-14 00:30")
    # 22:00-02:00 and 01:00-03:00 overlap: five hours in all, not six.
    whole = working_between(at("2026-11-13 00:00"), at("2026-11-15 00:00"), calendar)
    assert whole == hours(5)
    until = at("2026-11-14 01:30")  # in both of them
    assert working_between(at("2026-11-13 23:00"), until, calendar) == hours(2.5)
    assert add_working(at("2026-11-15 00:00"), -hours(4), calendar) == at("2026-11-13 23:00")
    within = {**calendar, "week": {"fri": [["22:00", "04:00"]], "sat": [["01:00", "02:00"]]}}
    assert working_between(at("2026-11-13 00:00"), at("2026-11-15 00:00"), within) == hours(6)
    assert add_working(at("2026-11-15 00:00"), -hours(6), within) == at("2026-11-13 22:00")
    # The Friday after is a holiday, and with it the night that starts on it.
    assert next_open(at("2026-11-20 23:00"), calendar) == at("2026-11-21 01:00")


def test_clock_changes():
    week = {day: [["02:30", "05:00"]] for day in WEEKDAYS}
    always_two = {"zone": "America/New_York", "week": week}
    # 2026-03-08: 02:00 jumps to 03:00, so the shop opens at 03:00 EDT = 07:00 UTC.
    opens = datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert next_open(datetime(2026, 3, 8, 6, tzinfo=UTC), always_two) == opens
    assert add_working(opens, hours(2), always_two) == datetime(2026, 3, 8, 9, tzinfo=UTC)
    night = {"zone": "America/New_York", "week": {"sun": [["00:00", "24:00"]]}}
    spring = datetime(2026, 3, 8, 5, tzinfo=UTC)
    autumn = datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert working_between(spring, spring + timedelta(days=2), night) == hours(23)
    assert working_between(autumn, autumn + timedelta(days=2), night) == hours(25)


# -- the published holidays ----------------------------------------------------------------------


def test_the_table_says_what_it_knows_and_where_from():
    file = Path(working_calendar.__file__).with_name("holidays_cn.json")
    table = json.loads(file.read_text("utf-8"))
    assert "国务院办公厅" in table["source"]
    totals = {"2025": (28, 5), "2026": (33, 6)}
    assert set(table["years"]) == set(totals)
    for year, (closed, worked) in totals.items():
        rows = table["years"][year]["holidays"]
        days = [
            (date.fromisoformat(row["to"]) - date.fromisoformat(row["from"])).days + 1
            for row in rows
        ]
        assert sum(days) == closed
        make_up = [date.fromisoformat(day) for day in table["years"][year]["make_up"]]
        assert len(make_up) == worked
        assert all(day.weekday() >= 5 for day in make_up)
        assert table["years"][year]["notice"].startswith("国办发明电")


def test_an_unpublished_year_is_said_and_not_guessed():
    start, end = at("2026-12-30 10:00"), at("2027-01-05 10:00")
    found = remarks(start, end, OFFICE)
    assert [problem.level for problem in found] == ["warning"]
    assert "2027" in found[0].message["zh"]
    assert "2027" in found[0].message["en"]
    assert remarks(start, at("2026-12-31 10:00"), OFFICE) == []
    own = {**OFFICE, "holidays": [{"from": "2027-01-01", "to": "2027-01-03"}]}
    assert remarks(start, end, own) == []
    assert remarks(start, end, {**OFFICE, "public_holidays": ""}) == []
    # 1 January 2027 is a Friday; without a published table it counts as the week says.
    assert next_open(at("2027-01-01 08:00"), OFFICE) == at("2027-01-01 09:00")


# -- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"zone": "Mars/Olympus"}, "/zone"),
        ({"zone": "../../etc/passwd"}, "/zone"),
        ({"zone": "Asia"}, "/zone"),
        ({"week": {"mon": [["9:00", "18:00"]]}}, "/week"),
        ({"week": {"mon": [["09:00", "25:00"]]}}, "/week"),
        ({"week": {"mon": [["09:00", "09:00"]]}}, "/week"),
        ({"week": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "/week"),
        ({"week": {"mon": "09:00"}}, "/week"),
        ({"week": {"someday": []}}, "/week/someday/[key]"),
        ({"holidays": [{"from": "2026-03-02", "to": "2026-03-01"}]}, "/holidays/0"),
        ({"holidays": [{"from": "0001-01-01", "to": "9999-12-31"}]}, "/holidays/0/from"),
        ({"holidays": [{"from": "1900-01-01", "to": "2199-12-31"}]}, "/holidays/0"),
        ({"make_up": [20260307]}, "/make_up/0"),
        ({"days": {"2026-02-30": []}}, "/days/2026-02-30"),
        ({"colour": "red"}, "/colour"),
        ([], ""),
        ("x", ""),
    ],
)
def test_a_malformed_calendar_is_refused_with_its_path(document, path):
    with pytest.raises(InvalidInput) as caught:
        load_calendar(document)
    assert path in [problem.path for problem in caught.value.problems]


def test_what_cannot_be_counted_is_refused():
    now = at("2026-11-11 10:00")
    with pytest.raises(InvalidInput):
        add_working(now, hours(1), {"week": {}})
    with pytest.raises(InvalidInput):
        next_open(now, {"week": {}})
    with pytest.raises(InvalidInput):
        add_working(now, timedelta(days=4000), OFFICE)
    with pytest.raises(InvalidInput):
        add_working(now.replace(tzinfo=None), hours(1), OFFICE)
    with pytest.raises(InvalidInput):
        working_between(datetime.max.replace(tzinfo=UTC), now, OFFICE)
    with pytest.raises(InvalidInput):
        load_calendar({"zone": object()})


def test_the_document_has_a_schema():
    schema = CalendarDocument.model_json_schema()
    assert schema["properties"]["week"]


# -- against a clock that looks at every minute --------------------------------------------------

ZONES = st.sampled_from(
    ["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe"]
)


@st.composite
def day_hours(draw):
    edges = sorted(draw(st.sets(st.integers(0, 48), min_size=2, max_size=6)))
    edges = edges[: len(edges) // 2 * 2]
    pairs = [[_clock(a), _clock(b)] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    if draw(st.booleans()) and edges[-1] < 48:
        pairs.append([_clock(edges[-1]), _clock(draw(st.integers(0, edges[0])))])  # over midnight
    return [pair for pair in pairs if pair[0] != pair[1]]


def _clock(half: int) -> str:
    return f"{half // 2:02d}:{half % 2 * 30:02d}"


@st.composite
def calendars(draw):
    return {
        "zone": draw(ZONES),
        "week": {day: draw(st.one_of(st.just([]), day_hours())) for day in WEEKDAYS},
        "days": {"2026-03-09": draw(day_hours()), "2026-11-02": []},
        "holidays": [{"from": "2026-03-10"}],
    }


@lru_cache(maxsize=32)
def _minutes(zone: str, first: date, days: int) -> tuple[list[datetime], list[datetime]]:
    """Every minute of some days, and the latest local time the clock has shown by then."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=3)
    minutes = [start + n * MINUTE for n in range((days + 6) * 1440)]
    local = [minute.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for minute in minutes]
    return minutes, list(accumulate(local, max))


class Naive:
    """Opens and closes by watching the local clock minute by minute; knows no arithmetic."""

    def __init__(self, document, first: date, days: int) -> None:
        self.minutes, self.latest = _minutes(document["zone"], first, days)
        self.open = [False] * len(self.minutes)
        for n in range(-1, days + 1):
            day = first + timedelta(days=n)
            for opens, closes in self._hours(document, day):
                midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
                a = self._first(midnight + opens * MINUTE)
                b = self._first(midnight + closes * MINUTE)
                self.open[a:b] = [True] * (b - a)

    def _first(self, local) -> int:
        return bisect_left(self.latest, local)

    def _hours(self, document, day: date):
        if day.isoformat() in document["days"]:
            pairs = document["days"][day.isoformat()]
        elif any(row["from"] == day.isoformat() for row in document["holidays"]):
            pairs = []
        else:
            pairs = document["week"][WEEKDAYS[day.weekday()]]
        for opens, closes in pairs:
            a, b = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (opens, closes))
            yield a, b if b > a else b + 1440


@settings(max_examples=60)
@given(
    calendars(),
    st.sampled_from([date(2026, 3, 6), date(2026, 10, 23), date(2026, 10, 30), date(2026, 3, 27),
                     date(2026, 4, 3)]),
    st.lists(st.tuples(st.integers(0, 4 * 1440), st.integers(0, 4 * 1440)), min_size=3, max_size=6),
)  # fmt: skip
def test_measuring_and_adding_against_the_naive_clock(document, first, pairs):
    naive = Naive(document, first, 5)
    origin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    base = naive.minutes.index(origin)
    for a, b in pairs:
        low, high = sorted((a, b))
        start, end = origin + low * MINUTE, origin + high * MINUTE
        expected = sum(naive.open[base + low : base + high]) * MINUTE
        assert working_between(start, end, document) == expected
        if expected:
            due = add_working(start, expected, document)
            minute = base + low
            left = expected
            while left:
                left -= MINUTE if naive.open[minute] else timedelta(0)
                minute += 1
            assert due == naive.minutes[minute]
            assert add_working(end, -expected, document) >= start


@given(
    calendars().filter(lambda document: any(document["week"].values())),
    st.integers(0, 400 * 86_400),
    st.integers(1, 30 * 86_400),
)
def test_adding_and_measuring_are_inverse(document, second, seconds):
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    duration = timedelta(seconds=seconds)
    due = add_working(start, duration, document)
    assert working_between(start, due, document) == duration
    assert working_between(start, due - timedelta(microseconds=1), document) < duration
    back = add_working(due, -duration, document)
    assert working_between(back, due, document) == duration
    assert back >= start
    assert working_between(due, start, document) == -duration
    opening = next_open(start, document)
    assert working_between(start, opening, document) == timedelta(0)
    assert working_between(opening, opening + MINUTE, document) > timedelta(0)

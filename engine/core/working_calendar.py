"""A working calendar: which hours of which days are open.

The document, as it is stored:

    {"zone": "Asia/Shanghai",
     "week": {"mon": [["09:00", "12:00"], ["13:30", "18:00"]], ...},   a day left out is closed
     "public_holidays": "cn",              holidays and make-up days (调休) of the State Council
     "holidays": [{"from": "2026-03-02", "to": "2026-03-04", "name": "盘点"}],
     "make_up": ["2026-03-07"],            worked although the week says closed
     "make_up_like": "mon",                with the hours of this weekday
     "days": {"2026-11-11": [["00:00", "24:00"]]}}                     exact hours of one date

For a date, `days` beats `make_up`, that beats `holidays`, that beats the public table, that beats
the week. A make-up day of a weekday that is open anyway keeps that weekday's hours. An interval
whose end is not after its start runs into the next day and belongs to the day it starts on.

Clock changes: an interval opens at the first moment the local clock shows (or has passed) its start
and closes at the first moment it shows its end; between them real time is counted.

The public table holds published years only. For other years the week alone counts, and `remarks`
says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, WithJsonSchema, field_validator, model_validator

from engine.core.errors import InvalidInput, Problem
from engine.core.fields import Form
from engine.core.flow import problems_of
from engine.core.records.record import WORDS, Day
from engine.core.text import text

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST = timedelta(days=3660)  # ten years: more is a mistake, and would count for long
_CLOSED_FOR = 400  # days without an opening after which the calendar counts as never open
_DAY = timedelta(days=1)
_NONE = timedelta(0)

# Minutes from the day's midnight; the end of a night shift is beyond 1440.
Hours = tuple[tuple[int, int], ...]
_Clock = {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}
_HoursField = Annotated[
    Hours,
    WithJsonSchema(
        {
            "type": "array",
            "maxItems": 48,
            "items": {"type": "array", "items": _Clock, "minItems": 2, "maxItems": 2},
        }
    ),
]
Span = tuple[datetime, datetime]


class Closed(Form):
    """Days without work, both ends included."""

    from_: Day = Field(alias="from")
    to: Day | None = None
    name: str = Field(default="", max_length=100)

    @model_validator(mode="after")
    def _end_after_start(self) -> Closed:
        if self.to is not None and not _NONE <= self.to - self.from_ <= LONGEST:
            raise ValueError("dates")
        return self


class CalendarDocument(Form):
    """The document as it is stored; `load_calendar` reads it."""

    zone: str = Field(default="Asia/Shanghai", max_length=64)
    week: dict[Weekday, _HoursField] = Field(default_factory=dict)
    public_holidays: Literal["", "cn"] = ""
    holidays: tuple[Closed, ...] = Field(default=(), max_length=500)
    make_up: tuple[Day, ...] = Field(default=(), max_length=500)
    make_up_like: Weekday = "mon"
    days: dict[Day, _HoursField] = Field(default_factory=dict, max_length=1_000)

    @field_validator("week", "days", mode="before")
    @classmethod
    def _read_hours(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {day: read_hours(intervals) for day, intervals in value.items()}

    @field_validator("zone")
    @classmethod
    def _know_zone(cls, value: str) -> str:
        zone_of(value)
        return value


def default_calendar() -> dict[str, Any]:
    """What counts as working time until somebody says otherwise: Chinese office hours."""
    office = [["09:00", "12:00"], ["13:30", "18:00"]]
    return {
        "zone": "Asia/Shanghai",
        "week": {day: [list(hours) for hours in office] for day in WEEKDAYS[:5]},
        "public_holidays": "cn",
    }


def load_calendar(document: Any) -> Calendar:
    """The document as a Calendar, remembered; InvalidInput with paths when malformed."""
    try:
        return _loaded(json.dumps(document, sort_keys=True))
    except (TypeError, ValueError, RecursionError):
        raise InvalidInput(text("工作日历的格式不对", "the calendar is malformed")) from None


class Calendar:
    """A calendar ready to count with. Everything in it is fixed but a memory of days read."""

    def __init__(self, document: CalendarDocument) -> None:
        self.zone = zone_of(document.zone)
        self._week = tuple(document.week.get(day, ()) for day in WEEKDAYS)
        self._like = document.week.get(document.make_up_like, ())
        self._days = document.days
        self._make_up = frozenset(document.make_up)
        self._closed = frozenset(
            day for row in document.holidays for day in _dates(row.from_, row.to or row.from_)
        )
        self._public = _public_table(document.public_holidays) if document.public_holidays else None
        self._own_years = {day.year for day in (*self._closed, *self._make_up, *self._days)}
        self._read: dict[date, tuple[Span, ...]] = {}

    def hours(self, day: date) -> Hours:
        """The opening hours of a date, by the order of precedence stated at the top."""
        if day in self._days:
            return self._days[day]
        plain = self._week[day.weekday()]
        if day in self._make_up:
            return plain or self._like
        if day in self._closed:
            return ()
        if self._public is not None:
            if day in self._public.make_up:
                return plain or self._like
            if day in self._public.holidays:
                return ()
        return plain

    def lacks(self, year: int) -> bool:
        """Whether public holidays are wanted and nobody has told those of this year."""
        return (
            self._public is not None
            and year not in self._public.years
            and year not in self._own_years
        )

    def spans_after(self, start: datetime, end: datetime | None = None) -> Iterator[Span]:
        """Open spans from `start` on, ascending, never overlapping; they stop at `end`."""
        at = start.astimezone(UTC)
        # No zone is a whole day ahead of UTC, so no later local date can open before `end`.
        last = None if end is None else end.astimezone(UTC).date() + _DAY
        closed_for = 0
        day = self._date(at) - _DAY  # the night shift of the day before may still be open
        while closed_for < _CLOSED_FOR if last is None else day <= last:
            closed_for += 1
            for opens, closes in self._spans(day):
                opens = max(opens, at)
                if end is not None and opens >= end:
                    return
                if opens < closes:
                    closed_for = 0
                    yield opens, closes
                    at = closes
            day += _DAY

    def spans_before(self, end: datetime) -> Iterator[Span]:
        """Open spans up to `end`, descending, never overlapping."""
        at = end.astimezone(UTC)
        closed_for = 0
        day = self._date(at)
        while closed_for < _CLOSED_FOR:
            closed_for += 1
            for opens, closes in reversed(self._spans(day)):
                closes = min(closes, at)
                if opens < closes:
                    closed_for = 0
                    yield opens, closes
                    at = opens
            day -= _DAY

    def _date(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _spans(self, day: date) -> tuple[Span, ...]:
        """The open spans that start on a date, less what the night shift before it covers."""
        found = self._read.get(day)
        if found is None:
            if len(self._read) > 5_000:
                self._read.clear()
            covered = max((closes for _, closes in self._shifts(day - _DAY)), default=None)
            found = self._read[day] = tuple(
                (max(opens, covered), closes) if covered is not None else (opens, closes)
                for opens, closes in self._shifts(day)
                if covered is None or closes > covered
            )
        return found

    def _shifts(self, day: date) -> list[Span]:
        return [
            (first_moment(day, start, self.zone), first_moment(day, end, self.zone))
            for start, end in self.hours(day)
        ]


def first_moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) at which the zone's clock shows, or has passed, a local time."""
    local = datetime.combine(day, time()) + timedelta(minutes=minutes)
    late = local.replace(tzinfo=zone).astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == local:
        return late
    # The clock jumps over this time. fold=1 reads it with the offset after the jump, which gives a
    # moment before the jump; between the two lies the jump itself.
    early = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).replace(tzinfo=None) >= local:
            late = middle
        else:
            early = middle
    return late.replace(microsecond=0)


def read_hours(value: Any) -> Any:
    """[["09:00", "12:00"], ...] as minutes, sorted; ValueError: they overlap or are no times."""
    if not isinstance(value, list | tuple) or len(value) > 48:
        raise ValueError("hours")
    found = []
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ValueError("hours")
        start, end = (_minutes(clock) for clock in pair)
        if start == end or start == 1440:
            raise ValueError("hours")
        found.append((start, end if end > start else end + 1440))
    found.sort()
    if any(end > start for (_, end), (start, _) in pairwise(found)):
        raise ValueError("hours")
    return tuple(found)


def _minutes(clock: Any) -> int:
    if not isinstance(clock, str) or len(clock) != 5 or clock[2] != ":" or not clock.isascii():
        raise ValueError("hours")
    hour, minute = int(clock[:2]), int(clock[3:])
    if not (0 <= hour < 24 and 0 <= minute < 60) and (hour, minute) != (24, 0):
        raise ValueError("hours")
    return hour * 60 + minute


def zone_of(name: str) -> ZoneInfo:
    """The time zone of a name; ValueError when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, "../x", a folder such as "Asia"
        raise ValueError("zone") from None


class _PublicTable:
    """Holidays and make-up days of one country, from the file beside this module."""

    def __init__(self, country: str) -> None:
        file = Path(__file__).with_name(f"holidays_{country}.json")
        years = json.loads(file.read_text("utf-8"))["years"]
        self.years = frozenset(int(year) for year in years)
        self.holidays = frozenset(
            day
            for year in years.values()
            for row in year["holidays"]
            for day in _dates(date.fromisoformat(row["from"]), date.fromisoformat(row["to"]))
        )
        self.make_up = frozenset(
            date.fromisoformat(day) for year in years.values() for day in year["make_up"]
        )


def public_years(country: str) -> list[int]:
    """The years whose public holidays have been published."""
    return sorted(_public_table(country).years)


@lru_cache(maxsize=8)
def _public_table(country: str) -> _PublicTable:
    return _PublicTable(country)


@lru_cache(maxsize=500)
def _loaded(written: str) -> Calendar:
    try:
        return Calendar(CalendarDocument.model_validate(json.loads(written)))
    except ValidationError as error:
        raise InvalidInput(
            text("工作日历的格式不对", "the calendar is malformed"),
            [_worded(problem) for problem in problems_of(error)],
        ) from None


def _worded(problem: Problem) -> Problem:
    if problem.code == "day":
        return Problem(problem.path.removesuffix("/[key]"), WORDS["day"], "day")
    if problem.code != "value_error":
        return problem
    if problem.path == "/zone":
        message = text("没有这个时区，如 Asia/Shanghai", "no such time zone; say Asia/Shanghai")
    elif problem.path.startswith("/holidays"):
        message = text("结束日期早于开始日期", "the last day is before the first")
    else:
        message = text(
            '时段应为 [开始，结束],如 ["09:00", "18:00"],且不能重叠',
            'hours must be [start, end] such as ["09:00", "18:00"], without overlap',
        )
    return Problem(problem.path, message)


def _dates(first: date, last: date) -> Iterator[date]:
    for count in range((last - first).days + 1):
        yield first + count * _DAY

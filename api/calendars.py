"""Working calendars: when people work, holidays and make-up workdays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from flask import Response
from pydantic import AwareDatetime, Field, StringConstraints

from api import etags
from api.answers import answer
from api.context import caller, locale, tenant, world
from api.errors import ProblemItem
from api.org import Name
from api.resource import SIGNED_IN, Model, Resource, Shown
from api.shapes import Uses, UseShown
from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.core.working_calendar import Calendar, default_calendar, load_calendar, public_years
from engine.core.working_time import add_working, remarks
from engine.runtime import tenant as own
from engine.runtime.uses import find_uses
from engine.store import calendars as store

resource = Resource("calendars", text("工作日历", "Working calendars"))

EARLIEST, LATEST = 2000, 2199
PUBLIC = ("cn",)

CalendarKey = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$"), Field(examples=["head-office"])
]


class CalendarPath(Model):
    """Which calendar."""

    key: CalendarKey


class CalendarBody(Model):
    """What a calendar says."""

    name: Name
    document: dict[str, Any] = Field(
        json_schema_extra={"examples": [default_calendar()]},
        description="Weekly hours, holidays, extra days, zone",
    )


class NewCalendar(CalendarBody):
    """A calendar to be made."""

    key: CalendarKey


class CalendarShown(Shown):
    """A calendar."""

    key: str
    name: str
    document: dict[str, Any]
    updated_at: datetime


class Calendars(Shown):
    """All calendars, by key."""

    items: list[CalendarShown]
    standard: dict[str, Any] = Field(description="What holds where no calendar is named")
    public_years: dict[str, list[int]] = Field(
        description="By the value of public_holidays: years whose notice is known here"
    )


class DueBody(Model):
    """A calendar that may not be saved yet, when something begins, and its working time."""

    document: dict[str, Any] = Field(json_schema_extra={"examples": [default_calendar()]})
    start: AwareDatetime
    minutes: int = Field(ge=0, le=10**6, description="Working minutes", examples=[240])


class Due(Shown):
    """When that much working time is over."""

    due: datetime
    remarks: list[ProblemItem] = Field(description="Years whose public holidays nobody has told")


class Day(Shown):
    """A day and its hours."""

    date: date
    hours: list[list[str]] = Field(description="The end of a night shift is beyond 24:00")


class Days(Shown):
    """The days of a month, or of a year."""

    items: list[Day]


class DaysBody(Model):
    """A calendar that may not be saved yet, and which month or year of it."""

    document: dict[str, Any] = Field(json_schema_extra={"examples": [default_calendar()]})
    month: str = Field(
        pattern=r"^20[0-9]{2}(-(0[1-9]|1[0-2]))?$",
        examples=["2026-02"],
        description="A month, or a whole year: 2026",
    )


def shown(row: Any, status: int = 200) -> Response:
    """A calendar with the ETag of its content."""
    location = f"/api/v1/calendars/{row.key}" if status == 201 else None
    tag = etags.tag(own.revision_of(row))
    return answer(CalendarShown.model_validate(row), status, etag=tag, location=location)


@resource.get("/calendars", act=SIGNED_IN, answers={200: Calendars})
def list_calendars() -> Response:
    """All working calendars, and the one that holds where none is named."""
    with world().db.reading() as conn:
        rows = store.list_calendars(conn, tenant())
    items = [CalendarShown.model_validate(row) for row in rows]
    known = {country: public_years(country) for country in PUBLIC}
    return answer({"items": items, "standard": default_calendar(), "public_years": known})


@resource.post("/calendars", act="calendars.edit", answers={201: CalendarShown}, etag=True)
def create_calendar(body: NewCalendar) -> Response:
    """A new calendar."""
    values = body.model_dump(exclude={"key"})
    return shown(own.put_calendar(world(), caller(), body.key, values, None, is_new=True), 201)


@resource.post("/calendars/due", act=SIGNED_IN, answers={200: Due})
def read_due(body: DueBody) -> Response:
    """When something is due that has so many working minutes; nothing is stored."""
    if not EARLIEST <= body.start.year <= LATEST:
        message = text("时间超出范围", "the time is out of range")
        raise InvalidInput(message, [Problem("/start", message, "range")])
    calendar = _ready(body.document)
    due = add_working(body.start, timedelta(minutes=body.minutes), calendar)
    found = [one.as_json() for one in remarks(body.start, due, calendar)]
    return answer({"due": due, "remarks": found})


@resource.post("/calendars/days", act=SIGNED_IN, answers={200: Days})
def list_calendar_days(body: DaysBody) -> Response:
    """The hours of each day, holidays and make-up workdays in; nothing is stored."""
    calendar = _ready(body.document)
    day = date.fromisoformat(f"{body.month}-01" if "-" in body.month else f"{body.month}-01-01")
    found = []
    while day.isoformat().startswith(body.month):
        hours = [[_clock(since), _clock(until)] for since, until in calendar.hours(day)]
        found.append({"date": day, "hours": hours})
        day += timedelta(days=1)
    return answer({"items": found})


def _ready(document: dict[str, Any]) -> Calendar:
    own.check_document(document)
    return load_calendar(document)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@resource.get("/calendars/<key>", act=SIGNED_IN, answers={200: CalendarShown}, etag=True)
def read_calendar(path: CalendarPath) -> Response:
    """One calendar."""
    return shown(own.read_calendar(world(), tenant(), path.key))


@resource.put(
    "/calendars/<key>",
    act="calendars.edit",
    answers={200: CalendarShown},
    if_match=True,
    etag=True,
)
def update_calendar(path: CalendarPath, body: CalendarBody) -> Response:
    """Changes a calendar; times already worked out stay as they are."""
    before = own.read_calendar(world(), tenant(), path.key)
    revision = etags.check(own.revision_of(before))
    row = own.put_calendar(world(), caller(), path.key, body.model_dump(), revision, is_new=False)
    return shown(row)


@resource.delete("/calendars/<key>", act="calendars.edit", answers={204: None})
def delete_calendar(path: CalendarPath) -> Response:
    """Takes a calendar away; 409 while a step of a published flow counts by it."""
    own.delete_calendar(world(), caller(), path.key)
    return answer(status=204)


@resource.get("/calendars/<key>/uses", act="flows.read", answers={200: Uses})
def list_calendar_uses(path: CalendarPath) -> Response:
    """The steps that count by this calendar, in drafts and in published flows."""
    own.read_calendar(world(), tenant(), path.key)
    found = find_uses(world(), tenant(), "calendar", path.key.__eq__, locale())
    return answer({"items": [UseShown.model_validate(one) for one in found]})

"""Working calendars: when people work, holidays and make-up workdays."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from flask import Response
from pydantic import Field, StringConstraints

from api import etags
from api.answers import answer
from api.context import caller, tenant, world
from api.org import Name
from api.resource import SIGNED_IN, Model, Resource, Shown
from engine.core.text import text
from engine.core.working_calendar import default_calendar
from engine.runtime import tenant as own
from engine.store import calendars as store

resource = Resource("calendars", text("工作日历", "Working calendars"))

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
    return answer({"items": items, "standard": default_calendar()})


@resource.post("/calendars", act="calendars.edit", answers={201: CalendarShown}, etag=True)
def create_calendar(body: NewCalendar) -> Response:
    """A new calendar."""
    values = body.model_dump(exclude={"key"})
    return shown(own.put_calendar(world(), caller(), body.key, values, None, is_new=True), 201)


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
    """Takes a calendar away; steps that name it fail with a sentence."""
    own.delete_calendar(world(), caller(), path.key)
    return answer(status=204)

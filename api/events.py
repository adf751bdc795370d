"""Events: received as CloudEvents, one or many, and looked at.

Receiving is the hot path: no model is made of the body. It is parsed once, read event by event, and
handed to the inbox in one call, which takes all of them or none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import orjson
from flask import Response, request
from pydantic import Field

from api.answers import answer, page
from api.context import context, locale, tenant, world
from api.errors import Unsupported
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown
from api.runs import RunShown, runs_shown
from api.shapes import ReceivedEvent
from api.strict_json import check_json
from engine.core.errors import InvalidInput, NotFound, Problem, TooLarge
from engine.core.event import CLOUD_EVENT, CLOUD_EVENTS, Event, read_event
from engine.core.event_types import EVENT_TYPES
from engine.core.redact import redact
from engine.core.text import text
from engine.runtime.explain import explain_event
from engine.runtime.inbox import Received, as_event, receive
from engine.store import events as store
from engine.store import runs as run_store

resource = Resource("events", text("事件", "Events: what happened, received once"))

MOST_EVENTS = 1000
MOST_PROBLEMS = 100
OWN_SOURCE = "/jimu"
_CLOUD_EVENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["id", "source", "type", "data"],
    "additionalProperties": False,
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1, "maxLength": 200},
        "source": {"type": "string", "minLength": 1, "maxLength": 200},
        "type": {"type": "string", "minLength": 1, "maxLength": 100},
        "subject": {"type": "string", "maxLength": 200},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"type": "string"},
        "data": {"type": "object", "description": "See /api/v1/schemas/<type>"},
    },
    "example": {
        "specversion": "1.0",
        "id": "testdrive/1001",
        "source": "/crm",
        "type": "testdrive.done",
        "time": "2026-11-11T02:00:00Z",
        "data": {"testdrive": {"id": "1001", "model": "A3"}},
    },
}
_BATCH_SCHEMA: dict[str, Any] = {
    "type": "array",
    "maxItems": MOST_EVENTS,
    "items": {**_CLOUD_EVENT_SCHEMA},
}
_BODY = {
    "required": True,
    "description": (
        "One CloudEvent (structured), a batch, or in binary mode the data alone with `ce-id`, "
        "`ce-source`, `ce-type`, `ce-time` and `ce-subject` as headers."
    ),
    "content": {
        CLOUD_EVENT: {"schema": _CLOUD_EVENT_SCHEMA},
        CLOUD_EVENTS: {"schema": _BATCH_SCHEMA},
        "application/json": {"schema": {"oneOf": [_CLOUD_EVENT_SCHEMA, _BATCH_SCHEMA]}},
    },
}


class Receipts(Shown):
    """What became of each event, in the order sent."""

    events: list[ReceivedEvent]


class EventPath(Model):
    """Which event."""

    event_id: str = Field(pattern=r"^evt_[0-9A-Z]{26}$")


class EventsQuery(PageQuery):
    """Which events."""

    type: str | None = Field(None, max_length=100, examples=["order.paid"])
    owner: str | None = Field(None, max_length=300, description='"customer:cus_…", "order:…"')
    subject: str | None = Field(None, max_length=200)


class EventShown(Shown):
    """An event without its data."""

    id: str
    source: str
    external_id: str
    type: str
    subject: str
    time: datetime
    received_at: datetime
    owner: str = Field(description="Whose event it is, and so whose lane")
    connection: str | None = Field(description="The connection that brought it")


class TriggerOfFlow(Shown):
    """What a live trigger says to the event."""

    flow: str | None
    node: str
    fires: bool
    code: str
    reason: str
    values: dict[str, Any]


class EventDetail(EventShown):
    """An event with its data, its runs, and why other flows did not start."""

    data: dict[str, Any] = Field(description="Secrets and people's numbers are covered")
    chain: list[str] | None = Field(description="What led to an event of our own")
    runs: list[RunShown]
    triggers: list[TriggerOfFlow] = Field(description="By the versions that are live now")


@resource.post(
    "/events",
    act="events.write",
    answers={202: Receipts},
    content=(CLOUD_EVENT, CLOUD_EVENTS, "application/json"),
    document={"requestBody": _BODY},
)
def send_events() -> Response:
    """Receives one event or up to 1000, all or none.

    The same source and id again is the same event: it gets the first answer and nothing happens.
    Sources that begin with /jimu and the system's own types are refused.
    """
    events, under = _read()
    try:
        found = receive(world(), tenant(), events)
    except InvalidInput as error:
        raise _moved(error, len(events), under) from None
    context().meters.count_events(found)
    return answer({"events": [_receipt(one) for one in found]}, 202)


def _receipt(one: Received) -> dict[str, Any]:
    return {
        "id": one.id,
        "source": one.source,
        "external_id": one.external_id,
        "is_new": one.is_new,
    }


def _read() -> tuple[list[Event], str]:
    """The events of the body, and what kind of body it is: one, batch or binary."""
    raw = request.get_data()
    found = parse(raw)
    now = world().now()
    kind = request.mimetype
    if kind != CLOUD_EVENTS and "ce-id" in request.headers:
        if kind == CLOUD_EVENT:
            raise Unsupported(
                text("二进制模式应为 application/json", "binary mode takes application/json")
            )
        return [_read_binary(found, now)], "binary"
    if isinstance(found, list) and kind != CLOUD_EVENT:
        return _read_batch(found, now), "batch"
    if kind == CLOUD_EVENTS:
        message = text("应为事件数组", "must be a list of events")
        raise InvalidInput(message, [Problem("", message, "list_type")])
    event = read_event(found, now=now)
    problems = _refused(event, "")
    if problems:
        raise InvalidInput(text("事件被拒绝", "the event is refused"), problems)
    return [event], "one"


def parse(raw: bytes) -> Any:
    """The value of a JSON text, by the same strict rules as everywhere (strict_json.py).

    What is written just as orjson would write it can break none of them (each name once, whole
    numbers that fit, no escapes): so most senders pay a fifth.
    """
    try:
        found = orjson.loads(raw)
        if b"\\u" not in raw and orjson.dumps(found) == raw:
            return found
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        pass
    return check_json(raw)


def _read_batch(found: Sequence[Any], now: datetime) -> list[Event]:
    if len(found) > MOST_EVENTS:
        raise TooLarge(
            text(f"一次最多 {MOST_EVENTS} 个事件", f"at most {MOST_EVENTS} events at once")
        )
    events: list[Event] = []
    problems: list[Problem] = []
    for index, one in enumerate(found):
        try:
            event = read_event(one, f"/{index}", now)
            problems += _refused(event, f"/{index}")
            events.append(event)
        except InvalidInput as error:
            problems += error.problems
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise InvalidInput(
            text("有事件格式不对，全部未接收", "an event is malformed: none was taken"), problems
        )
    return events


def _read_binary(data: Any, now: datetime) -> Event:
    """CloudEvents HTTP binding, binary mode: attributes in percent-encoded headers, data alone."""
    document: dict[str, Any] = {
        name[3:].lower(): unquote(value)
        for name, value in request.headers.items()
        if name[:3].lower() == "ce-"
    }
    try:
        event = read_event({**document, "data": data}, now=now)
    except InvalidInput as error:
        raise InvalidInput(error.message, [_in_headers(one) for one in error.problems]) from None
    problems = [_in_headers(one) for one in _refused(event, "")]
    if problems:
        raise InvalidInput(text("事件被拒绝", "the event is refused"), problems)
    return event


def _in_headers(one: Problem) -> Problem:
    path = one.path
    moved = path[5:] if path.startswith("/data") else f"/header/ce-{path[1:]}"
    return Problem(moved, one.message, one.code)


def _refused(event: Event, under: str) -> list[Problem]:
    """What comes from outside may not speak for the system itself."""
    found = []
    if event.source == OWN_SOURCE or event.source.startswith(OWN_SOURCE + "/"):
        message = text("来源 /jimu 由系统自用", "the source /jimu is the system's own")
        found.append(Problem(f"{under}/source", message, "reserved"))
    known = EVENT_TYPES.get(event.type)
    if known is not None and known.internal:
        message = text("这个类型只由系统产生", "only the system itself makes this type")
        found.append(Problem(f"{under}/type", message, "internal_type"))
    return found


def _moved(error: InvalidInput, count: int, kind: str) -> InvalidInput:
    """The inbox's paths as they lie in what was sent."""
    problems = []
    for one in error.problems:
        path = one.path
        if kind == "batch" and count == 1:
            path = f"/0{path}"
        elif kind == "binary":
            path = re.sub("^/data", "", path)
        problems.append(Problem(path, one.message, one.code))
    return InvalidInput(error.message, problems)


@resource.get("/events", act="events.read", answers={200: Page[EventShown]})
def list_events(query: EventsQuery) -> Response:
    """Events, the newest first."""
    (before,) = start(query, str) or (None,)
    with world().db.reading() as conn:
        rows = store.list_events(
            conn,
            tenant(),
            before=before,
            type_=query.type,
            owner=query.owner,
            subject=query.subject,
            limit=query.limit + 1,
        )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return page(kept, EventShown.model_validate, following)


@resource.get("/events/<event_id>", act="events.read", answers={200: EventDetail})
def read_one_event(path: EventPath) -> Response:
    """One event, the runs it started, and why other triggers that heard it did not fire."""
    with world().db.reading() as conn:
        rows = store.find_events(conn, tenant(), [path.event_id])
        runs = run_store.runs_of_event(conn, tenant(), path.event_id) if rows else []
    if not rows:
        raise NotFound(text("没有这个事件", "there is no such event"))
    (row,) = rows
    triggers: Sequence[Mapping[str, Any]] = ()
    if not row.source.startswith("/jimu/starts/"):
        triggers = explain_event(world(), tenant(), row, as_event(row), locale())
    envelope = EventShown.model_validate(row).model_dump()
    return answer(
        {
            **envelope,
            "data": redact(dict(row.data)),
            "chain": row.chain,
            "runs": runs_shown(runs),
            "triggers": triggers,
        }
    )

"""A tenant's own event types: what the business itself calls an event, and what is in it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from flask import Response
from pydantic import Field, StringConstraints

from api import etags
from api.answers import answer
from api.context import caller, locale, tenant, world
from api.errors import ProblemItem
from api.resource import Model, Resource, Shown, Words
from api.shapes import Uses, UseShown
from engine.core.event_types import matches
from engine.core.schema import check_schema, check_value
from engine.core.text import text
from engine.runtime import own_types
from engine.runtime.uses import find_uses

MOST_PROBLEMS = 100

resource = Resource("event-types", text("自定义事件", "Own event types"))

TypeName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{2,99}$"), Field(examples=["testdrive.done"])
]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"testdrive": {"type": "object", "properties": {"model": {"type": "string"}}}},
}


class TypePath(Model):
    """Which type."""

    type: TypeName


class LabelBody(Model):
    """The name people see, in both languages."""

    zh: Label = Field(examples=["试驾完成"])
    en: Label = Field(examples=["Test drive done"])


class TypeBody(Model):
    """What a type is called and what its data looks like."""

    label: LabelBody
    schema_: dict[str, Any] = Field(
        alias="schema",
        description="JSON Schema of the event's `data`",
        json_schema_extra={"examples": [_SCHEMA]},
    )


class NewType(TypeBody):
    """A type to be added."""

    type: TypeName


class TypeShown(Shown):
    """An own event type."""

    type: str
    label: Words
    schema_: dict[str, Any] = Field(alias="schema")
    scene: str | None = Field(description="The template that brought it, key@version")
    revision: int = Field(description="For If-Match")
    updated_at: datetime


class CheckBody(Model):
    """A schema that may not be saved yet, and the `data` of a sample event."""

    schema_: dict[str, Any] = Field(alias="schema", json_schema_extra={"examples": [_SCHEMA]})
    data: dict[str, Any] = Field(examples=[{"testdrive": {"model": "Jimu 5"}}])


class Checked(Shown):
    """What is wrong; nothing: it fits."""

    problems: list[ProblemItem] = Field(description="Paths in the data, or below /schema")


class Types(Shown):
    """All own event types, by name."""

    items: list[TypeShown]


def show(row: Any) -> TypeShown:
    return TypeShown(
        type=row.type,
        label=Words(zh=row.label["zh"], en=row.label["en"]),
        schema=row.schema,
        scene=row.scene,
        revision=row.revision,
        updated_at=row.updated_at,
    )


def shown(row: Any, status: int = 200) -> Response:
    location = f"/api/v1/event-types/{row.type}" if status == 201 else None
    return answer(show(row), status, etag=etags.tag(row.revision), location=location)


@resource.get("/event-types", act="flows.read", answers={200: Types})
def list_event_types() -> Response:
    """The tenant's own event types; those of the product are in the catalog."""
    rows = own_types.list_own_types(world(), tenant())
    return answer({"items": [show(row) for row in rows]})


@resource.post("/event-types", act="flows.edit", answers={201: TypeShown}, etag=True)
def add_event_type(body: NewType) -> Response:
    """A new event type; from now on events of it must fit its schema."""
    label = text(body.label.zh, body.label.en)
    return shown(own_types.add_own_type(world(), caller(), body.type, label, body.schema_), 201)


@resource.get("/event-types/<type>", act="flows.read", answers={200: TypeShown}, etag=True)
def read_event_type(path: TypePath) -> Response:
    """One event type."""
    return shown(own_types.read_own_type(world(), tenant(), path.type))


@resource.put(
    "/event-types/<type>", act="flows.edit", answers={200: TypeShown}, if_match=True, etag=True
)
def change_event_type(path: TypePath, body: TypeBody) -> Response:
    """Changes a type; events that are there stay as they are."""
    revision = etags.check(own_types.read_own_type(world(), tenant(), path.type).revision)
    label = text(body.label.zh, body.label.en)
    return shown(
        own_types.change_own_type(
            world(), caller(), path.type, label, body.schema_, revision=revision
        )
    )


@resource.delete("/event-types/<type>", act="flows.edit", answers={204: None}, if_match=True)
def delete_event_type(path: TypePath) -> Response:
    """Takes a type away, unless a live flow listens to it."""
    revision = etags.check(own_types.read_own_type(world(), tenant(), path.type).revision)
    own_types.forget_own_type(world(), caller(), path.type, revision=revision)
    return answer(status=204)


@resource.get("/event-types/<type>/uses", act="flows.read", answers={200: Uses})
def list_event_type_uses(path: TypePath) -> Response:
    """The steps that listen to this event, in drafts and in published flows."""
    own_types.read_own_type(world(), tenant(), path.type)
    found = find_uses(
        world(), tenant(), "event_type", lambda named: matches(named, path.type), locale()
    )
    return answer({"items": [UseShown.model_validate(one) for one in found]})


@resource.post("/event-types/check", act="flows.read", answers={200: Checked})
def check_event_data(body: CheckBody) -> Response:
    """What a sample lacks to be an event of this schema; nothing is stored."""
    found = check_schema(body.schema_, "/schema") or check_value(body.schema_, body.data)
    return answer({"problems": [one.as_json() for one in found[:MOST_PROBLEMS]]})

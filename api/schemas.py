"""JSON Schemas: the canonical records, event types, the flow document, the names a step reads."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Response
from pydantic import Field

from api.answers import answer
from api.context import locale, tenant, world
from api.resource import Model, Resource, Shown
from api.shapes import AnyObject
from engine.core.catalog import said
from engine.core.errors import NotFound
from engine.core.event_types import EVENT_TYPES, event_schema
from engine.core.flow import Flow
from engine.core.records.schema import DRAFT, RECORDS, schemas
from engine.core.text import Locale, say, text
from engine.core.validate import schema_of_scope
from engine.runtime.own_types import list_own_types
from engine.runtime.publish import known

resource = Resource("schemas", text("数据结构", "JSON Schemas of records, events and documents"))


class SchemaPath(Model):
    """Which schema."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_.]{0,99}$",
        description="A record (order), an event type (order.paid), or flow",
        examples=["order"],
    )


class SchemaEntry(Shown):
    """One schema there is."""

    name: str
    kind: str = Field(description="record, event or document")
    title: str


class SchemaList(Shown):
    """Every schema there is."""

    items: list[SchemaEntry]


class ScopeBody(Model):
    """A document and one of its steps."""

    document: Flow
    node: str = Field(max_length=64, description="Id of the step", examples=["tag"])


class Scope(Shown):
    """What a step can read."""

    schema_: dict[str, Any] = Field(alias="schema", description="JSON Schema of the names")


@resource.get("/schemas", act="flows.read", answers={200: SchemaList})
def list_schemas() -> Response:
    """The schemas there are: records, event types (own ones too), the flow document."""
    language = locale()
    items = [
        {"name": name, "kind": "record", "title": say(title, language)}
        for name, (_, title) in RECORDS.items()
    ]
    items += [
        {"name": one.type, "kind": "event", "title": say(one.label, language)}
        for one in EVENT_TYPES.values()
    ]
    items += [
        {"name": row.type, "kind": "event", "title": row.label[language]}
        for row in list_own_types(world(), tenant())
    ]
    said_of_flow = say(text("流程文档", "Flow document"), language)
    items.append({"name": "flow", "kind": "document", "title": said_of_flow})
    return answer({"items": items})


@resource.get("/schemas/<name>", act="flows.read", answers={200: AnyObject})
def read_schema(path: SchemaPath) -> Response:
    """One schema (JSON Schema 2020-12), its titles in the caller's language."""
    language = locale()
    if path.name == "flow":
        return answer(_of_flow())
    if path.name in RECORDS:
        return answer(_of_records(language)[path.name])
    if path.name in EVENT_TYPES:
        return answer(said(event_schema(path.name), language))
    own = {row.type: row.schema for row in list_own_types(world(), tenant())}
    if path.name in own:
        return answer(event_schema(path.name, own[path.name]))
    raise NotFound(text(f"没有数据结构 {path.name}", f"there is no schema {path.name}"))


@resource.post("/schemas/scope", act="flows.read", answers={200: Scope}, problems=(404,))
def read_scope(body: ScopeBody) -> Response:
    """The names a step can read, for completion and the data picker."""
    with world().db.reading() as conn:
        offers = known(world(), conn, tenant())
    found = schema_of_scope(body.document, body.node, world().registry, offers)
    return answer({"schema": said(found, locale())})


@lru_cache(maxsize=1)
def _of_flow() -> dict[str, Any]:
    return {"$schema": DRAFT, **Flow.model_json_schema(by_alias=True)}


@lru_cache(maxsize=2)
def _of_records(language: Locale) -> dict[str, dict[str, Any]]:
    return {name: said(found, language) for name, found in schemas(language).items()}

"""The catalogue: every block the designer can place, and the words of its language."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, current_app
from pydantic import Field

from api.answers import dump
from api.context import KEY, locale, world
from api.resource import Model, Resource, Shown
from engine.core.catalog import catalog
from engine.core.text import Locale, text

resource = Resource("catalog", text("积木目录", "The blocks a flow is made of"))


class CatalogQuery(Model):
    """In which language."""

    locale: Locale | None = Field(None, description="Instead of Accept-Language")


class Labelled(Shown):
    """A port with its label."""

    id: str
    label: str


class NodeError(Shown):
    """A code that an error route can match."""

    code: str
    label: str


class Group(Shown):
    """A group of the palette."""

    key: str
    label: str


class Block(Shown):
    """One block of the palette."""

    type: str
    group: str
    kind: str
    label: str
    summary: str
    icon: str = Field(description="SVG")
    help: str = Field(description="Markdown")
    ports: list[Labelled]
    ports_from: str | None
    writes_from: str | None
    config: dict[str, Any] = Field(description="JSON Schema its form is drawn from")
    errors: list[NodeError]
    effect_class: str
    waits: bool
    has_body: bool
    version: int
    output: dict[str, Any] | None = Field(description="JSON Schema; null where it varies")
    output_varies: bool
    search: list[str]
    starts: str | None
    connector: str | None
    action: str | None


class EventTypeShown(Shown):
    """One event type."""

    type: str
    label: str
    group: str
    group_label: str
    record: str | None
    internal: bool


class Catalog(Shown):
    """Everything the designer offers."""

    locale: Locale
    groups: list[Group]
    nodes: list[Block]
    event_types: list[EventTypeShown]
    language: dict[str, Any] = Field(description="Keywords, functions, members and operators")


@resource.get("/catalog", act="flows.read", answers={200: Catalog}, etag=True)
def read_catalog(query: CatalogQuery) -> Response:
    """Node types, event types and the expression language.

    It changes only with the installation: send the ETag as If-None-Match and get 304.
    """
    language = query.locale or locale()
    body, tag = _made(language)
    response = Response(body, mimetype="application/json")
    response.headers["ETag"] = tag
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language, Cookie, Authorization"
    return response


def _made(language: Locale) -> tuple[bytes, str]:
    kept: dict[Locale, tuple[bytes, str]] = current_app.extensions.setdefault(f"{KEY}.catalog", {})
    if language not in kept:
        body = dump(catalog(world().registry, language))
        kept[language] = (body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')
    return kept[language]

"""One search over flows, runs, events, orders, money and people."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import StringConstraints

from api.answers import answer
from api.context import caller, world
from api.permissions import visible_units
from api.resource import SIGNED_IN, Model, Resource, Shown
from api.settlement_reach import READ, visible_parties
from engine.core.text import text
from engine.runtime.searching import Kind, search

resource = Resource("search", text("搜索", "One search over everything"))


class SearchQuery(Model):
    """What to look for: part of a name, an order's number, an id."""

    q: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$"
        ),
    ]


class Hit(Shown):
    """Something that was found."""

    kind: Kind
    id: str
    title: str
    about: str


class Hits(Shown):
    """What was found, kind by kind."""

    items: list[Hit]


@resource.get("/search", act=SIGNED_IN, answers={200: Hits})
def list_found(query: SearchQuery) -> Response:
    """Flows, connections, cards, parties and people by name; orders by number; the rest by id.

    Only what the caller may see. The id of an order is that of the event that carries its newest
    record.
    """
    who = caller()
    parties = visible_parties() if who.may(READ) else frozenset()
    units: frozenset[str] | None = frozenset()
    if who.may("users.read"):
        with world().db.reading() as conn:
            units = visible_units(conn, who, "users.read")
    found = search(world(), who, query.q, parties=parties, units=units)
    return answer({"items": [Hit.model_validate(one) for one in found]})

"""The org tree: head office, regions, stores, departments. The example of a resource."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field, StringConstraints

from api import etags
from api.answers import answer, page
from api.context import caller, world
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown
from engine.core.text import text
from engine.runtime import org

resource = Resource("org", text("组织架构", "The org tree: roles grant acts, the tree grants rows"))

UnitId = Annotated[
    str,
    StringConstraints(pattern=r"^org_[0-9A-Z]{26}$"),
    Field(examples=["org_01KBC3W5A07Y2ZK4T0N9Q5V1WX"]),
]
Kind = Literal["head_office", "region", "store", "department"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class UnitPath(Model):
    """Which unit."""

    unit_id: UnitId


class UnitFields(Model):
    """What a unit says of itself."""

    kind: Kind
    name: Name = Field(examples=["上海静安店"])
    head_id: str | None = Field(None, max_length=40, description="The user who leads it")
    external_id: str | None = Field(None, max_length=120, description="Its id elsewhere")
    place: dict[str, Any] | None = Field(None, description="Address and coordinates")
    area: dict[str, Any] | None = Field(None, description="The area it serves")


class NewUnit(UnitFields):
    """A unit to be made."""

    parent_id: UnitId


class Move(Model):
    """Where a unit goes."""

    parent_id: UnitId


class Unit(Shown):
    """A unit of the tree."""

    id: str
    parent_id: str | None
    path: str = Field(description="Ids from the root down, as /org_a/org_b/")
    kind: Kind
    name: str
    head_id: str | None
    external_id: str | None
    place: dict[str, Any] | None
    area: dict[str, Any] | None
    revision: int
    created_at: datetime


def show(row: Any) -> Unit:
    return Unit.model_validate(row)


@resource.get("/org-units", act="org.read", answers={200: Page[Unit]})
def list_org_units(query: PageQuery) -> Response:
    """The units one may see, a parent before its children."""
    (after,) = start(query, str) or ("",)
    rows = org.list_units(world(), caller(), after=after, limit=query.limit + 1)
    kept, following = split(rows, query.limit, lambda row: [row.path])
    return page(kept, show, following)


@resource.post("/org-units", act="org.edit", answers={201: Unit}, etag=True)
def create_org_unit(body: NewUnit) -> Response:
    """A new unit below another."""
    row = org.create_unit(world(), caller(), body.model_dump())
    return answer(
        show(row), 201, etag=etags.tag(row.revision), location=f"/api/v1/org-units/{row.id}"
    )


@resource.get("/org-units/<unit_id>", act="org.read", answers={200: Unit}, etag=True)
def read_org_unit(path: UnitPath) -> Response:
    """One unit."""
    row = org.read_unit(world(), caller(), path.unit_id)
    return answer(show(row), etag=etags.tag(row.revision))


@resource.put("/org-units/<unit_id>", act="org.edit", answers={200: Unit}, if_match=True, etag=True)
def update_org_unit(path: UnitPath, body: UnitFields) -> Response:
    """Changes what a unit says of itself."""
    revision = etags.check(org.read_unit(world(), caller(), path.unit_id).revision)
    row = org.update_unit(world(), caller(), path.unit_id, revision, body.model_dump())
    return answer(show(row), etag=etags.tag(row.revision))


@resource.post(
    "/org-units/<unit_id>/move", act="org.edit", answers={200: Unit}, if_match=True, etag=True
)
def move_org_unit(path: UnitPath, body: Move) -> Response:
    """Hangs a unit, with all below it, under another one."""
    revision = etags.check(org.read_unit(world(), caller(), path.unit_id).revision)
    row = org.move_unit(world(), caller(), path.unit_id, revision, body.parent_id)
    return answer(show(row), etag=etags.tag(row.revision))


@resource.delete("/org-units/<unit_id>", act="org.edit", answers={204: None})
def delete_org_unit(path: UnitPath) -> Response:
    """Takes away a unit that nothing hangs on."""
    org.delete_unit(world(), caller(), path.unit_id)
    return answer(status=204)

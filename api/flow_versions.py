"""A flow's versions: read, compared, taken back to; and what its triggers say to an event."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from flask import Response
from pydantic import Field, StringConstraints

from api.answers import answer
from api.context import caller, locale, tenant, world
from api.flows import Made, made
from api.resource import Model, Resource, Shown
from api.shapes import AnyObject, FlowKey, FlowPath
from engine.core.event import read_event
from engine.core.text import text
from engine.runtime import carrying, versions
from engine.runtime import publish as flows
from engine.runtime.authors import place_of
from engine.runtime.explain import explain_flow
from engine.store import flows as store

resource = Resource("flow-versions", text("流程版本", "Versions of a flow"))

Which = Annotated[
    str,
    StringConstraints(pattern=r"^(draft|live|[1-9][0-9]{0,5})$"),
    Field(description="draft, live or a version's number", examples=["live"]),
]


class VersionPath(Model):
    """Which version of which flow."""

    key: FlowKey
    which: Which


class NumberPath(Model):
    """Which version of which flow, by number."""

    key: FlowKey
    number: int = Field(ge=1, le=999_999)


class DiffQuery(Model):
    """What is compared."""

    from_: Which = Field("live", alias="from")
    to: Which = "draft"


class VersionShown(Shown):
    """A version without its document."""

    id: str
    number: int
    note: str
    params: dict[str, Any]
    published_by: str | None
    published_at: datetime
    rolled_back_from: int | None
    sub_flows: dict[str, str] = Field(description="Versions of the flows it calls, by key")


class Versions(Shown):
    """All versions of a flow, newest first."""

    items: list[VersionShown]


class ChangeShown(Shown):
    """One difference."""

    kind: str
    part: str
    path: str
    before: Any = None
    after: Any = None
    cosmetic: bool = Field(description="Whether no run can tell the difference")
    node: str | None = None
    message: str | None = None
    message_zh: str | None = None
    by: str | None = Field(None, description="The name of who changed it last, where it is known")


class Diff(Shown):
    """What differs between two documents of a flow."""

    changes: list[ChangeShown]


class MatchBody(Model):
    """An event to try, as a CloudEvent; nothing is stored and nothing starts."""

    event: dict[str, Any]
    which: Which = "draft"


class TriggerSaid(Shown):
    """What one trigger says to an event."""

    node: str
    fires: bool
    code: str = Field(description="fired, counted, condition, connection, other_type, count, …")
    reason: str = Field(description="A sentence in the caller's language")
    values: dict[str, Any] = Field(description="What its condition has read")


class Matched(Shown):
    """What every trigger says."""

    triggers: list[TriggerSaid]


@resource.get("/flows/<key>/versions", act="flows.read", answers={200: Versions})
def list_versions(path: FlowPath) -> Response:
    """All versions, newest first."""
    row = versions.read_flow(world(), tenant(), path.key)
    with world().db.reading() as conn:
        rows = store.list_versions(conn, tenant(), row.id)
    return answer({"items": [VersionShown.model_validate(one) for one in rows]})


@resource.get("/flows/<key>/versions/<which>", act="flows.read", answers={200: AnyObject})
def read_version(path: VersionPath) -> Response:
    """The document of a version, as it was published; secrets are covered for mere readers."""
    document = versions.read_document(world(), tenant(), path.key, path.which)
    return answer(carrying.shown(world(), caller(), document))


@resource.get("/flows/<key>/diff", act="flows.read", answers={200: Diff})
def diff_versions(path: FlowPath, query: DiffQuery) -> Response:
    """What changed from one document to another, told by the ids of steps and rows."""
    asked = (world(), tenant(), path.key, query.from_, query.to)
    names = versions.authors_between(*asked)
    shown = [one.as_json() | {"by": names.get(place_of(one.path))} for one in versions.diff(*asked)]
    return answer({"changes": shown})


@resource.post(
    "/flows/<key>/versions/<int:number>/rollback", act="flows.publish", answers={201: Made}
)
def roll_back_flow(path: NumberPath) -> Response:
    """An old version's document as a new version, live at once."""
    return made(flows.roll_back(world(), caller(), path.key, path.number))


@resource.post("/flows/<key>/match", act="flows.read", answers={200: Matched})
def match_event(path: FlowPath, body: MatchBody) -> Response:
    """Which triggers this event would fire, and why the others would not."""
    event = read_event({"source": "/preview", "id": "preview", **body.event}, "/event", _now())
    found = explain_flow(world(), tenant(), path.key, event, which=body.which, locale=locale())
    return answer({"triggers": found})


def _now() -> datetime:
    return world().now()

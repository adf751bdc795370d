"""Flows: drafts, checking, publishing, pausing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api import etags
from api.answers import answer, page
from api.context import caller, tenant, world
from api.errors import ProblemItem
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown
from api.shapes import FlowPath
from engine.core.flow import Flow, dump_flow
from engine.core.text import text
from engine.runtime import carrying, versions
from engine.runtime import publish as flows
from engine.runtime.flow_params import set_params
from engine.store import flows as store

resource = Resource("flows", text("流程", "Flows: drafts, versions, publishing"))

Status = Literal["draft", "live", "paused", "archived"]


class FlowsQuery(PageQuery):
    """Which flows."""

    status: Status | None = Field(None, description="Without it: all but the archived")


class FlowShown(Shown):
    """A flow without its document."""

    id: str
    key: str
    name: str
    status: Status
    revision: int = Field(description="Of the draft, for If-Match")
    base_version: int | None = Field(description="The version the draft was taken from")
    live_version: str | None = Field(description="Id of the version that is live")
    scene: str | None = Field(description="The template it was installed from, key@version")
    params: dict[str, Any] | None
    owner_user: str | None
    edited_by: str | None = Field(description="Who holds the edit lock")
    edited_until: datetime | None
    created_at: datetime
    updated_at: datetime


class FlowWithDraft(FlowShown):
    """A flow with its draft."""

    draft: dict[str, Any] | None


class SavedDraft(Shown):
    """A draft that was saved."""

    revision: int


class Checked(Shown):
    """What publishing would say."""

    ok: bool = Field(description="Whether it could be published")
    problems: list[ProblemItem]


class PublishBody(Model):
    """What to say of the new version."""

    note: str = Field("", max_length=2000, examples=["双11 门槛调整"])


class Made(Shown):
    """A version that was published."""

    number: int
    version_id: str
    remarks: list[ProblemItem]


class ParamsBody(Model):
    """Values of the flow's parameters; what is left out keeps its default."""

    params: dict[str, Any]


def show(row: Any) -> FlowShown:
    return FlowShown.model_validate(row)


def shown(key: str, status: int = 200, *, with_draft: bool = False) -> Response:
    """A flow as it is now; secrets in its draft are covered for those who may not edit."""
    row = versions.read_flow(world(), tenant(), key)
    found: FlowShown = show(row)
    if with_draft:
        draft = carrying.shown(world(), caller(), row.draft) if row.draft else None
        found = FlowWithDraft(**found.model_dump(), draft=draft)
    location = f"/api/v1/flows/{row.key}" if status == 201 else None
    return answer(found, status, etag=etags.tag(row.revision), location=location)


def made(found: flows.Published) -> Response:
    """A new version as an answer."""
    remarks = [one.as_json() for one in found.remarks]
    return answer({"number": found.number, "version_id": found.version_id, "remarks": remarks}, 201)


@resource.get("/flows", act="flows.read", answers={200: Page[FlowShown]})
def list_flows(query: FlowsQuery) -> Response:
    """Flows, by key."""
    (after,) = start(query, str) or ("",)
    with world().db.reading() as conn:
        rows = store.list_flows(
            conn, tenant(), after=after, limit=query.limit + 1, status=query.status
        )
    kept, following = split(rows, query.limit, lambda row: [row.key])
    return page(kept, show, following)


@resource.post("/flows", act="flows.edit", answers={201: FlowWithDraft}, etag=True)
def create_flow(body: Flow) -> Response:
    """A new flow with this document as its draft."""
    row = flows.create_flow(world(), caller(), dump_flow(body))
    return shown(row.key, 201, with_draft=True)


@resource.get("/flows/<key>", act="flows.read", answers={200: FlowWithDraft}, etag=True)
def read_flow(path: FlowPath) -> Response:
    """A flow with its draft."""
    return shown(path.key, with_draft=True)


@resource.put(
    "/flows/<key>/draft", act="flows.edit", answers={200: SavedDraft}, if_match=True, etag=True
)
def save_draft(path: FlowPath, body: Flow) -> Response:
    """Saves the draft; of two editors the second gets 412."""
    revision = etags.check(versions.read_flow(world(), tenant(), path.key).revision)
    saved = flows.save_draft(world(), caller(), path.key, dump_flow(body), revision=revision)
    return answer({"revision": saved}, etag=etags.tag(saved))


@resource.post("/flows/<key>/validate", act="flows.read", answers={200: Checked})
def validate_draft(path: FlowPath) -> Response:
    """Everything publishing the stored draft would refuse or remark on."""
    return _checked(versions.read_document(world(), tenant(), path.key))


@resource.post("/flows/validate", act="flows.read", answers={200: Checked})
def validate_document(body: Flow) -> Response:
    """The same for a document that is not stored."""
    return _checked(dump_flow(body))


def _checked(document: Any) -> Response:
    problems = flows.check(world(), tenant(), document)
    ok = not any(one.level == "error" for one in problems)
    return answer({"ok": ok, "problems": [one.as_json() for one in problems]})


@resource.post("/flows/<key>/publish", act="flows.publish", answers={201: Made}, if_match=True)
def publish_flow(path: FlowPath, body: PublishBody) -> Response:
    """The draft as a new version, live at once. If-Match names the draft that was looked at."""
    revision = etags.check(versions.read_flow(world(), tenant(), path.key).revision)
    return made(flows.publish(world(), caller(), path.key, revision=revision, note=body.note))


@resource.post("/flows/<key>/pause", act="flows.publish", answers={200: FlowShown}, etag=True)
def pause_flow(path: FlowPath) -> Response:
    """No new runs; those under way go on."""
    flows.set_status(world(), caller(), path.key, "paused")
    return shown(path.key)


@resource.post("/flows/<key>/resume", act="flows.publish", answers={200: FlowShown}, etag=True)
def resume_flow(path: FlowPath) -> Response:
    """Lets a paused or archived flow hear events again."""
    flows.set_status(world(), caller(), path.key, "live")
    return shown(path.key)


@resource.delete("/flows/<key>", act="flows.publish", answers={204: None})
def archive_flow(path: FlowPath) -> Response:
    """Puts a flow away. Its versions and runs stay; resume brings it back."""
    flows.archive(world(), caller(), path.key)
    return answer(status=204)


@resource.put(
    "/flows/<key>/params", act="flows.edit", answers={200: FlowShown}, if_match=True, etag=True
)
def set_flow_params(path: FlowPath, body: ParamsBody) -> Response:
    """Values of the parameters; they hold from the next version on. Locked ones are refused."""
    revision = etags.check(versions.read_flow(world(), tenant(), path.key).revision)
    set_params(world(), caller(), path.key, body.params, revision=revision)
    return shown(path.key)

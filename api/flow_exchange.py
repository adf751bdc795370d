"""Editing together, and carrying flows elsewhere: the edit lock, export, import."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from pydantic import Field

from api import etags
from api.answers import answer
from api.context import caller, tenant, world
from api.flows import FlowWithDraft, shown
from api.resource import Model, Resource, Shown
from api.shapes import AnyObject, FlowPath
from engine.core.errors import NotFound
from engine.core.flow import Flow, dump_flow
from engine.core.text import text
from engine.runtime import edit_lock, versions
from engine.runtime import publish as flows
from engine.runtime.carrying import carried

resource = Resource(
    "flow-exchange", text("协作与导入导出", "Edit locks, export and import of flows")
)


class LockBody(Model):
    """Whether to take it from somebody."""

    take_over: bool = Field(False, description="Also when somebody else holds it")


class EditLock(Shown):
    """The edit lock, held by oneself."""

    until: datetime = Field(description="Take it again before then to keep it")


@resource.put("/flows/<key>/lock", act="flows.edit", answers={200: EditLock})
def lock_flow(path: FlowPath, body: LockBody) -> Response:
    """Takes the edit lock, or keeps it; 409 names who holds it."""
    until = edit_lock.take_edit_lock(world(), caller(), path.key, force=body.take_over)
    return answer({"until": until})


@resource.delete("/flows/<key>/lock", act="flows.edit", answers={204: None})
def unlock_flow(path: FlowPath) -> Response:
    """Gives the edit lock back; another person's is left alone."""
    edit_lock.release_edit_lock(world(), caller(), path.key)
    return answer(status=204)


@resource.get("/flows/<key>/export", act="flows.read", answers={200: AnyObject})
def export_flow(path: FlowPath) -> Response:
    """The draft as a document to carry elsewhere; secrets are left out."""
    document = carried(versions.read_document(world(), tenant(), path.key), world().registry)
    response = answer(document)
    response.headers["Content-Disposition"] = f'attachment; filename="{path.key}.json"'
    return response


@resource.post(
    "/flows/import",
    act="flows.edit",
    answers={200: FlowWithDraft, 201: FlowWithDraft},
    etag=True,
    problems=(412, 428),
)
def import_flow(body: Flow) -> Response:
    """A document from elsewhere: a new flow, or the new draft of the one with its key.

    Over a flow that is there it needs If-Match, as any edit does; secrets the document does not
    carry stay as they are.
    """
    try:
        row = versions.read_flow(world(), tenant(), body.key)
    except NotFound:
        row = None
    if row is None:
        flows.create_flow(world(), caller(), dump_flow(body))
        return shown(body.key, 201, with_draft=True)
    revision = etags.check(row.revision)
    flows.save_draft(
        world(), caller(), body.key, dump_flow(body), revision=revision, keep_secrets=True
    )
    return shown(body.key, with_draft=True)

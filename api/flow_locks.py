"""Locks on a flow and its parameters, for whoever edits it: seen, and asked to be changed."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from pydantic import Field, JsonValue

from api.answers import answer
from api.change_requests import RequestShown
from api.change_requests import show as show_request
from api.context import caller, locale, tenant, world
from api.locks import Pointer
from api.resource import Model, Resource, Shown
from api.settlement_shapes import Why
from api.shapes import FlowPath
from engine.core.text import say, text
from engine.runtime.settling import change_requests, locks
from engine.runtime.versions import read_flow
from engine.store import accounts

resource = Resource("flow-locks", text("流程里的锁定值", "Locked values of a flow"))


class FlowLock(Shown):
    """A value that head office holds fast."""

    id: str
    pointer: str = Field(description="Into the document, or into the parameters' values")
    of: str = Field(description="flow: the document; params: the values of its parameters")
    owner: str = Field(description="The role that may change it, in words")
    placed_by: str = Field(description="Who locked it, by name")
    placed_at: datetime
    reason: str
    until: datetime | None


class FlowLocks(Shown):
    """Every lock that holds now."""

    items: list[FlowLock]


class AskedChange(Model):
    """Which locked value should become what, and why."""

    of: str = Field("flow", pattern=r"^(flow|params)$")
    pointer: Pointer
    new: JsonValue = Field(None, description="Any JSON value")
    reason: Why


@resource.get("/flows/<key>/locks", act="flows.read", answers={200: FlowLocks})
def list_flow_locks(path: FlowPath) -> Response:
    """What is locked in a flow: by whom, why and until when."""
    read_flow(world(), tenant(), path.key)
    now = world().now()
    rows = [
        (of, row)
        for of in (locks.FLOW, locks.PARAMS)
        for row in locks.list_locks(world(), tenant(), scope=f"{of}:{path.key}")
        if row.until is None or row.until > now
    ]
    with world().db.reading() as conn:
        names = {row.key: row.name for row in accounts.list_roles(conn, tenant())}
        placers = {row.placed_by for _, row in rows}
        people = {id_: accounts.find_user(conn, tenant(), id_) for id_ in placers}
    items = [
        {
            "id": row.id,
            "pointer": row.pointer,
            "of": of,
            "owner": say(names.get(row.owner_role, row.owner_role), locale()),
            "placed_by": person.name if (person := people[row.placed_by]) else row.placed_by,
            "placed_at": row.placed_at,
            "reason": row.reason,
            "until": row.until,
        }
        for of, row in rows
    ]
    return answer({"items": items})


@resource.post("/flows/<key>/change-requests", act="flows.edit", answers={201: RequestShown})
def propose_flow_change(path: FlowPath, body: AskedChange) -> Response:
    """Asks the lock's owner for another value; 409 where nothing is locked."""
    read_flow(world(), tenant(), path.key)
    row = change_requests.propose_change(
        world(),
        caller(),
        f"{body.of}:{path.key}",
        body.pointer,
        body.new,
        reason=body.reason,
    )
    return answer(show_request(row), 201, location=f"/api/v1/settlement/change-requests/{row.id}")

"""Change requests: how a locked value changes, with another person and a second factor."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Field, JsonValue

from api.answers import answer, page
from api.context import caller, tenant, world
from api.locks import Pointer, Scope
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown
from api.settlement_shapes import Note, Why
from engine.core.text import text
from engine.runtime.settling import change_requests

resource = Resource("change-requests", text("变更申请", "Changes to locked values"))

State = Literal["proposed", "approved", "rejected", "withdrawn", "applied"]


class RequestPath(Model):
    """Which request."""

    request_id: str = Field(pattern=r"^crq_[0-9A-Z]{26}$")


class RequestsQuery(PageQuery):
    """In which state, or only what waits for oneself."""

    state: State | None = None
    for_me: bool = Field(False, description="Only those one may answer oneself")


class RequestBody(Model):
    """Which value of which document, and what it should be."""

    scope: Scope
    pointer: Pointer
    new: JsonValue = Field(None, examples=["12"], description="Any JSON value")
    removes: bool = Field(False, description="The value is to go")
    reason: Why


class RequestShown(Shown):
    """A change request and what became of it."""

    id: str
    scope: str
    pointer: str
    old: Any = None
    new: Any = None
    had_old: bool
    removes: bool
    owner_role: str
    maker: str
    reason: str
    made_at: datetime
    state: State
    checker: str
    answer: str
    answered_at: datetime | None


class ApproveBody(Model):
    """What to say of it."""

    answer: Note = ""


class RejectBody(Model):
    """Why not."""

    answer: Why


def show(row: Any) -> RequestShown:
    return RequestShown.model_validate(row)


@resource.get(
    "/settlement/change-requests", act="settlement.read", answers={200: Page[RequestShown]}
)
def list_change_requests(query: RequestsQuery) -> Response:
    """Change requests, the newest first."""
    (before,) = start(query, str) or (None,)
    if query.for_me:
        rows = change_requests.list_waiting(world(), caller(), before=before, limit=query.limit + 1)
    else:
        rows = change_requests.list_requests(
            world(), tenant(), state=query.state, before=before, limit=query.limit + 1
        )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return page(kept, show, following)


@resource.post("/settlement/change-requests", act="settlement.edit", answers={201: RequestShown})
def propose_change(body: RequestBody) -> Response:
    """Asks for another value under a lock."""
    row = change_requests.propose_change(
        world(),
        caller(),
        body.scope,
        body.pointer,
        body.new,
        reason=body.reason,
        removes=body.removes,
    )
    return answer(show(row), 201, location=f"/api/v1/settlement/change-requests/{row.id}")


@resource.get(
    "/settlement/change-requests/<request_id>",
    act="settlement.read",
    answers={200: RequestShown},
)
def read_change_request(path: RequestPath) -> Response:
    """One request."""
    return answer(show(change_requests.read_request(world(), tenant(), path.request_id)))


@resource.post(
    "/settlement/change-requests/<request_id>/approve",
    act="settlement.lock",
    answers={200: RequestShown},
    key_act=True,
)
def approve_change_request(path: RequestPath, body: ApproveBody) -> Response:
    """Agrees, and puts the value into the document: another person, with the owner's role."""
    change_requests.approve_request(world(), caller(), path.request_id, answer=body.answer)
    return read_change_request(path)


@resource.post(
    "/settlement/change-requests/<request_id>/reject",
    act="settlement.lock",
    answers={200: RequestShown},
)
def reject_change_request(path: RequestPath, body: RejectBody) -> Response:
    """Declines, saying why."""
    change_requests.reject_request(world(), caller(), path.request_id, answer=body.answer)
    return read_change_request(path)


@resource.post(
    "/settlement/change-requests/<request_id>/withdraw",
    act="settlement.edit",
    answers={200: RequestShown},
)
def withdraw_change_request(path: RequestPath) -> Response:
    """Takes one's own request back."""
    change_requests.withdraw_request(world(), caller(), path.request_id)
    return read_change_request(path)

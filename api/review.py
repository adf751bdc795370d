"""Records a connection brought and nobody could translate: looked through by people."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api.answers import answer, page
from api.connections import ConnectionKey, ConnectionPath
from api.context import caller, tenant, world
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown
from api.shapes import ReceivedEvent
from engine.core.errors import InvalidInput, Problem
from engine.core.redact import redact
from engine.core.text import text
from engine.runtime import connection_setup as setup

resource = Resource("review", text("待核对记录", "Records that could not be translated"))


class ReviewPath(Model):
    """Which record of which connection."""

    key: ConnectionKey
    record_id: str = Field(pattern=r"^rev_[0-9A-Z]{26}$")


class ReviewQuery(PageQuery):
    """Which records."""

    status: Literal["open", "parked", "done"] = "open"


class ReviewRecord(Shown):
    """One record."""

    id: str
    connection: str
    record: Any = Field(description="As it came; secrets and people's numbers are covered")
    reason: Any = Field(description="Why it was not taken, in both languages")
    status: Literal["open", "parked", "done"]
    received_at: datetime


class ReplayBody(Model):
    """The record put right, as a CloudEvent; its source becomes the connection's."""

    event: dict[str, Any]


class Replayed(Shown):
    """It was received."""

    event: ReceivedEvent


def show(row: Any) -> ReviewRecord:
    return ReviewRecord(
        id=row.id,
        connection=row.connection,
        record=redact(row.record),
        reason=row.reason,
        status=row.status,
        received_at=row.received_at,
    )


@resource.get(
    "/connections/<key>/review", act="connections.read", answers={200: Page[ReviewRecord]}
)
def list_review(path: ConnectionPath, query: ReviewQuery) -> Response:
    """Records that could not be translated, the newest first."""
    (before,) = start(query, str) or (None,)
    rows = setup.list_review(
        world(), tenant(), path.key, status=query.status, before=before, limit=query.limit + 1
    )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return page(kept, show, following)


@resource.post(
    "/connections/<key>/review/<record_id>/close", act="connections.edit", answers={204: None}
)
def close_review(path: ReviewPath) -> Response:
    """Says that a record needs nothing more."""
    setup.close_review(world(), caller(), path.key, path.record_id)
    return answer(status=204)


@resource.post(
    "/connections/<key>/review/<record_id>/replay",
    act="connections.edit",
    answers={202: Replayed},
)
def replay_review(path: ReviewPath, body: ReplayBody) -> Response:
    """Receives the record as somebody put it right, and closes it."""
    try:
        found = setup.replay_review(world(), caller(), path.key, path.record_id, body.event)
    except InvalidInput as error:
        problems = [Problem(f"/event{one.path}", one.message, one.code) for one in error.problems]
        raise InvalidInput(error.message, problems) from None
    return answer({"event": ReceivedEvent.model_validate(found)}, 202)

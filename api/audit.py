"""The audit trail: what people changed, in a chain that shows if a row was altered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field

from api.answers import answer, page
from api.context import tenant, world
from api.pagination import Page, PageQuery, split, start
from api.resource import Resource, Shown
from engine.core.text import text
from engine.store import audit as store

resource = Resource("audit", text("操作审计", "The audit trail of people's changes"))


class AuditQuery(PageQuery):
    """Which entries."""

    target: str | None = Field(None, max_length=200, examples=["flow:vip"])
    who: str | None = Field(None, max_length=60, description="usr_…, key_… or system")
    act: str | None = Field(None, max_length=80, examples=["flows.publish"])


class Entry(Shown):
    """One change."""

    id: int
    at: datetime
    who: str
    act: str
    target: str
    detail: Any
    address: str | None
    number: int | None = Field(description="Its place in the chain; null until it is sealed")
    seal: str | None


class Chain(Shown):
    """Whether the chain holds. Keep `number` and `seal` elsewhere: they prove it was not cut."""

    holds: bool
    broken_at: int | None = Field(description="The first number at which it does not hold")
    number: int = Field(description="How many entries are sealed")
    seal: str | None = Field(description="The last seal")
    unsealed: int


@resource.get("/audit", act="audit.read", answers={200: Page[Entry]})
def list_audit(query: AuditQuery) -> Response:
    """Changes, the newest first."""
    (before,) = start(query, int) or (None,)
    with world().db.reading() as conn:
        rows = store.list_audit(
            conn,
            tenant(),
            target=query.target,
            who=query.who,
            act=query.act,
            before=before,
            limit=query.limit + 1,
        )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return page(kept, Entry.model_validate, following)


@resource.get("/audit/verify", act="audit.read", answers={200: Chain})
def verify_audit() -> Response:
    """Computes the whole chain anew."""
    with world().db.reading() as conn:
        broken = store.verify(conn, tenant())
        head = store.head(conn, tenant())
    return answer(
        Chain(
            holds=broken is None,
            broken_at=broken,
            number=head.number,
            seal=head.seal,
            unsealed=head.unsealed,
        )
    )

"""Locks of head office on single values: flows, rate cards; whoever writes them keeps to these."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from flask import Response
from pydantic import AwareDatetime, Field, StringConstraints

from api.answers import answer
from api.context import caller, tenant, world
from api.pagination import Page, PageQuery
from api.resource import Model, Resource, Shown
from api.settlement_shapes import Why, whole_list
from engine.core.text import text
from engine.runtime.settling import locks

resource = Resource("locks", text("参数锁定", "Locks of head office on single values"))

Scope = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z_]{1,40}:[A-Za-z0-9._:-]{1,120}$"),
    Field(
        examples=["rate_card:creators"],
        description="rate_card:<key>, flow:<key>, params:<key of a flow>",
    ),
]
Pointer = Annotated[
    str,
    StringConstraints(pattern=r"^(/[^\x00-\x1f]*)?$", max_length=400),
    Field(examples=["/rules/standard/model/percent"], description="* is any member"),
]


class LockPath(Model):
    """Which lock."""

    lock_id: str = Field(pattern=r"^lck_[0-9A-Z]{26}$")


class LocksQuery(PageQuery):
    """Of which document."""

    scope: Scope | None = None


class LockBody(Model):
    """What is locked, who owns the lock, why and until when."""

    scope: Scope
    pointer: Pointer
    owner_role: str = Field(min_length=1, max_length=80, examples=["admin"])
    reason: Why
    until: AwareDatetime | None = Field(None, examples=[None])


class LockShown(Shown):
    """A lock that holds."""

    id: str
    scope: str
    pointer: str
    owner_role: str
    reason: str
    until: datetime | None
    placed_by: str
    placed_at: datetime


def show(row: Any) -> LockShown:
    return LockShown.model_validate(row)


@resource.get("/settlement/locks", act="settlement.read", answers={200: Page[LockShown]})
def list_locks(query: LocksQuery) -> Response:
    """Locks that were not lifted, by id."""
    rows = locks.list_locks(world(), tenant(), scope=query.scope)
    return whole_list(rows, query, lambda row: row.id, show)


@resource.post("/settlement/locks", act="settlement.lock", answers={201: LockShown}, key_act=True)
def place_lock(body: LockBody) -> Response:
    """Locks a value: every road that writes it is refused, its owner's too."""
    row = locks.place_lock(
        world(),
        caller(),
        body.scope,
        body.pointer,
        owner_role=body.owner_role,
        reason=body.reason,
        until=body.until,
    )
    return answer(show(row), 201, location=f"/api/v1/settlement/locks/{row.id}")


@resource.delete(
    "/settlement/locks/<lock_id>", act="settlement.lock", answers={204: None}, key_act=True
)
def lift_lock(path: LockPath) -> Response:
    """Lifts a lock."""
    locks.lift_lock(world(), caller(), path.lock_id)
    return answer(status=204)

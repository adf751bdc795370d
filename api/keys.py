"""API keys for machines: acts as scopes, an end if wanted, shown once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from flask import Response
from pydantic import AwareDatetime, Field, StringConstraints

from api.answers import answer, page
from api.context import caller, world
from api.org import Name, UnitId
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown
from api.roles import Act
from engine.core.text import text
from engine.runtime import api_keys

resource = Resource("keys", text("接口密钥", "API keys for machines"))

KeyId = Annotated[
    str,
    StringConstraints(pattern=r"^key_[0-9A-Z]{26}$"),
    Field(examples=["key_01KBC3W5A07Y2ZK4T0N9Q5V1WX"]),
]


class KeyPath(Model):
    """Which key."""

    key_id: KeyId


class NewKey(Model):
    """A key to be made."""

    name: Name = Field(examples=["订单同步"])
    scopes: list[Act] = Field(min_length=1, max_length=200, examples=[["events.write"]])
    until: AwareDatetime | None = Field(None, description="When it ends by itself")
    org_unit_id: UnitId | None = Field(None, description="Rows below this unit only")


class Key(Shown):
    """A key, without its secret."""

    id: str
    name: str
    scopes: list[str]
    org_unit_id: str | None
    created_by: str | None
    created_at: datetime
    until: datetime | None
    used_at: datetime | None = Field(description="To the minute")
    revoked_at: datetime | None


class MadeKey(Shown):
    """A key that was made."""

    key: Key
    secret: str = Field(description="Authorization: Bearer <secret>; shown this once")


def show(row: Any) -> Key:
    return Key.model_validate(row)


@resource.get("/keys", act="keys.read", answers={200: Page[Key]})
def list_keys(query: PageQuery) -> Response:
    """Keys, the newest first."""
    (before,) = start(query, str) or (None,)
    rows = api_keys.list_keys(world(), caller(), before=before, limit=query.limit + 1)
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return page(kept, show, following)


@resource.post("/keys", act="keys.edit", key_act=True, answers={201: MadeKey})
def create_key(body: NewKey) -> Response:
    """A new key. Its scopes are acts one holds oneself; a key never does key acts."""
    made = api_keys.create_key(
        world(),
        caller(),
        body.name,
        body.scopes,
        until=body.until,
        org_unit_id=body.org_unit_id,
    )
    row = api_keys.read_key(world(), caller(), made.id, "keys.edit")
    shown = MadeKey(key=show(row), secret=made.secret)
    return answer(shown, 201, location=f"/api/v1/keys/{made.id}")


@resource.get("/keys/<key_id>", act="keys.read", answers={200: Key})
def read_key(path: KeyPath) -> Response:
    """One key, without its secret."""
    return answer(show(api_keys.read_key(world(), caller(), path.key_id)))


@resource.delete("/keys/<key_id>", act="keys.edit", answers={204: None})
def revoke_key(path: KeyPath) -> Response:
    """Ends a key for good. No second factor: a key that leaked must end at once."""
    api_keys.revoke_key(world(), caller(), path.key_id)
    return answer(status=204)

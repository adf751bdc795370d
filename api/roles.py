"""Roles: which acts belong together. Built-in ones never change; a tenant adds its own."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from pydantic import Field, StringConstraints

from api import etags
from api.answers import answer, page
from api.context import caller, tenant, world
from api.org import Name
from api.pagination import Page, PageQuery, split, start
from api.resource import SIGNED_IN, Model, Resource, Shown, Words
from api.users import RoleKey
from engine.core.text import text
from engine.runtime import accounts
from engine.runtime.roles import ACTS, acts_of

resource = Resource("roles", text("角色", "Roles and acts"))

Act = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}\.[a-z_]{1,40}$")]


class RolePath(Model):
    """Which role."""

    key: RoleKey


class BothNames(Model):
    """A name in both languages."""

    zh: Name
    en: Name


class RoleFields(Model):
    """What a role says."""

    name: BothNames | Name = Field(examples=["区域运营"])
    acts: list[Act] = Field(max_length=200, examples=[["flows.read", "runs.read"]])


class NewRole(RoleFields):
    """A role to be made."""

    key: RoleKey


class Role(Shown):
    """A role."""

    key: str
    name: Words | str
    acts: list[str]
    is_built_in: bool
    revision: int


class ActWords(Shown):
    """An act, and what it allows."""

    act: str
    name: Words


class Acts(Shown):
    """Every act there is."""

    items: list[ActWords]


def show(row: Any) -> Role:
    return Role(
        key=row.key,
        name=row.name,
        acts=sorted(acts_of(row)),
        is_built_in=row.is_built_in,
        revision=row.revision,
    )


@resource.get("/acts", act=SIGNED_IN, answers={200: Acts})
def list_acts() -> Response:
    """Every act there is, with what it allows."""
    return answer(Acts(items=[ActWords(act=act, name=Words(**said)) for act, said in ACTS.items()]))


@resource.get("/roles", act="roles.read", answers={200: Page[Role]})
def list_roles(query: PageQuery) -> Response:
    """Roles by key."""
    (after,) = start(query, str) or ("",)
    rows = [row for row in accounts.list_roles(world(), tenant()) if row.key > after]
    kept, following = split(rows, query.limit, lambda row: [row.key])
    return page(kept, show, following)


@resource.post("/roles", act="roles.edit", key_act=True, answers={201: Role}, etag=True)
def create_role(body: NewRole) -> Response:
    """A role of one's own, from acts one holds oneself."""
    name = body.name if isinstance(body.name, str) else body.name.model_dump()
    row = accounts.create_role(world(), caller(), body.key, name, body.acts)
    return answer(show(row), 201, etag=etags.tag(row.revision), location=f"/api/v1/roles/{row.key}")


@resource.get("/roles/<key>", act="roles.read", answers={200: Role}, etag=True)
def read_role(path: RolePath) -> Response:
    """One role."""
    row = accounts.read_role(world(), tenant(), path.key)
    return answer(show(row), etag=etags.tag(row.revision))


@resource.put(
    "/roles/<key>",
    act="roles.edit",
    key_act=True,
    answers={200: Role},
    if_match=True,
    etag=True,
)
def update_role(path: RolePath, body: RoleFields) -> Response:
    """Changes a role of one's own."""
    revision = etags.check(accounts.read_role(world(), tenant(), path.key).revision)
    name = body.name if isinstance(body.name, str) else body.name.model_dump()
    row = accounts.update_role(world(), caller(), path.key, revision, name, body.acts)
    return answer(show(row), etag=etags.tag(row.revision))


@resource.delete("/roles/<key>", act="roles.edit", key_act=True, answers={204: None})
def delete_role(path: RolePath) -> Response:
    """Takes away a role of one's own that nobody holds."""
    accounts.delete_role(world(), caller(), path.key)
    return answer(status=204)

"""Users: who may sign in, what they may do, and where in the tree they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field, StringConstraints

from api import etags
from api.answers import answer, page
from api.context import caller, options, world
from api.org import Name, UnitId
from api.pagination import Page, PageQuery, split, start
from api.permissions import require_second_factor
from api.resource import Model, Resource, Shown
from engine.core.text import Locale, text
from engine.runtime import second_factor, sessions, users
from engine.runtime.granting import Grant

resource = Resource("users", text("用户", "Users and the roles they hold"))

UserId = Annotated[
    str,
    StringConstraints(pattern=r"^usr_[0-9A-Z]{26}$"),
    Field(examples=["usr_01KBC3W5A07Y2ZK4T0N9Q5V1WX"]),
]
RoleKey = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$"), Field(examples=["business"])
]
LoginName = Annotated[str, StringConstraints(pattern=r"^[\w.@+-]{2,120}$")]
Status = Literal["active", "disabled"]


class UserPath(Model):
    """Which user."""

    user_id: UserId


class UsersQuery(PageQuery):
    """Which users."""

    status: Status | None = None
    q: str | None = Field(None, max_length=120, description="Part of the name or the login name")


class HeldRole(Model):
    """A role, and where in the tree it is held."""

    role: RoleKey = Field(examples=["business"])
    unit: UnitId | None = Field(None, description="Without one: the whole tree")


class UserFields(Model):
    """What is kept of a user."""

    name: Name
    org_unit_id: UnitId | None
    manager_id: UserId | None
    locale: Locale
    status: Status


class NewUser(Model):
    """A user to be made. Without a password one is thought up and shown once."""

    login: LoginName = Field(examples=["wang.fang"])
    name: Name = Field(examples=["王芳"])
    org_unit_id: UnitId | None = None
    manager_id: UserId | None = None
    locale: Locale = "zh"
    roles: list[HeldRole] = Field(default=[], max_length=50)
    password: str | None = Field(None, min_length=1, max_length=400)


class Roles(Model):
    """All roles a user holds from now on."""

    roles: list[HeldRole] = Field(max_length=50)


class ShownRole(Shown):
    """A role somebody holds."""

    role: str
    unit: str | None = Field(description="null for the whole tree")


class User(Shown):
    """A user."""

    id: str
    login: str
    name: str
    org_unit_id: str | None
    manager_id: str | None
    locale: Locale
    zone: str | None
    status: Status
    roles: list[ShownRole]
    has_second_factor: bool
    must_change_password: bool
    revision: int
    created_at: datetime
    last_login_at: datetime | None


class MadeUser(Shown):
    """A user that was made."""

    user: User
    password: str | None = Field(description="Where one was thought up: shown this once")


class FreshPassword(Shown):
    """A password that was thought up: shown this once."""

    password: str


def show(row: Any, held: Iterable[Any]) -> User:
    return User(
        **{name: getattr(row, name) for name in User.model_fields if hasattr(row, name)},
        roles=[
            ShownRole(role=one.key, unit=None if one.parent_id is None else one.org_unit_id)
            for one in held
        ],
        has_second_factor=row.totp is not None,
    )


def _grants(roles: list[HeldRole]) -> list[Grant]:
    return [Grant(one.role, one.unit) for one in roles]


def _answer(user_id: str) -> Response:
    row, held = users.read_user(world(), caller(), user_id)
    return answer(show(row, held), etag=etags.tag(row.revision))


def _revision(user_id: str) -> int:
    return etags.check(users.read_user(world(), caller(), user_id)[0].revision)


@resource.get("/users", act="users.read", answers={200: Page[User]})
def list_users(query: UsersQuery) -> Response:
    """Users one may see, by login name."""
    (after,) = start(query, str) or ("",)
    found = users.list_users(
        world(),
        caller(),
        status=query.status,
        words=query.q,
        after=after,
        limit=query.limit + 1,
    )
    kept, following = split(found, query.limit, lambda pair: [pair[0].login])
    return page(kept, lambda pair: show(*pair), following)


@resource.post("/users", act="users.edit", answers={201: MadeUser})
def create_user(body: NewUser) -> Response:
    """A new user, who changes the password at the first sign-in.

    Giving roles is a key act and asks `roles.edit` too.
    """
    if body.roles:
        caller().require("roles.edit")
        require_second_factor(caller())
    made = users.create_user(
        world(),
        caller(),
        body.model_dump(exclude={"roles", "password"}),
        _grants(body.roles),
        password=body.password,
        passwords=options().passwords,
    )
    row, held = users.read_user(world(), caller(), made.id)
    shown = MadeUser(user=show(row, held), password=made.password)
    return answer(shown, 201, location=f"/api/v1/users/{made.id}")


@resource.get("/users/<user_id>", act="users.read", answers={200: User}, etag=True)
def read_user(path: UserPath) -> Response:
    """One user."""
    return _answer(path.user_id)


@resource.put("/users/<user_id>", act="users.edit", answers={200: User}, if_match=True, etag=True)
def update_user(path: UserPath, body: UserFields) -> Response:
    """Changes a user; a disabled one is signed out at once."""
    users.update_user(world(), caller(), path.user_id, _revision(path.user_id), body.model_dump())
    return _answer(path.user_id)


@resource.put(
    "/users/<user_id>/roles",
    act="roles.edit",
    key_act=True,
    answers={200: User},
    if_match=True,
    etag=True,
)
def set_user_roles(path: UserPath, body: Roles) -> Response:
    """The roles a user holds from now on. Nobody gives or takes what they do not hold."""
    users.set_grants(world(), caller(), path.user_id, _revision(path.user_id), _grants(body.roles))
    return _answer(path.user_id)


@resource.post(
    "/users/<user_id>/password", act="users.edit", key_act=True, answers={200: FreshPassword}
)
def reset_user_password(path: UserPath) -> Response:
    """A fresh password for somebody; they are signed out and change it at the next sign-in."""
    fresh = users.reset_password(world(), caller(), path.user_id, passwords=options().passwords)
    return answer(FreshPassword(password=fresh))


@resource.delete(
    "/users/<user_id>/second-factor", act="users.edit", key_act=True, answers={204: None}
)
def remove_user_second_factor(path: UserPath) -> Response:
    """Takes the second factor from somebody who has lost it; they are signed out."""
    users.may_change(world(), caller(), path.user_id)
    second_factor.remove(world(), caller(), path.user_id)
    sessions.sign_out_everywhere(world(), caller(), path.user_id)
    return answer(status=204)


@resource.delete("/users/<user_id>/sessions", act="users.edit", answers={204: None})
def end_user_sessions(path: UserPath) -> Response:
    """Signs somebody out everywhere."""
    users.may_change(world(), caller(), path.user_id)
    sessions.sign_out_everywhere(world(), caller(), path.user_id)
    return answer(status=204)

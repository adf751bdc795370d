"""Users come, change and go; they get roles, passwords and a language.

What may be given, and who may change whom, stands in granting.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.core.errors import Conflict, InvalidInput, Problem
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.granting import (
    Grant,
    check_may_change,
    granted,
    keep_an_admin,
    not_there,
    stale,
    visible_user,
)
from engine.runtime.passwords import STRONG, Passwords, check_password, generated_password
from engine.runtime.principal import WHOLE_TREE, Principal, visible_units
from engine.runtime.world import World
from engine.store import accounts as store
from engine.store import org as org_store
from engine.store import sessions as session_store
from engine.store.db import Connection


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user that was made; `password` only where one was thought up for them."""

    id: str
    password: str | None = field(default=None, repr=False)


def list_users(
    world: World,
    who: Principal,
    *,
    status: str | None = None,
    words: str | None = None,
    after: str = "",
    limit: int = 50,
) -> list[Any]:
    """Users one may see, by login, each with `grants` as rows of accounts.held_roles."""
    with world.db.reading() as conn:
        rows = store.list_users(
            conn,
            who.tenant,
            units=visible_units(conn, who, "users.read"),
            status=status,
            text=words,
            after=after,
            limit=limit,
        )
        held = _held_by(conn, who.tenant, [row.id for row in rows])
    return [(row, held.get(row.id, [])) for row in rows]


def read_user(world: World, who: Principal, user_id: str) -> tuple[Any, list[Any]]:
    """A user's row and what they hold; NotFound also for one that is out of sight."""
    with world.db.reading() as conn:
        return visible_user(conn, who, user_id)


def read_self(world: World, who: Principal) -> tuple[Any, list[Any]]:
    """One's own row and roles."""
    with world.db.reading() as conn:
        return store.find_user(conn, who.tenant, who.id), store.held_roles(
            conn, who.tenant, [who.id]
        )


def create_user(
    world: World,
    who: Principal,
    values: Mapping[str, Any],
    grants: Sequence[Grant] = (),
    *,
    password: str | None = None,
    passwords: Passwords = STRONG,
) -> NewUser:
    """A new user: login, name; org_unit_id, manager_id, locale, zone where known.

    Without a password one is thought up. Either is to be changed at the first sign-in.
    """
    login = str(values["login"])
    if password is not None:
        check_password(password, login=login)
    given = password or generated_password()
    hashed = passwords.hash(given)
    now = world.now()
    user_id = new_id("usr", now)
    with world.db.begin() as conn:
        if store.find_user_by_login(conn, who.tenant, login) is not None:
            raise Conflict(
                text(f"登录名 {login} 已被使用", f"the login name {login} is taken"),
                [Problem("/login", text("已被使用", "is taken"), "taken")],
            )
        fields = _checked(conn, who, values)
        store.insert_user(
            conn,
            {
                **fields,
                "id": user_id,
                "tenant": who.tenant,
                "password": hashed,
                "status": "active",
                "must_change_password": True,
                "created_at": now,
            },
        )
        store.set_roles(conn, who.tenant, user_id, granted(conn, who, grants))
        who.note(
            conn, now, "users.create", f"user:{user_id}", {"login": login, "roles": _said(grants)}
        )
    return NewUser(user_id, None if password else given)


def update_user(
    world: World, who: Principal, user_id: str, revision: int, values: Mapping[str, Any]
) -> None:
    """Changes name, unit, manager, locale, zone or status of a user."""
    with world.db.begin() as conn:
        store.lock_roles(conn, who.tenant)
        check_may_change(conn, who, user_id)
        fields = _checked(conn, who, values)
        if not store.update_user(conn, who.tenant, user_id, fields, revision):
            raise stale()
        if fields.get("status") == "disabled":
            session_store.end_sessions(conn, who.tenant, user_id)
        keep_an_admin(conn, who.tenant)
        who.note(conn, world.now(), "users.update", f"user:{user_id}", dict(values))


def set_grants(
    world: World, who: Principal, user_id: str, revision: int, grants: Sequence[Grant]
) -> None:
    """The roles a user holds from now on. Nobody gives or takes what they do not hold."""
    with world.db.begin() as conn:
        store.lock_roles(conn, who.tenant)
        check_may_change(conn, who, user_id)
        wanted = granted(conn, who, grants)
        if not store.update_user(conn, who.tenant, user_id, {}, revision):
            raise stale()
        store.set_roles(conn, who.tenant, user_id, wanted)
        keep_an_admin(conn, who.tenant)
        who.note(conn, world.now(), "users.grant", f"user:{user_id}", {"roles": _said(grants)})


def reset_password(
    world: World, who: Principal, user_id: str, *, passwords: Passwords = STRONG
) -> str:
    """A fresh password for somebody, to be changed at the next sign-in; ends all sessions."""
    fresh = generated_password()
    hashed = passwords.hash(fresh)
    with world.db.begin() as conn:
        check_may_change(conn, who, user_id)
        store.update_user(
            conn, who.tenant, user_id, {"password": hashed, "must_change_password": True}
        )
        session_store.end_sessions(conn, who.tenant, user_id)
        who.note(conn, world.now(), "users.reset_password", f"user:{user_id}")
    return fresh


def may_change(world: World, who: Principal, user_id: str) -> None:
    """NotFound or Forbidden unless this caller may change that user."""
    with world.db.reading() as conn:
        check_may_change(conn, who, user_id)


def change_own_password(
    world: World, who: Principal, old: str, new: str, *, passwords: Passwords = STRONG
) -> None:
    """Changes one's own password and ends all other sessions."""
    with world.db.reading() as conn:
        user = store.find_user(conn, who.tenant, who.id)
    if user is None or not passwords.fits(user.password, old):
        raise InvalidInput(
            text("原密码不正确", "the old password is wrong"),
            [Problem("/old", text("不正确", "is wrong"), "wrong")],
        )
    check_password(new, login=user.login, path="/new")
    if old == new:
        raise InvalidInput(
            text("新密码不能与原密码相同", "the new password is the old one"),
            [Problem("/new", text("与原密码相同", "is the old one"), "same")],
        )
    hashed = passwords.hash(new)
    with world.db.begin() as conn:
        store.update_user(
            conn, who.tenant, who.id, {"password": hashed, "must_change_password": False}
        )
        session_store.end_sessions(conn, who.tenant, who.id, but=who.session)
        who.note(conn, world.now(), "users.change_password", f"user:{who.id}")


def update_self(world: World, who: Principal, revision: int, values: Mapping[str, Any]) -> None:
    """Changes one's own name, language and time zone."""
    with world.db.begin() as conn:
        if not store.update_user(conn, who.tenant, who.id, values, revision):
            raise stale()
        who.note(conn, world.now(), "users.update", f"user:{who.id}", dict(values))


def _checked(conn: Connection, who: Principal, values: Mapping[str, Any]) -> dict[str, Any]:
    """A user's fields, with the unit and the manager there and within reach."""
    unit_id = values.get("org_unit_id")
    if unit_id is not None:
        unit = org_store.find_unit(conn, who.tenant, unit_id)
        if unit is None or not who.may("users.edit", unit.path):
            raise not_there("/org_unit_id", "不存在或无权限", "is not there, or not yours")
    elif "org_unit_id" in values:
        who.require("users.edit", WHOLE_TREE)
    manager_id = values.get("manager_id")
    if manager_id is not None and store.find_user(conn, who.tenant, manager_id) is None:
        raise not_there("/manager_id", "没有这个用户", "there is no such user")
    return dict(values)


def _held_by(conn: Connection, tenant: str, ids: list[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in store.held_roles(conn, tenant, ids):
        found.setdefault(row.user_id, []).append(row)
    return found


def _said(grants: Iterable[Grant]) -> list[str]:
    return [f"{one.role}@{one.unit or '/'}" for one in grants]

"""Tenants and their roles: a tenant begins with a root unit, built-in roles and a first admin.

Here too: what the clock does for accounts (the audit's seal, what is forgotten).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.granting import checked_acts, stale
from engine.runtime.passwords import STRONG, Passwords, check_password, generated_password
from engine.runtime.principal import Principal, system
from engine.runtime.roles import ADMIN, ROLES, acts_of
from engine.runtime.users import NewUser
from engine.runtime.world import World
from engine.store import accounts as store
from engine.store import audit as audit_store
from engine.store import flows as flow_store
from engine.store import idempotency as answer_store
from engine.store import org as org_store
from engine.store import sessions as session_store
from engine.store.db import Connection

SEAL_BATCH = 1000
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")  # of a tenant
SESSIONS_KEPT_FOR = timedelta(days=1)


def create_tenant(
    world: World,
    tenant: str,
    name: str,
    *,
    admin: str,
    admin_name: str | None = None,
    password: str | None = None,
    passwords: Passwords = STRONG,
) -> NewUser:
    """A new tenant with its root unit, its built-in roles and its first admin.

    Without a password one is thought up, to be changed at the first sign-in. Conflict when the
    tenant is there already; InvalidInput for a key or names that will not do.
    """
    _check_names(tenant, name, admin)
    now = world.now()
    if password is not None:
        check_password(password, login=admin)
    given = password or generated_password()
    hashed = passwords.hash(given)
    user_id, root_id = new_id("usr", now), new_id("org", now)
    with world.db.begin() as conn:
        if flow_store.read_tenant(conn, tenant) is not None:
            raise Conflict(text(f"企业 {tenant} 已存在", f"there is a tenant {tenant} already"))
        flow_store.create_tenant(conn, tenant, name, now, settings={})
        org_store.insert_unit(
            conn,
            {
                "id": root_id,
                "tenant": tenant,
                "parent_id": None,
                "path": f"/{root_id}/",
                "kind": "head_office",
                "name": name,
                "created_at": now,
            },
        )
        add_built_in_roles(world, conn, tenant)
        store.insert_user(
            conn,
            {
                "id": user_id,
                "tenant": tenant,
                "login": admin,
                "name": admin_name or admin,
                "password": hashed,
                "org_unit_id": root_id,
                "status": "active",
                "must_change_password": password is None,
                "created_at": now,
            },
        )
        role = store.find_role(conn, tenant, ADMIN)
        store.set_roles(conn, tenant, user_id, [(role.id, root_id)] if role else [])
        system(tenant).note(conn, now, "tenants.create", f"tenant:{tenant}", {"admin": user_id})
    return NewUser(user_id, None if password else given)


def _check_names(tenant: str, name: str, admin: str) -> None:
    if not _KEY.fullmatch(tenant):
        said = text(
            "由小写字母、数字、- 和 _ 组成，以字母开头，最多 40 个字符",
            "must be lower-case letters, digits, - and _, begin with a letter, and have at most 40",
        )
        raise InvalidInput(said, [Problem("/tenant", said, "format")])
    for path, given in (("/name", name), ("/admin", admin)):
        if not given.strip():
            said = text("不能为空", "must not be empty")
            raise InvalidInput(said, [Problem(path, said, "missing")])


def add_built_in_roles(world: World, conn: Connection, tenant: str) -> None:
    """The built-in roles this tenant does not have yet."""
    there = {row.key for row in store.list_roles(conn, tenant)}
    for key, role in ROLES.items():
        if key not in there:
            store.insert_role(
                conn,
                {
                    "id": new_id("rol", world.now()),
                    "tenant": tenant,
                    "key": key,
                    "name": dict(role.name),
                    "acts": [],
                    "is_built_in": True,
                },
            )


def list_roles(world: World, tenant: str) -> list[Any]:
    with world.db.reading() as conn:
        return store.list_roles(conn, tenant)


def read_role(world: World, tenant: str, key: str) -> Any:
    """A role's row; NotFound otherwise."""
    with world.db.reading() as conn:
        return _role(conn, tenant, key)


def create_role(world: World, who: Principal, key: str, name: Any, acts: Iterable[str]) -> Any:
    """A role of the tenant's own."""
    now = world.now()
    with world.db.begin() as conn:
        if store.find_role(conn, who.tenant, key) is not None:
            raise Conflict(
                text(f"角色 {key} 已存在", f"there is a role {key} already"),
                [Problem("/key", text("已被使用", "is taken"), "taken")],
            )
        store.insert_role(
            conn,
            {
                "id": new_id("rol", now),
                "tenant": who.tenant,
                "key": key,
                "name": name,
                "acts": checked_acts(who, acts),
                "is_built_in": False,
            },
        )
        who.note(conn, now, "roles.create", f"role:{key}", {"acts": sorted(acts)})
        return _role(conn, who.tenant, key)


def update_role(
    world: World, who: Principal, key: str, revision: int, name: Any, acts: Iterable[str]
) -> Any:
    """Changes a role of the tenant's own; built-in ones never change."""
    with world.db.begin() as conn:
        store.lock_roles(conn, who.tenant)
        role = _own_role(conn, who.tenant, key)
        # Who holds less than the role does may neither widen nor narrow it.
        checked_acts(who, acts_of(role))
        values = {"name": name, "acts": checked_acts(who, acts)}
        if not store.update_role(conn, who.tenant, key, revision, values):
            raise stale()
        who.note(conn, world.now(), "roles.update", f"role:{key}", {"acts": values["acts"]})
        return _role(conn, who.tenant, key)


def delete_role(world: World, who: Principal, key: str) -> None:
    """Takes away a role of the tenant's own that nobody holds."""
    with world.db.begin() as conn:
        store.lock_roles(conn, who.tenant)
        role = _own_role(conn, who.tenant, key)
        checked_acts(who, acts_of(role))
        held = store.holders(conn, who.tenant, role.id)
        if held:
            raise Conflict(
                text(f"还有 {held} 人拥有这个角色", f"{held} people still hold this role")
            )
        store.delete_role(conn, who.tenant, role.id)
        who.note(conn, world.now(), "roles.delete", f"role:{key}")


# -- what the clock brings -------------------------------------------------------------------------


def seal_audit(world: World) -> int:
    """Seals new rows of every tenant's audit trail; returns how many. The scheduler calls it.

    Two that seal at the same moment cannot break the chain: (tenant, number) is unique, the second
    one's transaction fails and what it would have sealed is sealed the next time.
    """
    with world.db.reading() as conn:
        tenants = [row.id for row in flow_store.list_tenants(conn)]
    sealed = 0
    for tenant in tenants:
        with world.db.begin() as conn:
            sealed += audit_store.seal(conn, tenant, SEAL_BATCH)
    return sealed


def forget_old(world: World) -> int:
    """Deletes sessions that ended a day ago and kept answers that are a day old."""
    now = world.now()
    with world.db.begin() as conn:
        return session_store.forget_sessions(conn, now - SESSIONS_KEPT_FOR) + answer_store.forget(
            conn, now
        )


def _role(conn: Connection, tenant: str, key: str) -> Any:
    role = store.find_role(conn, tenant, key)
    if role is None:
        raise NotFound(text(f"没有角色 {key}", f"there is no role {key}"))
    return role


def _own_role(conn: Connection, tenant: str, key: str) -> Any:
    role = _role(conn, tenant, key)
    if role.is_built_in:
        raise Conflict(text("内置角色不能修改", "a built-in role cannot be changed"))
    return role

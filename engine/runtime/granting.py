"""The rules of giving: who may change whom, and what can be given.

Three rules hold whatever the road (API, command line):
1. Nobody gives what they do not hold: an act can be put into a role, and a role given at a unit,
   only by somebody who holds all of its acts there.
2. Nobody changes somebody who may do more than they do.
3. Somebody always remains who may do everything: the last active admin stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem, Stale
from engine.core.text import say, text
from engine.runtime.principal import WHOLE_TREE, Principal, reach_of, visible_units
from engine.runtime.roles import ACTS, ADMIN, acts_of
from engine.store import accounts as store
from engine.store import org as org_store
from engine.store.db import Connection


class LastAdmin(Conflict):
    """Somebody must remain who may do everything."""

    code = "last_admin"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held at a unit of the tree; None is the root, so the whole tree."""

    role: str
    unit: str | None = None


def visible_user(conn: Connection, who: Principal, user_id: str) -> tuple[Any, list[Any]]:
    user = store.find_user(conn, who.tenant, user_id)
    units = visible_units(conn, who, "users.read")
    if user is None or (units is not None and user.org_unit_id not in units):
        raise NotFound(text("没有这个用户", "there is no such user"))
    return user, store.held_roles(conn, who.tenant, [user_id])


def check_may_change(conn: Connection, who: Principal, user_id: str) -> None:
    """Rule 2: every act of theirs must be the caller's too, wherever they hold it."""
    user, held = visible_user(conn, who, user_id)
    if user.org_unit_id is not None:
        unit = org_store.find_unit(conn, who.tenant, user.org_unit_id)
        who.require("users.edit", unit.path if unit else None)
    for act, paths in reach_of(held).items():
        if not all(who.may(act, path) for path in paths):
            raise Forbidden(
                text(
                    "对方的权限超出你的权限，不能修改",
                    "this person may do more than you do: you cannot change them",
                )
            )


def granted(conn: Connection, who: Principal, grants: Sequence[Grant]) -> list[tuple[str, str]]:
    """Rule 1, for roles: (role id, unit id) of each, once."""
    root = org_store.root_unit(conn, who.tenant)
    found: dict[tuple[str, str], None] = {}
    for index, grant in enumerate(grants):
        role = store.find_role(conn, who.tenant, grant.role)
        if role is None:
            raise not_there(f"/roles/{index}/role", f"没有角色 {grant.role}", "no such role")
        unit = root if grant.unit is None else org_store.find_unit(conn, who.tenant, grant.unit)
        if unit is None:
            raise not_there(f"/roles/{index}/unit", "没有这个组织单元", "no such unit")
        path = WHOLE_TREE if unit.parent_id is None else unit.path
        for act in acts_of(role):
            if not who.may(act, path):
                raise more_than_own(act, f"/roles/{index}")
        found[role.id, unit.id] = None
    return list(found)


def checked_acts(who: Principal, acts: Iterable[str]) -> list[str]:
    """Rule 1, for acts."""
    wanted = sorted(set(acts))
    for act in wanted:
        if act not in ACTS:
            raise not_there("/acts", f"没有权限 {act}", f"there is no act {act}")
        if not who.may(act, WHOLE_TREE):
            raise more_than_own(act, "/acts")
    return wanted


def keep_an_admin(conn: Connection, tenant: str) -> None:
    """Rule 3, after the change and before it is committed."""
    root = org_store.root_unit(conn, tenant)
    if root is None or not store.count_active_holders(conn, tenant, ADMIN, root.id):
        raise LastAdmin(
            text("至少须保留一名总部管理员", "at least one active head office admin must remain")
        )


def stale() -> Stale:
    return Stale(
        text("内容已被他人修改，请重新读取后再改", "somebody has changed it: read it again first")
    )


def not_there(path: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(text(zh, en), [Problem(path, text(zh, en), "not_found")])


def more_than_own(act: str, path: str) -> Forbidden:
    words = text(
        f"不能授予自己没有的权限：{say(ACTS[act], 'zh')}",
        f"you cannot give what you may not do: {say(ACTS[act], 'en')}",
    )
    return Forbidden(words, [Problem(path, words, "more_than_own")])

"""The org tree as people keep it: units are made, changed, moved and taken away.

Whoever edits must hold `org.edit` where the unit is, and for a move also where it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem, Stale
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.store import accounts as account_store
from engine.store import org as org_store
from engine.store.db import Connection

KINDS = ("head_office", "region", "store", "department")
MOST_LEVELS = 12


def list_units(world: World, who: Principal, *, after: str, limit: int) -> list[Any]:
    """Units this person sees, a parent before its children, after a path."""
    with world.db.reading() as conn:
        return org_store.list_units(
            conn, who.tenant, below=who.reach["org.read"], after=after, limit=limit
        )


def read_unit(world: World, who: Principal, unit_id: str) -> Any:
    """A unit's row; NotFound also for one that this person does not see."""
    with world.db.reading() as conn:
        return _unit(conn, who, unit_id, "org.read")


def create_unit(world: World, who: Principal, values: Mapping[str, Any]) -> Any:
    """A new unit: kind, name, parent_id; head_id, place, area, external_id where known."""
    now = world.now()
    unit_id = new_id("org", now)
    with world.db.begin() as conn:
        parent = _parent(conn, who, str(values["parent_id"]))
        _check_head(conn, who, values.get("head_id"))
        org_store.insert_unit(
            conn,
            {
                **values,
                "id": unit_id,
                "tenant": who.tenant,
                "path": f"{parent.path}{unit_id}/",
                "created_at": now,
            },
        )
        who.note(conn, now, "org.create", f"org:{unit_id}", {"name": values["name"]})
        return org_store.find_unit(conn, who.tenant, unit_id)


def update_unit(
    world: World, who: Principal, unit_id: str, revision: int, values: Mapping[str, Any]
) -> Any:
    """Changes a unit's own fields; Stale when somebody was faster."""
    with world.db.begin() as conn:
        unit = _unit(conn, who, unit_id, "org.edit")
        if values.get("head_id") != unit.head_id:
            _check_head(conn, who, values.get("head_id"))
        if not org_store.update_unit(conn, who.tenant, unit.id, revision, values):
            raise _stale()
        who.note(conn, world.now(), "org.update", f"org:{unit.id}", dict(values))
        return org_store.find_unit(conn, who.tenant, unit.id)


def move_unit(world: World, who: Principal, unit_id: str, revision: int, parent_id: str) -> Any:
    """Hangs a unit and all below it under another; never under itself."""
    with world.db.begin() as conn:
        account_store.lock_roles(conn, who.tenant)
        unit = _unit(conn, who, unit_id, "org.edit")
        if unit.parent_id is None:
            raise Conflict(text("总部不能移动", "the root cannot be moved"))
        parent = _parent(conn, who, parent_id)
        if parent.path.startswith(unit.path):
            raise Conflict(
                text("不能移到自己的下级", "a unit cannot hang below itself"),
                [Problem("/parent_id", text("是它自己或它的下级", "is the unit or below it"))],
            )
        if not org_store.update_unit(conn, who.tenant, unit.id, revision, {}):
            raise _stale()
        org_store.move_unit(conn, who.tenant, unit.path, parent.id, f"{parent.path}{unit.id}/")
        who.note(conn, world.now(), "org.move", f"org:{unit.id}", {"parent": parent.id})
        return org_store.find_unit(conn, who.tenant, unit.id)


def delete_unit(world: World, who: Principal, unit_id: str) -> None:
    """Takes a unit away that nothing hangs on; Conflict otherwise."""
    with world.db.begin() as conn:
        unit = _unit(conn, who, unit_id, "org.edit")
        if unit.parent_id is None or account_store.is_unit_used(conn, who.tenant, unit.id):
            raise Conflict(
                text(
                    "该组织下还有下级、人员或授权，不能删除",
                    "units, people or roles still hang on it",
                )
            )
        org_store.delete_unit(conn, who.tenant, unit.id)
        who.note(conn, world.now(), "org.delete", f"org:{unit.id}", {"name": unit.name})


def _unit(conn: Connection, who: Principal, unit_id: str, act: str) -> Any:
    unit = org_store.find_unit(conn, who.tenant, unit_id)
    if unit is None or not who.may("org.read", unit.path):
        raise NotFound(text("没有这个组织单元", "there is no such unit"))
    who.require(act, unit.path)
    return unit


def _parent(conn: Connection, who: Principal, parent_id: str) -> Any:
    parent = org_store.find_unit(conn, who.tenant, parent_id)
    if parent is None or not who.may("org.edit", parent.path):
        raise InvalidInput(
            text("没有这个上级组织", "there is no such parent"),
            [Problem("/parent_id", text("不存在或无权限", "is not there, or not yours"))],
        )
    if parent.path.count("/") - 1 >= MOST_LEVELS:
        raise Conflict(text(f"最多 {MOST_LEVELS} 级", f"at most {MOST_LEVELS} levels"))
    return parent


def _check_head(conn: Connection, who: Principal, head_id: Any) -> None:
    if head_id is not None and account_store.find_user(conn, who.tenant, head_id) is None:
        raise InvalidInput(
            text("没有这个负责人", "there is no such person"),
            [Problem("/head_id", text("不存在", "is not there"))],
        )


def _stale() -> Stale:
    return Stale(
        text("内容已被他人修改，请重新读取后再改", "somebody has changed it: read it again first")
    )

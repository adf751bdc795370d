"""A tenant's own event types: named, described by a JSON Schema, used by inbox, checks and flows.

What is received of such a type must fit its schema; expressions read its values typed. Events that
came before a type was described, or changed, stay as they are and are read as free data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem, Stale
from engine.core.event_types import OwnType, check_own_type
from engine.core.text import Text, text
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.store import event_types as store
from engine.store import flows as flow_store
from engine.store.db import Connection

MOST_TYPES = 500


def list_own_types(world: World, tenant: str) -> list[Any]:
    """All own types, by name."""
    with world.db.reading() as conn:
        return store.list_own_types(conn, tenant)


def read_own_type(world: World, tenant: str, type_: str) -> Any:
    """One of them; NotFound otherwise."""
    with world.db.reading() as conn:
        return _found(conn, tenant, type_)


def _found(conn: Connection, tenant: str, type_: str) -> Any:
    row = store.find_own_type(conn, tenant, type_)
    if row is None:
        raise NotFound(text(f"没有自定义事件 {type_}", f"there is no own event type {type_}"))
    return row


def add_own_type(
    world: World, who: Principal, type_: str, label: Text, schema: Mapping[str, Any]
) -> Any:
    """A new type; Conflict when there is one of this name, InvalidInput with paths otherwise."""
    _check(OwnType(type_, label, schema))
    now = world.now()
    with world.db.begin() as conn:
        if len(store.list_own_types(conn, who.tenant)) >= MOST_TYPES:
            raise Conflict(
                text(f"最多 {MOST_TYPES} 个自定义事件", f"at most {MOST_TYPES} own event types")
            )
        added = register(conn, who, now, [OwnType(type_, label, schema)])
        if not added:
            message = text(f"已有事件 {type_}", f"there is an event type {type_} already")
            raise Conflict(message, [Problem("/type", message, "taken")])
        return _found(conn, who.tenant, type_)


def change_own_type(
    world: World,
    who: Principal,
    type_: str,
    label: Text,
    schema: Mapping[str, Any],
    *,
    revision: int,
) -> Any:
    """Another label or schema; Stale when somebody changed it in between."""
    _check(OwnType(type_, label, schema))
    now = world.now()
    values = {"label": label, "schema": schema, "changed_by": who.id, "updated_at": now}
    with world.db.begin() as conn:
        _found(conn, who.tenant, type_)
        if not store.save_own_type(conn, who.tenant, type_, revision, values):
            raise _stale()
        _told(conn, who, now, type_, "changed")
        return _found(conn, who.tenant, type_)


def forget_own_type(world: World, who: Principal, type_: str, *, revision: int) -> None:
    """Takes a type away: what comes is free data again. Conflict while a live flow hears it."""
    with world.db.reading() as conn:
        world.memory.refresh(conn)
    memory = world.memory.tenant(who.tenant)
    heard = [one.flow for one in memory.matcher.listeners if one.listen.type == type_]
    if heard or type_ in memory.awaited:
        raise Conflict(
            text("还有已发布的流程在用这个事件", "a published flow still listens to this event")
        )
    now = world.now()
    with world.db.begin() as conn:
        _found(conn, who.tenant, type_)
        if not store.delete_own_type(conn, who.tenant, type_, revision):
            raise _stale()
        _told(conn, who, now, type_, "removed")


def register(
    conn: Connection,
    who: Principal,
    now: datetime,
    types: Iterable[OwnType],
    *,
    scene: str | None = None,
) -> list[str]:
    """Stores types that are not there yet and returns them; the tenant's own wording stays."""
    rows = [
        {
            "tenant": who.tenant,
            "type": one.type,
            "label": one.label,
            "schema": one.schema,
            "scene": scene,
            "revision": 1,
            "changed_by": who.id,
            "created_at": now,
            "updated_at": now,
        }
        for one in types
    ]
    added = sorted(store.insert_own_types(conn, rows))
    for type_ in added:
        _told(conn, who, now, type_, "added")
    return added


def _told(conn: Connection, who: Principal, now: datetime, type_: str, did: str) -> None:
    flow_store.bump(conn, who.tenant)
    who.note(conn, now, "flows.edit", f"event_type:{type_}", {"did": did})


def _check(own: OwnType) -> None:
    problems = check_own_type(own)
    if problems:
        raise InvalidInput(text("自定义事件不可用", "the event type cannot be used"), problems)


def _stale() -> Stale:
    return Stale(
        text("内容已被他人修改，请重新读取后再改", "somebody has changed it: read it again first")
    )

"""The edit lock of a flow: one person edits at a time, and others see who."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.core.errors import Conflict, Problem
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.runtime.versions import flow_of
from engine.runtime.world import World
from engine.store import flows as flow_store
from engine.store.accounts import find_user

EDIT_LOCK_FOR = timedelta(minutes=10)


def take_edit_lock(world: World, who: Principal, key: str, *, force: bool = False) -> datetime:
    """The edit lock for some minutes; Conflict names who holds it, unless taken over."""
    now = world.now()
    until = now + EDIT_LOCK_FOR
    with world.db.begin() as conn:
        row = flow_of(conn, who.tenant, key)
        if not flow_store.take_edit_lock(conn, who.tenant, row.id, who.id, now, until, force=force):
            holder = find_user(conn, who.tenant, row.edited_by)
            name = holder.name if holder is not None else row.edited_by
            raise Conflict(
                text(f"{name} 正在编辑", f"{name} is editing"),
                [Problem("/edited_by", text(name, name))],
            )
    return until


def release_edit_lock(world: World, who: Principal, key: str) -> None:
    with world.db.begin() as conn:
        row = flow_of(conn, who.tenant, key)
        if row.edited_by == who.id:
            flow_store.update_flow(
                conn, who.tenant, row.id, {"edited_by": None, "edited_until": None}
            )

"""Locks of head office, as every road that writes a document asks for them.

rate_card:<key>    the rate card's document (its draft and what is published)
flow:<key>         the flow's document
params:<key>       the values set for a flow's parameters
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.core.errors import InvalidInput, NotFound, Problem
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.settlement import lock as pure
from engine.settlement.lock import Lock, Permit
from engine.settlement.pointer import stable
from engine.store import flows as flow_store
from engine.store import rate_cards as card_store
from engine.store import settlement_locks as store
from engine.store.db import Connection

CARD, FLOW, PARAMS = "rate_card", "flow", "params"


def list_locks(world: World, tenant: str, *, scope: str | None = None) -> list[Any]:
    """Locks that were not lifted, also those whose time is over."""
    with world.db.reading() as conn:
        return store.locks_of(conn, tenant, scope)


def place_lock(
    world: World,
    who: Principal,
    scope: str,
    pointer: str,
    *,
    owner_role: str,
    reason: str,
    until: datetime | None = None,
) -> Any:
    """A lock on a value of a document that is there; InvalidInput without a reason."""
    if not reason.strip():
        message = text("请填写锁定原因", "say why it is locked")
        raise InvalidInput(message, [Problem("/reason", message, "missing")])
    now = world.now()
    if until is not None and until <= now:
        message = text("截止时间已过", "that moment is over")
        raise InvalidInput(message, [Problem("/until", message, "past")])
    with world.db.begin() as conn:
        document = read_document(conn, who.tenant, scope)
        row = {
            "id": new_id("lck", now),
            "tenant": who.tenant,
            "scope": scope,
            "pointer": stable(document, pointer),
            "owner_role": owner_role,
            "reason": reason.strip(),
            "until": until,
            "placed_by": who.id,
            "placed_at": now,
        }
        store.insert_lock(conn, row)
        said = {"pointer": row["pointer"], "owner_role": owner_role, "reason": row["reason"]}
        who.note(conn, now, "settlement.lock", scope, said)
        return store.find_lock(conn, who.tenant, str(row["id"]))


def lift_lock(world: World, who: Principal, lock_id: str) -> None:
    """Takes a lock away; NotFound when there is none (any more)."""
    now = world.now()
    with world.db.begin() as conn:
        row = store.find_lock(conn, who.tenant, lock_id)
        if row is None or not store.lift_lock(conn, who.tenant, lock_id, who.id, now):
            raise NotFound(text("没有这把锁", "there is no such lock"))
        said = {"pointer": row.pointer, "lifted": True}
        who.note(conn, now, "settlement.lock", row.scope, said)


def demand_unlocked(
    conn: Connection,
    tenant: str,
    scope: str,
    before: Any,
    after: Any,
    now: datetime,
    permits: Sequence[Permit] = (),
) -> None:
    """Locked, with the path of every locked value that the write would change."""
    if before is None:
        return
    rows = store.locks_of(conn, tenant, scope)
    if rows:
        pure.demand_unlocked(scope, before, after, map(read_lock, rows), now, permits)


def read_lock(row: Any) -> Lock:
    """A lock as the pure room knows it."""
    return Lock(row.id, row.scope, row.pointer, row.owner_role, row.reason, row.until)


def read_document(conn: Connection, tenant: str, scope: str) -> Any:
    """The document a scope names; NotFound when there is none."""
    kind, _, key = scope.partition(":")
    found: Any = None
    if kind == CARD:
        row = card_store.find_card(conn, tenant, key)
        found = row.draft if row is not None else None
    elif kind in (FLOW, PARAMS):
        row = flow_store.find_flow(conn, tenant, key)
        if row is not None:
            found = row.draft if kind == FLOW else (row.params or {})
    if found is None:
        message = text(f"没有文档 {scope}", f"there is no document {scope}")
        raise NotFound(message)
    return found

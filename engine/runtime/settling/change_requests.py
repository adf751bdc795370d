"""Changing what is locked: one person asks, another one with the owner's role answers.

An approved change is applied to the document at once, in the same transaction; both people are in
the audit trail. Who the checker is, and that the second factor was given just now, is asked here:
no road leaves it out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from engine.core.errors import Conflict, NotFound
from engine.core.flow import load_flow
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.authors import note_edit
from engine.runtime.principal import Principal
from engine.runtime.settling.locks import (
    CARD,
    FLOW,
    demand_unlocked,
    read_document,
    read_lock,
)
from engine.runtime.settling.rate_cards import write_draft
from engine.runtime.world import World
from engine.settlement import change_request as pure
from engine.settlement.change_request import ChangeRequest
from engine.settlement.lock import Lock, violations
from engine.settlement.pointer import put, take
from engine.store import accounts as account_store
from engine.store import flows as flow_store
from engine.store import settlement_locks as store
from engine.store.db import Connection

SECOND_FACTOR_FOR = timedelta(minutes=10)


def propose_change(
    world: World,
    who: Principal,
    scope: str,
    pointer: str,
    new: Any,
    *,
    reason: str,
    removes: bool = False,
) -> Any:
    """A request to set or remove one locked value; Conflict when no lock is in its way."""
    now = world.now()
    with world.db.begin() as conn:
        document = read_document(conn, who.tenant, scope)
        lock = _lock_over(conn, who.tenant, scope, document, pointer, new, removes, now)
        request = pure.propose(
            new_id("crq", now),
            lock,
            document,
            pointer,
            new,
            maker=who.id,
            reason=reason,
            now=now,
            removes=removes,
        )
        store.insert_request(conn, {"tenant": who.tenant, **_row(request)})
        said = {"request": request.id, "pointer": request.pointer, "new": new}
        who.note(conn, now, "settlement.change", scope, {"proposed": said})
        return store.find_request(conn, who.tenant, request.id)


def list_requests(
    world: World,
    tenant: str,
    *,
    state: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Any]:
    """Newest first, before the id `before`."""
    with world.db.reading() as conn:
        return store.list_requests(conn, tenant, state=state, before=before, limit=limit)


def list_waiting(
    world: World, who: Principal, *, before: str | None = None, limit: int = 50
) -> list[Any]:
    """Those this person may answer: others' ones, under locks of a role they hold."""
    if not who.may("settlement.lock"):
        return []
    with world.db.reading() as conn:
        return store.list_requests(
            conn,
            who.tenant,
            state="proposed",
            before=before,
            owners=_roles(conn, who),
            not_by=who.id,
            limit=limit,
        )


def read_request(world: World, tenant: str, id_: str) -> Any:
    """The request's row; NotFound otherwise."""
    with world.db.reading() as conn:
        row = store.find_request(conn, tenant, id_)
    if row is None:
        raise NotFound(text("没有这个变更申请", "there is no such change request"))
    return row


def approve_request(world: World, who: Principal, id_: str, *, answer: str = "") -> Any:
    """Agrees and changes the document; Forbidden for its maker, without the owner's role, or
    without a fresh second factor. Conflict when the value is no longer what was looked at.
    """
    now = world.now()
    with world.db.begin() as conn:
        request = _held(conn, who.tenant, id_)
        agreed = pure.approve(
            request,
            checker=who.id,
            roles=_roles(conn, who),
            second_factor=has_fresh_factor(who, now),
            now=now,
            answer=answer,
        )
        document = read_document(conn, who.tenant, request.scope)
        changed, applied = pure.apply(agreed, document, now)
        permits = (pure.permit(agreed),)
        demand_unlocked(conn, who.tenant, request.scope, document, changed, now, permits)
        _write(conn, who, request.scope, changed, now)
        store.update_request(conn, who.tenant, id_, _answered(applied))
        said = {"request": id_, "pointer": request.pointer, "maker": request.maker}
        who.note(conn, now, "settlement.change", request.scope, {"approved": said})
        return store.find_request(conn, who.tenant, id_)


def reject_request(world: World, who: Principal, id_: str, *, answer: str) -> Any:
    """Declines, saying why."""
    now = world.now()
    with world.db.begin() as conn:
        request = _held(conn, who.tenant, id_)
        declined = pure.reject(
            request, checker=who.id, roles=_roles(conn, who), answer=answer, now=now
        )
        store.update_request(conn, who.tenant, id_, _answered(declined))
        who.note(conn, now, "settlement.change", request.scope, {"rejected": id_})
        return store.find_request(conn, who.tenant, id_)


def withdraw_request(world: World, who: Principal, id_: str) -> Any:
    """Its maker takes it back."""
    now = world.now()
    with world.db.begin() as conn:
        request = _held(conn, who.tenant, id_)
        gone = pure.withdraw(request, by=who.id, now=now)
        store.update_request(conn, who.tenant, id_, _answered(gone))
        who.note(conn, now, "settlement.change", request.scope, {"withdrawn": id_})
        return store.find_request(conn, who.tenant, id_)


def has_fresh_factor(who: Principal, now: datetime) -> bool:
    """Whether the second factor was given within the last minutes."""
    given = who.second_factor_at
    return who.has_second_factor and given is not None and now - given <= SECOND_FACTOR_FOR


def _lock_over(
    conn: Connection,
    tenant: str,
    scope: str,
    document: Any,
    pointer: str,
    new: Any,
    removes: bool,
    now: datetime,
) -> Lock:
    """The lock that stands in the way of this change."""
    changed = take(document, pointer) if removes else put(document, pointer, new)
    for row in store.locks_of(conn, tenant, scope):
        lock = read_lock(row)
        if violations(scope, document, changed, [lock], now):
            return lock
    raise Conflict(
        text("这个值没有锁定，可以直接修改", "this value is not locked: change it directly")
    )


def _roles(conn: Connection, who: Principal) -> set[str]:
    return {row.key for row in account_store.held_roles(conn, who.tenant, [who.id])}


def _write(conn: Connection, who: Principal, scope: str, document: Any, now: datetime) -> None:
    kind, _, key = scope.partition(":")
    if kind == CARD:
        write_draft(conn, who, key, document, now)
        return
    row = flow_store.find_flow(conn, who.tenant, key)
    if row is None:
        raise NotFound(text(f"没有编号为 {key} 的流程", f"there is no flow {key}"))
    if kind == FLOW:
        load_flow(document)
    column = "draft" if kind == FLOW else "params"
    flow_store.save_draft(
        conn, who.tenant, row.id, row.revision, {column: document, "updated_at": now}
    )
    if kind == FLOW:
        note_edit(conn, who, now, row.key, row.draft, document)


def _held(conn: Connection, tenant: str, id_: str) -> ChangeRequest:
    row = store.lock_request(conn, tenant, id_)
    if row is None:
        raise NotFound(text("没有这个变更申请", "there is no such change request"))
    names = ChangeRequest.__dataclass_fields__
    return ChangeRequest(**{name: getattr(row, name) for name in names})


def _row(request: ChangeRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in ChangeRequest.__dataclass_fields__}


def _answered(request: ChangeRequest) -> dict[str, Any]:
    found = _row(replace(request))
    return {name: found[name] for name in ("state", "checker", "answer", "answered_at")}

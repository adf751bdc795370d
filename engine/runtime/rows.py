"""Rows of the store, made of what a batch holds and read back into it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from engine.core.errors import InvalidInput
from engine.core.event import Event
from engine.core.event_types import load_scope
from engine.runtime.in_hand import Customer, RunInHand
from engine.runtime.world import World
from engine.store.db import dump_json


def run_row(run: RunInHand) -> dict[str, Any]:
    return {
        "id": run.id,
        "tenant": run.tenant,
        "flow_id": run.flow_id,
        "version_id": run.version_id,
        "event_id": run.event_id,
        "owner": run.owner,
        "lane": run.lane,
        "mode_key": run.mode_key,
        "trigger": run.trigger,
        "status": run.status,
        "seq": run.seq,
        "started_at": run.started_at,
        "updated_at": run.updated_at or run.started_at,
        "ended_at": run.ended_at,
        "output": run.output,
        "error": run.error,
        "parent": run.parent,
        "state": run.packed,
    }


def moved_row(run: RunInHand) -> dict[str, Any]:
    return {
        "id": run.id,
        "status": run.status,
        "seq": run.seq,
        "updated_at": run.updated_at,
        "ended_at": run.ended_at,
        "output": run.output,
        "error": run.error,
        "parent": run.parent,
        "state": run.packed,
    }


def scope_in(world: World, tenant: str, event: Event) -> dict[str, Any]:
    """The names an event brings, typed; the tenant's own types by their schema.

    One that was stored before its type was changed, and does not fit it now, is free data.
    """
    own = world.memory.tenant(tenant).own_types.get(event.type)
    try:
        return load_scope(event, own)
    except InvalidInput:
        if own is None:
            raise
        return load_scope(event)


_OWN_COLUMNS = frozenset(
    {"id", "name", "phone", "level", "tags", "owner_user", "consent", "created_at", "identities"}
)


def customer_record(row: Any, identities: list[Any]) -> dict[str, Any]:
    """What expressions see of a customer: own fields stand beside the fixed ones."""
    found: dict[str, Any] = dict(row.fields or {})
    found.update(
        id=row.id,
        name=row.name,
        phone=row.phone,
        level=row.level,
        tags=list(row.tags or ()),
        owner_user=row.owner_user,
        created_at=row.created_at,
        consent=dict(row.consent or {}),
        identities=identity_values(identities),
    )
    return found


def identity_values(identities: list[Any]) -> dict[str, str]:
    """What expressions see of a customer's identities: those that are not sealed."""
    return {one.kind: one.value for one in identities if one.sealed is None}


def customer_row(customer: Customer, now: datetime) -> dict[str, Any]:
    record = customer.record
    return {
        "id": customer.id,
        "name": record["name"],
        "level": record["level"],
        "tags": record["tags"],
        "owner_user": record["owner_user"],
        "consent": record["consent"],
        "fields": {name: value for name, value in record.items() if name not in _OWN_COLUMNS},
        "revision": customer.row.revision + 1,
        "updated_at": now,
    }


def as_json(value: Any) -> Any:
    """Plain JSON values of anything a step may put out (Decimal becomes text).

    The character U+0000, which PostgreSQL cannot store, becomes U+FFFD: platforms do answer it.
    """
    kind = value.__class__
    if value is None or kind is bool or kind is int:
        return value
    if kind is list:  # tags: asked for twice with each change
        for one in value:
            if one.__class__ is not str or "\x00" in one:
                break
        else:
            return value.copy()
    written = dump_json(value)
    found = orjson.loads(written)
    return _without_nul(found) if "\\u0000" in written else found


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(one) for name, one in value.items()}
    return value


def answer_row(row: Any, status: str, output: Any, error: Any, now: datetime) -> dict[str, Any]:
    """The signal that tells a run what became of its effect."""
    failed = status != "delivered"
    value = {**(error or {}), "code": "unknown"} if status == "unknown" else error
    return {
        "lane": row.lane,
        "tenant": row.tenant,
        "kind": "signal",
        "ref": row.run_id,
        "at": now,
        "payload": {
            "kind": "answer",
            "token": row.token,
            "port": "error" if failed else "out",
            "value": value if failed else output,
        },
    }


def event_row(
    tenant: str, id_: str, event: Event, owner: str, lane: int, at: datetime
) -> dict[str, Any]:
    """An event of our own as a row of the inbox; `lane` is its owner's."""
    return {
        "id": id_,
        "tenant": tenant,
        "source": event.source,
        "external_id": event.id,
        "type": event.type,
        "subject": event.subject,
        "time": event.time,
        "received_at": at,
        "owner": owner,
        "lane": lane,
        "connection": None,
        "chain": list(event.chain),
        "data": as_json(event.data),
    }


def chain_of(run: RunInHand) -> list[str]:
    """The causes of what this run causes, itself included (SEMANTICS R12)."""
    found: list[str] = ((run.state or {}).get("start") or {}).get("chain") or []
    return found

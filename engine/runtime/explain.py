"""Why a flow starts or does not start for an event; looks only, changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.core.event import Event
from engine.core.execution.version import compile_version
from engine.core.flow import load_flow
from engine.core.match import Match, Matcher, explain, listeners_of, settle
from engine.core.redact import redact
from engine.core.text import Locale
from engine.runtime.batch import Batch
from engine.runtime.in_hand import Need
from engine.runtime.owners import owner_of
from engine.runtime.reads import answer_all, load_customers
from engine.runtime.rows import as_json, scope_in
from engine.runtime.versions import read_document, read_flow
from engine.runtime.world import World
from engine.store.db import Connection


@dataclass(frozen=True, slots=True)
class _Row:
    """An event nobody stored, as the counting loaders want it."""

    id: str
    owner: str
    received_at: Any


def explain_flow(
    world: World, tenant: str, key: str, event: Event, *, which: str = "draft", locale: Locale
) -> list[dict[str, Any]]:
    """What each event trigger of a flow says to an event: [{node, fires, code, reason, values}].

    `which` is "draft", "live" or a version's number. InvalidFlow when it cannot be compiled.
    """
    row = read_flow(world, tenant, key)
    flow = load_flow(read_document(world, tenant, key, which))
    version = compile_version(flow, world.registry, params=row.params or {})
    with world.db.reading() as conn:
        world.memory.refresh(conn)
        schema = world.memory.tenant(tenant).schema_for
        heard = listeners_of(row.id, 0, version.triggers, params=version.params, schema=schema)
        matcher = Matcher(heard)
        owner = owner_of(world, conn, tenant, event) or "event:preview"
        here = _Row("", owner, world.now())
        return _judge(world, conn, tenant, matcher, event, here, locale, deaf=True)


def explain_event(
    world: World, tenant: str, row: Any, event: Event, locale: Locale
) -> list[dict[str, Any]]:
    """What the live triggers that hear a stored event say to it, by today's versions."""
    with world.db.reading() as conn:
        world.memory.refresh(conn)
        matcher = world.memory.tenant(tenant).matcher
        found = _judge(world, conn, tenant, matcher, event, row, locale, deaf=False)
    flows = world.memory.tenant(tenant).flows
    for one in found:
        flow = flows.get(one.pop("flow_id"))
        one["flow"] = flow.key if flow else None
    return found


def _judge(
    world: World,
    conn: Connection,
    tenant: str,
    matcher: Matcher,
    event: Event,
    row: Any,
    locale: Locale,
    *,
    deaf: bool,
) -> list[dict[str, Any]]:
    batch = Batch(world, world.now())  # thrown away: nothing of it is written
    id_ = row.owner.removeprefix("customer:")
    if id_ != row.owner:
        load_customers(batch, conn, tenant, [id_])
    scope = scope_in(world, tenant, event)
    held = batch.customers.get(id_)
    scope["customer"] = held.record if held else event.data.get("customer")
    heard = matcher.match(event, scope, row.owner)
    known = answer_all(
        batch, conn, [Need("trigger_counts", tenant, (need, row)) for need in heard.needs]
    )
    matches: Sequence[Match] = [
        *heard.matches,
        *(settle(need, one) for need, one in zip(heard.needs, known, strict=True)),
        *(matcher.deaf(event.type) if deaf else ()),
    ]
    found = []
    for match in matches:
        shown = {
            "node": match.listener.node,
            "fires": match.fires,
            "code": match.code,
            "reason": match.sentence(locale),
            "values": as_json(redact(explain(match, scope))),
        }
        if not deaf:
            shown["flow_id"] = match.listener.flow
        found.append(shown)
    return found

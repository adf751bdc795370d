"""Loads what a batch of work is about: runs, events, waits, customers, orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.core.errors import GiveUp
from engine.core.event_types import patterns_of
from engine.core.execute import decide, decode_journal, load_state
from engine.core.execution.version import Version
from engine.core.text import text
from engine.runtime.batch import Batch
from engine.runtime.in_hand import OVER, RunInHand, unpack
from engine.runtime.inbox import as_event, record_keys
from engine.runtime.reads import LOADERS, load_customers
from engine.runtime.start import event_value
from engine.store import events as event_store
from engine.store import orders as order_store
from engine.store import runs as run_store
from engine.store.db import Connection


def load(batch: Batch, conn: Connection, rows: Sequence[Any]) -> None:
    """Everything the rows name that is not there yet, with one query per kind and tenant."""
    for tenant in {row.tenant for row in rows}:
        own = [row for row in rows if row.tenant == tenant]
        wanted = {row.ref for row in own if row.kind in ("signal", "look")}
        wanted |= {row.payload["run_id"] for row in own if row.kind == "child"}
        stored = run_store.load_runs(conn, wanted - batch.runs.keys())
        events = {row.ref for row in own if row.kind == "event"}
        events |= {
            row.payload["event"]
            for row in own
            if row.kind in ("signal", "start") and (row.payload or {}).get("event")
        }
        keys: set[str] = set()
        found = _events(batch, conn, tenant, events)
        for event in found:
            keys |= {event.owner, *record_keys(event.data)}
        if keys:
            types = {pattern for event in found for pattern in patterns_of(event.type)}
            waits = run_store.waits_for(conn, tenant, keys, types)
            for wait in waits:
                batch.waits.setdefault((tenant, wait.key), []).append(wait)
            there = stored.keys() | batch.runs.keys()
            stored |= run_store.load_runs(conn, {wait.run_id for wait in waits} - there)
        _events(batch, conn, tenant, {run.event_id for run in stored.values()})
        _runs(batch, conn, tenant, stored)
        memory = batch.world.memory.tenant(tenant)
        # Others ask for the customer when they come to it (apply.load_owner).
        owners = {row.owner for row in found} if memory.asks_customer or memory.settles else set()
        owners |= {row.ref for row in own if row.kind in ("effect", "child")}
        load_customers(
            batch,
            conn,
            tenant,
            [owner[9:] for owner in owners if owner.startswith("customer:")],
            is_whole=memory.asks_customer,
        )
        numbers = {
            (order["platform"], order["external_id"])
            for event in found
            if event.type.startswith("order.")
            and isinstance(order := event.data.get("order"), dict)
            and "platform" in order
            and "external_id" in order
        }
        for (platform, number), row in order_store.find_orders(conn, tenant, numbers).items():
            batch.orders[tenant, platform, number] = dict(row._mapping)


def _events(batch: Batch, conn: Connection, tenant: str, ids: set[str]) -> list[Any]:
    missing = [id_ for id_ in ids if id_ not in batch.event_rows]
    rows = event_store.find_events(conn, tenant, missing) if missing else []
    for row in rows:
        batch.event_rows[row.id] = row
        batch.events[row.id] = as_event(row)
    return rows


def _runs(batch: Batch, conn: Connection, tenant: str, stored: dict[str, Any]) -> None:
    versions = batch.world.memory.versions(
        conn, tenant, {row.version_id for row in stored.values()}
    )
    told = [row.id for row in stored.values() if _is_told(row)]
    journals = run_store.journals(conn, tenant, told) if told else {}
    for row in stored.values():
        try:
            run = _in_hand(batch, row, versions.get(row.version_id))
            if row.id in journals:
                run.loaded = _retold(batch, run, journals[row.id])
            batch.runs[row.id] = run
        except Exception as fault:
            # Only work for this very run fails by it (take_signal), not what came along with it.
            batch.broken[row.id] = fault


def _is_told(row: Any) -> bool:
    """Whether a run's state is what its journal tells: it waits for a call made at once."""
    return row.state is None and row.seq > 0 and row.status not in OVER


def _retold(batch: Batch, run: RunInHand, entries: Sequence[bytes]) -> dict[str, Any] | None:
    """The state after the signals of a journal, decided on as they were before."""
    event = batch.events.get(run.event_id)
    value = event_value(batch, run.event_id, event) if event else None
    state = None
    for line in b"\n".join(map(unpack, entries)).split(b"\n"):
        signal, _, _ = decode_journal(line, event=value, params=run.version.params)
        state = decide(run.version, state, signal).state
    return state


def _load_run(batch: Batch, conn: Connection, tenant: str, ids: Sequence[str]) -> list[None]:
    """Puts further runs into the batch; one that is there stays as it is."""
    stored = run_store.load_runs(conn, set(ids) - batch.runs.keys())
    _events(batch, conn, tenant, {run.event_id for run in stored.values()})
    _runs(batch, conn, tenant, stored)
    return [None] * len(ids)


LOADERS["load_run"] = _load_run


def _in_hand(batch: Batch, row: Any, version: Version | None) -> RunInHand:
    if version is None:
        raise GiveUp(
            text("流程的这个版本无法加载", "this version of the flow cannot be loaded"),
            "no_version",
        )
    event = batch.events.get(row.event_id)
    return RunInHand(
        id=row.id,
        tenant=row.tenant,
        flow_id=row.flow_id,
        version_id=row.version_id,
        version=version,
        event_id=row.event_id,
        owner=row.owner,
        lane=row.lane,
        trigger=row.trigger,
        started_at=row.started_at,
        mode_key=row.mode_key,
        parent=row.parent,
        status=row.status,
        seq=row.seq,
        is_new=False,
        updated_at=row.updated_at,
        ended_at=row.ended_at,
        output=row.output,
        error=row.error,
        packed=row.state,
        loaded=load_state(
            unpack(row.state),
            event=event_value(batch, row.event_id, event) if event else None,
            params=version.params,
        )
        if row.state
        else None,
    )

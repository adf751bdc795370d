"""Works on one owner's work, in order: events end waits and start runs, signals move runs on."""

from __future__ import annotations

from typing import Any

from engine.core.errors import GiveUp
from engine.core.event import Event
from engine.core.match import fits, settle
from engine.core.run import Signal
from engine.runtime import apply
from engine.runtime.advance import advance, cancel, end, note_incident
from engine.runtime.batch import Batch
from engine.runtime.in_hand import Need, Steps
from engine.runtime.inbox import record_keys
from engine.runtime.order_headers import note_order
from engine.runtime.settling import orders as settled_orders
from engine.runtime.settling import unmapped
from engine.runtime.start import (
    OWN_STARTS,
    Passing,
    begin,
    event_value,
    pass_key,
    start,
    start_child,
    start_next,
    trigger_scope,
)


def work_on(batch: Batch, row: Any) -> Steps:
    """One row of work, by its kind."""
    if row.kind == "event":
        yield from dispatch(batch, row.tenant, row.ref)
    elif row.kind == "signal":
        yield from take_signal(batch, row)
    elif row.kind == "effect":
        yield from apply.serve(batch, row)
    elif row.kind == "start":
        yield from pass_key(batch, row)
    elif row.kind == "next":
        yield from start_next(batch, row)
    elif row.kind == "look":
        yield from look_back(batch, row)
    elif row.kind == "child":
        yield from start_child(batch, row)
    else:
        raise GiveUp(f"work of unknown kind {row.kind}")


def dispatch(batch: Batch, tenant: str, event_id: str) -> Steps:
    """An event of this lane: 1. the order it tells of, 2. waits it ends, 3. flows it starts."""
    event, row = batch.events.get(event_id), batch.event_rows.get(event_id)
    if event is None or row is None:
        return  # erased meanwhile
    note_order(batch, tenant, row)
    memory = batch.world.memory.tenant(tenant)
    if memory.settles:
        settled_orders.note(batch, tenant, row)
    if memory.keeps_products and row.type.startswith("order."):
        yield from unmapped.look(batch, tenant, row, event)
    for wait in _waits(batch, tenant, row, event):
        yield from _end_wait(batch, row, event, wait)
    if row.source.startswith(OWN_STARTS):
        # A schedule, a form, a hook or a hand names the flow and trigger it starts.
        named = event.data.get("start") or {}
        flow = memory.flows.get(str(named.get("flow")))
        if flow is not None and named.get("node") in flow.version.triggers:
            yield from start(batch, flow, named["node"], row, event)
        return
    matcher = memory.matcher
    if not matcher.hears(event.type):
        return
    scope = trigger_scope(batch, row, event)
    heard = matcher.match(event, scope, row.owner)
    for match in heard.matches:
        if match.fires:
            listener = match.listener
            yield from start(batch, memory.flows[listener.flow], listener.node, row, event)
        elif match.is_fault:
            note_incident(batch, tenant, "event", row.id, "trigger", match.values["message"], None)
    for need in heard.needs:
        known = (yield [Need("trigger_counts", tenant, (need, row))])[0]
        match = settle(need, known)
        if match.fires:
            listener = match.listener
            yield from start(batch, memory.flows[listener.flow], listener.node, row, event)


def _waits(batch: Batch, tenant: str, row: Any, event: Event) -> list[Any]:
    if not batch.waits and not batch.new_waits:
        return []
    found = []
    keys = dict.fromkeys((row.owner, *record_keys(event.data)))
    for key in keys:
        for wait in batch.waits.get((tenant, key), ()):
            is_dropped = (wait.run_id, wait.token) in batch.dropped_waits
            if fits(wait.type, event.type) and row.received_at >= wait.since and not is_dropped:
                found.append(wait)
    # Waits stored by earlier runs of this very batch are not in the store yet.
    for held in list(batch.new_waits.values()):
        if (
            held["tenant"] == tenant
            and held["key"] in keys
            and fits(held["type"], event.type)
            and row.received_at >= held["since"]
        ):
            found.append(Passing(held))
    return found


def _end_wait(batch: Batch, row: Any, event: Event, wait: Any) -> Steps:
    # Whether the wait's condition holds is decided where the run's values are: in decide.
    run = batch.runs.get(wait.run_id)
    payload = {"kind": "event", "token": wait.token, "port": "event", "event": row.id}
    if run is not None and run.owner == row.owner:
        signal = Signal(
            "event",
            row.received_at,
            token=wait.token,
            port="event",
            value=_shown(batch, row.id, event),
        )
        yield from advance(batch, run, signal)
    else:
        batch.signal(wait.run_id, row.tenant, wait.lane, row.received_at, payload)


def _shown(batch: Batch, event_id: str, event: Event) -> dict[str, Any]:
    """An event that was waited for (`incoming`): its envelope with its records beside."""
    value = event_value(batch, event_id, event)
    return {**value, **value["data"]}


def take_signal(batch: Batch, row: Any) -> Steps:
    """A signal for a run; for one that has ended it means nothing any more."""
    if row.ref in batch.broken:
        raise batch.broken[row.ref]
    run = batch.runs.get(row.ref)
    asked = row.payload
    if run is None or run.status in ("succeeded", "cancelled"):
        return
    if asked["kind"] == "start":
        event, stored = batch.events.get(run.event_id), batch.event_rows.get(run.event_id)
        if run.seq == 0 and event is not None and stored is not None:
            run.status = "running"
            yield from begin(batch, run, event, stored.chain or (), row.at, late=True)
        elif run.seq == 0:
            end(batch, run, "cancelled", row.at)  # its event was erased: the next one may start
        return
    if asked["kind"] == "cancel":
        yield from cancel(batch, run, row.at, asked.get("value"))
        return
    value = asked.get("value")
    if asked["kind"] == "event":
        event = batch.events.get(asked["event"])
        if event is None:
            return
        value = _shown(batch, asked["event"], event)
    signal = Signal(
        asked["kind"], row.at, token=asked.get("token", ""), port=asked.get("port", ""), value=value
    )
    yield from advance(batch, run, signal, late=True)


def look_back(batch: Batch, row: Any) -> Steps:
    """After a wait was stored: events that came between its beginning and its commit."""
    if row.ref in batch.broken:
        raise batch.broken[row.ref]
    wait = (yield [Need("wait", row.tenant, (row.ref, row.payload["token"]))])[0]
    if wait is None:
        return
    found = (yield [Need("events_for_wait", row.tenant, wait)])[0]
    run = batch.runs.get(wait.run_id)
    for stored in found:
        # The event that started the run is no answer to it.
        if run is not None and run.status == "waiting" and stored.id != run.event_id:
            value = _shown(batch, stored.id, batch.events[stored.id])
            signal = Signal(
                "event", stored.received_at, token=wait.token, port="event", value=value
            )
            yield from advance(batch, run, signal, late=True)

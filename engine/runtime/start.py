"""Starts runs: for events that trigger a flow, through the key of a run mode, for another run.

With a run mode a start passes through its key's lane: only one lane counts a key's runs, by a query
of what is stored and what this batch has changed, never by a counter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.core.event import Event
from engine.core.expression import compile_expression
from engine.core.ids import derived_id
from engine.core.run import ENDED, Signal
from engine.core.text import text
from engine.runtime.advance import advance, answer_parent, cancel, fail
from engine.runtime.batch import Batch
from engine.runtime.in_hand import Need, RunInHand, Steps
from engine.runtime.memory import LiveFlow
from engine.runtime.rows import event_row

# Events the runtime itself makes to start one named trigger.
OWN_STARTS = "/jimu/starts/"


class Passing:
    """Work that passes within its own lane, read like a stored row."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


def trigger_scope(batch: Batch, row: Any, event: Event) -> dict[str, Any]:
    """The names a trigger's condition and a run mode's key can read."""
    scope = dict(batch.scope_of(row.id, event))
    scope["event"] = event_value(batch, row.id, event)
    customer = batch.customers.get(row.owner.removeprefix("customer:"))
    if customer is not None:
        scope["customer"] = customer.record
    else:
        scope["customer"] = event.data.get("customer")
    return scope


def event_value(batch: Batch, event_id: str, event: Event) -> dict[str, Any]:
    """An event as expressions see it, its data typed."""
    value: dict[str, Any] = batch.scope_of(event_id, event)["event"]
    if event.source.startswith(OWN_STARTS) and "inputs" in event.data:
        # What was handed in is the data; which trigger it starts is only our own matter.
        return {**value, "data": value["data"]["inputs"]}
    return value


def start(batch: Batch, flow: LiveFlow, trigger: str, row: Any, event: Event) -> Steps:
    """A run of a flow for an event; once for both, whatever the version.

    With a run mode the start passes through its key's lane: only one lane counts a key's runs.
    """
    run_id = derived_id("run", row.id, flow.flow_id)
    if run_id in batch.runs:
        return
    mode = flow.version.flow.run_mode
    if mode.mode == "parallel" and not mode.limit and mode.reentry == "always":
        run = _new_run(batch, run_id, row.tenant, flow, row.id, row.owner, trigger, row.received_at)
        yield from begin(batch, run, event, row.chain or ())
        return
    key = row.owner
    if mode.key:
        scope = trigger_scope(batch, row, event)
        value = compile_expression(mode.key).evaluate(scope, now=row.received_at)
        key = f"key:{flow.key}:{value}"
    payload = {
        "flow": flow.flow_id,
        "version": flow.version_id,
        "trigger": trigger,
        "event": row.id,
        "owner": row.owner,
        "key": key,
    }
    if key == row.owner:
        passing = Passing(
            {"tenant": row.tenant, "ref": key, "at": row.received_at, "payload": payload}
        )
        yield from pass_key(batch, passing)
    else:
        batch.put(row.tenant, batch.lane(row.tenant, key), "start", key, row.received_at, payload)


def _new_run(
    batch: Batch,
    run_id: str,
    tenant: str,
    flow: LiveFlow,
    event_id: str,
    owner: str,
    trigger: str,
    at: datetime,
    **more: Any,
) -> RunInHand:
    run = RunInHand(
        id=run_id,
        tenant=tenant,
        flow_id=flow.flow_id,
        version_id=flow.version_id,
        version=flow.version,
        event_id=event_id,
        owner=owner,
        lane=batch.lane(tenant, owner),
        trigger=trigger,
        started_at=at,
        **more,
    )
    batch.runs[run_id] = run
    return run


def begin(
    batch: Batch,
    run: RunInHand,
    event: Event,
    chain: Any,
    at: datetime | None = None,
    *,
    late: bool = False,
) -> Steps:
    """The start signal of a run that may start now."""
    link = f"{run.version.key}:{run.owner}"
    if link in chain:
        fail(
            batch,
            run,
            "chain",
            run.started_at,
            text(
                "同一条因果链上，这个流程对同一对象已经执行过，为防止循环触发已停下",
                "this flow already ran on this record within the same chain of causes: stopped",
            ),
        )
        return
    value = {
        "event": event_value(batch, run.event_id, event),
        "params": run.version.params,
        "owner": run.owner,
        "trigger": run.trigger,
        "run_id": run.id,
        "chain": [*chain, link],
    }
    yield from advance(batch, run, Signal("start", at or run.started_at, value=value), late=late)


def pass_key(batch: Batch, row: Any) -> Steps:
    """A start at its key's lane: what the run mode says about the runs there are."""
    asked, tenant, key = row.payload, row.tenant, row.payload["key"]
    memory = batch.world.memory.tenant(tenant)
    flow = memory.flows.get(asked["flow"])
    event, event_row = batch.events.get(asked["event"]), batch.event_rows.get(asked["event"])
    if flow is None or event is None or event_row is None:
        return
    run_id = derived_id("run", asked["event"], flow.flow_id)
    mode = flow.version.flow.run_mode
    slot = (flow.flow_id, key)
    if slot not in batch.unfinished:
        batch.unfinished[slot] = (yield [Need("unfinished", tenant, slot)])[0]
    there = batch.unfinished[slot]
    if any(held[0] == run_id for held in there):
        return
    if mode.reentry != "always":
        if slot not in batch.last_started:
            batch.last_started[slot] = (yield [Need("last_started", tenant, slot)])[0]
        last = batch.last_started[slot]
        is_over = (
            mode.reentry == "once_per"
            and mode.period is not None
            and last is not None
            and row.at - last >= mode.period
        )
        if (last is not None or there) and not is_over:
            return
    status = "running"
    if mode.mode == "single" and there:
        return
    if mode.mode == "restart":
        for other, lane, _ in list(there):
            # One of this owner ends here and now: work that waits behind this one must not find it.
            yield [Need("load_run", tenant, other)]
            held_run = batch.runs.get(other)
            if held_run is not None and held_run.owner == key:
                yield from cancel(batch, held_run, row.at, {"by": run_id})
            else:
                asked_end = {"kind": "cancel", "value": {"by": run_id}}
                batch.signal(other, tenant, lane, row.at, asked_end)
        there = batch.unfinished[slot]
    limit = 1 if mode.mode == "queued" else mode.limit if mode.mode == "parallel" else 0
    if limit and len(there) >= limit:
        status = "queued"
    run = _new_run(
        batch,
        run_id,
        tenant,
        flow,
        asked["event"],
        asked["owner"],
        asked["trigger"],
        row.at,
        mode_key=key,
        status=status,
    )
    there.append((run_id, run.lane, status))
    batch.last_started[slot] = row.at
    if status == "running" and asked["owner"] == key:
        yield from begin(batch, run, event, event_row.chain or ())
    else:
        batch.changed_runs[run_id] = run
        if status == "running":
            batch.signal(run_id, tenant, run.lane, row.at, {"kind": "start"})


def start_next(batch: Batch, row: Any) -> Steps:
    """A run of a key has ended: the oldest queued ones may start, up to the limit."""
    slot = (row.payload["flow"], row.payload["key"])
    flow = batch.world.memory.tenant(row.tenant).flows.get(slot[0])
    if slot not in batch.unfinished:
        batch.unfinished[slot] = (yield [Need("unfinished", row.tenant, slot)])[0]
    there = batch.unfinished[slot]
    mode = flow.version.flow.run_mode if flow else None
    limit = mode.limit if mode and mode.mode == "parallel" and mode.limit else 1
    going = sum(status != "queued" for _, _, status in there)
    for index, (run_id, lane, status) in enumerate(there):
        if going >= limit:
            break
        if status == "queued":
            there[index] = (run_id, lane, "running")
            going += 1
            batch.signal(run_id, row.tenant, lane, row.at, {"kind": "start"})


def start_child(batch: Batch, row: Any) -> Steps:
    """Another flow on this owner's record, asked for by a run of another owner."""
    asked = row.payload
    flow = batch.world.memory.tenant(row.tenant).by_key.get(asked["flow"])
    run_id = asked["run_id"]
    if flow is None:
        if asked.get("token"):
            batch.signal(
                asked["parent"],
                row.tenant,
                asked["parent_lane"],
                row.at,
                {
                    "kind": "answer",
                    "token": asked["token"],
                    "port": "error",
                    "value": {"code": "no_flow", "message": f"{asked['flow']} is not published"},
                },
            )
        return
    parent = (
        f"{asked['parent']} {asked['parent_lane']} {asked['token']}" if asked.get("token") else None
    )
    if run_id in batch.broken:
        raise batch.broken[run_id]
    held = batch.runs.get(run_id)
    if held is not None:
        # Asked again after the asking run's incident: it is the same run, with a new token.
        held.parent = parent
        batch.changed_runs[run_id] = held
        if held.status in ENDED:
            answer_parent(batch, held, row.at)
        return
    event = Event(
        id=run_id,
        source="/flows",
        type="flow.called",
        time=row.at,
        data=asked["input"],
        chain=tuple(asked["chain"]),
    )
    trigger = next(iter(flow.version.triggers), "")
    event_id = derived_id("evt", run_id, "called")
    lane = batch.lane(row.tenant, row.ref)
    batch.new_events.append(event_row(row.tenant, event_id, event, row.ref, lane, row.at))
    run = _new_run(
        batch, run_id, row.tenant, flow, event_id, row.ref, trigger, row.at, parent=parent
    )
    yield from begin(batch, run, event, asked["chain"], late=True)

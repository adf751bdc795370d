"""Events of the system's own, told outside of batches: stored only if somebody listens.

Within a batch `apply.py` and `advance.py` do the same in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.core.ids import lane_of
from engine.core.text import Text, say
from engine.runtime.rows import as_json
from engine.runtime.world import World
from engine.store import events as event_store
from engine.store import flows as flow_store
from engine.store import lanes as lane_store
from engine.store import runs as run_store
from engine.store.db import Connection

SOURCE = "/jimu"
INCIDENT = "flow.incident"


def is_heard(world: World, tenant: str, type_: str) -> bool:
    """Whether a published flow starts with, or waits for, events of this type.

    To be asked before a transaction that changes what is published: what is not committed yet must
    not get into memory.
    """
    with world.db.reading() as conn:
        world.memory.refresh(conn)
    return world.memory.tenant(tenant).hears(type_)


def announce(
    world: World, tenant: str, type_: str, name: str, subject: str, data: Mapping[str, Any]
) -> bool:
    """Tells those who listen; False when nobody does. The same `name` again is the same event."""
    if not is_heard(world, tenant, type_):
        return False
    with world.db.begin() as conn:
        announce_in(world, conn, tenant, type_, name, subject, data)
    world.queue.wake("lanes")
    return True


def announce_in(
    world: World,
    conn: Connection,
    tenant: str,
    type_: str,
    name: str,
    subject: str,
    data: Mapping[str, Any],
    *,
    owner: str | None = None,
    chain: Sequence[str] = (),
) -> None:
    """The same within a transaction of the caller, who has asked `is_heard` and wakes the lanes.

    The event is the record's own ("connector:douyin_main") unless `owner` says whose it is.
    """
    now = world.now()
    whose = owner or f"{type_.partition('.')[0]}:{subject}"
    row = {
        "id": world.ids("evt", now)(),
        "tenant": tenant,
        "source": SOURCE,
        "external_id": f"{type_}/{name}",
        "type": type_,
        "subject": subject,
        "time": now,
        "received_at": now,
        "owner": whose,
        "lane": lane_of(tenant, whose, world.lanes),
        "connection": None,
        "chain": list(chain) or None,
        "data": as_json(data),
    }
    if event_store.store_events(conn, [row]):
        work = {"lane": row["lane"], "tenant": tenant, "kind": "event", "ref": row["id"]}
        lane_store.put_work(conn, [{**work, "at": now, "payload": None}])


def announce_incidents(world: World, incidents: Sequence[Mapping[str, Any]]) -> None:
    """Tells those who listen of incidents of flows, as they are stored; each once."""
    told = False
    for tenant in dict.fromkeys(str(row["tenant"]) for row in incidents):
        if not is_heard(world, tenant, INCIDENT):
            continue
        with world.db.begin() as conn:
            for row in incidents:
                if row["tenant"] == tenant:
                    told = _tell(world, conn, row) or told
    if told:
        world.queue.wake("lanes")


def _tell(world: World, conn: Connection, row: Mapping[str, Any]) -> bool:
    tenant = row["tenant"]
    run = run_store.find_run(conn, tenant, row["run_id"]) if row["run_id"] else None
    flow_id = run.flow_id if run else row["flow_id"]
    key = flow_store.flow_keys(conn, tenant, [flow_id]).get(flow_id) if flow_id else None
    if key is None:
        return False
    chain: list[str] = []
    if run is not None:
        # As the run itself would hand it on: a flow that mends incidents must not chase its own.
        events = event_store.find_events(conn, tenant, [run.event_id])
        chain = [*(events[0].chain or () if events else ()), f"{key}:{run.owner}"]
    notice = incident_notice(key, row["id"], row["code"], row["message"], row["run_id"])
    announce_in(
        world, conn, tenant, INCIDENT, row["id"], key, notice,
        owner=run.owner if run else None, chain=chain,
    )  # fmt: skip
    return True


def incident_notice(
    flow: str, incident: str, code: str, message: Text | str, run: str | None
) -> dict[str, Any]:
    """What `flow.incident` tells."""
    found = {"key": flow, "incident": incident, "code": code, "status": "failed"}
    found["error"] = say(message, "zh")[:2_000]
    return {"flow": {**found, "run": run} if run else found}

"""One thing that cannot be loaded or done stops itself and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.core.node import Read
from engine.runtime import memory as memories
from engine.runtime.batch import Batch
from engine.runtime.inbox import receive
from engine.runtime.memory import Memory
from engine.runtime.reads import LOADERS
from engine.runtime.world import World
from engine.store import incidents as incident_store
from engine.store.customers import customers, identities, page_of_customers
from engine.store.flows import bump, flow_versions
from engine.store.vault import Vault
from tests.engine.runtime.conftest import TENANT, Clock, live, order_event, settle
from tests.engine.runtime.staging import (
    PAID,
    customer_of,
    flow,
    refund_event,
    runs_of,
    tag,
    waiting_flow,
)

REFUND = {"id": "t", "type": "event", "config": {"type": "refund.requested"}}


def spoil(world: World, flow_id: str) -> None:
    """A version that no process can compile any more, and a process that knows nothing yet."""
    with world.db.begin() as conn:
        conn.execute(
            flow_versions.update()
            .where(flow_versions.c.tenant == TENANT, flow_versions.c.flow_id == flow_id)
            .values(document={"format": "jimu.flow/0"})
        )
        bump(conn, TENANT)
    world.memory = Memory(world.registry)


def test_a_flow_that_cannot_be_loaded_stops_no_other(world: World) -> None:
    bad = live(world, flow("bad", [PAID, tag("a", "坏")], ["t>a"]))
    live(world, flow("good", [PAID, tag("a", "好")], ["t>a"]))
    spoil(world, bad)
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    (run,) = runs_of(world)
    assert customer_of(world, run).tags == ["好"]
    assert bad in world.memory.tenant(TENANT).broken


def test_a_run_that_cannot_be_loaded_is_an_incident_and_harms_no_event(
    world: World, clock: Clock
) -> None:
    bad = live(world, waiting_flow())
    live(world, flow("good", [REFUND, tag("a", "好")], ["t>a"]))
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    spoil(world, bad)
    clock.wind(timedelta(minutes=1))
    receive(world, TENANT, [refund_event("r1", "o1")])
    settle(world)
    by_flow = {run.flow_id == bad: run for run in runs_of(world)}
    assert by_flow[False].status == "succeeded"
    assert by_flow[True].status == "failed"
    with world.db.reading() as conn:
        (incident,) = incident_store.list_incidents(conn, TENANT)
    assert (incident.run_id, incident.code) == (by_flow[True].id, "no_version")


def test_more_versions_than_a_process_keeps(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memories, "KEPT_VERSIONS", 1)
    for key in ("one", "two", "three"):
        live(world, {**waiting_flow(), "key": key})
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    clock.wind(timedelta(days=8))
    settle(world)
    assert [run.status for run in runs_of(world)] == ["succeeded"] * 3


def test_an_identity_that_does_not_open_is_an_answer(world: World) -> None:
    event = order_event("o1")
    event.data["order"]["identities"] = [  # type: ignore[index]
        {"kind": "phone", "value": "139 0000 1234"}
    ]
    receive(world, TENANT, [event])
    world.vault = Vault("k2", {"k2": b"2" * 32}, bytes(32))
    with world.db.reading() as conn:
        (customer,) = page_of_customers(conn, TENANT, "", 10)
        asked = [(Read("reach", {"customer": customer.id}), None)]
        batch = Batch(world, world.now())
        (answer,) = LOADERS["read:reach"](batch, conn, TENANT, asked)
    assert (answer.port, answer.value["code"]) == ("error", "unavailable")


def test_whoever_loses_an_identity_leaves_none_without_a_customer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.runtime import owners

    receive(world, TENANT, [order_event("o1", person="x")])
    look, looks = owners.customer_store.find_by_identity, []

    def late(*args: Any) -> Any:
        looks.append(args)
        # Another process stores the same identity right after this look.
        return {} if len(looks) == 1 else look(*args)

    monkeypatch.setattr(owners.customer_store, "find_by_identity", late)
    event = order_event("o2", person="x")
    event.data["order"]["identities"].append(  # type: ignore[index]
        {"kind": "wecom_external_userid", "value": "y"}
    )
    receive(world, TENANT, [event])
    with world.db.reading() as conn:
        held = conn.execute(
            identities.select().where(identities.c.tenant == TENANT).distinct()
        ).all()
        there = conn.execute(customers.select().where(customers.c.tenant == TENANT)).all()
    assert len(held) == 2
    assert {row.customer_id for row in held} == {row.id for row in there}

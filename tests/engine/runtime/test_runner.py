"""An event becomes a run; what the run does is in the store, exactly once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.runtime.in_hand import unpack
from engine.runtime.inbox import receive
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from engine.store import effects as effect_store
from engine.store import incidents as incident_store
from engine.store import lanes as lane_store
from engine.store import runs as run_store
from tests.engine.runtime.conftest import START, TENANT, Answers, live, order_event, settle
from tests.engine.runtime.staging import (
    PAID,
    calling_flow,
    cap_flow,
    customer_of,
    flow,
    runs_of,
    tag,
)


def test_an_event_starts_a_run_that_tags_its_customer(world: World) -> None:
    live(world, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    (run,) = runs_of(world)
    assert run.status == "succeeded"
    assert customer_of(world, run).tags == ["VIP"]


def test_two_orders_of_one_customer_in_one_batch_see_each_other(world: World) -> None:
    live(
        world,
        flow(
            "once",
            [
                PAID,
                {
                    "id": "b",
                    "type": "branch",
                    "config": {
                        "branches": [
                            {"id": "old", "name": "已有", "when": '"VIP" in customer.tags'}
                        ]
                    },
                },
                tag("a", "VIP"),
                tag("again", "老客"),
            ],
            ["t>b", "b.old>again", "b.default>a"],
        ),
    )
    receive(world, TENANT, [order_event("o1"), order_event("o2")])
    settle(world)
    assert customer_of(world, runs_of(world)[0]).tags == ["VIP", "老客"]


def test_a_cap_counts_and_takes_in_one_step_within_a_batch(world: World) -> None:
    live(world, cap_flow())
    receive(world, TENANT, [order_event(f"o{n}") for n in range(5)])
    settle(world)
    ports = []
    for run in runs_of(world):
        with world.db.reading() as conn:
            (entry, *_rest) = run_store.read_journal(conn, TENANT, run.id)
        ports.append(b'"allowed"' in unpack(entry.entry))
    assert sum(ports) == 2


@pytest.fixture
def erp(world: World) -> None:
    from engine.store.connections import insert_connection

    with world.db.begin() as conn:
        insert_connection(
            conn,
            {
                "id": "con_1",
                "tenant": TENANT,
                "key": "erp",
                "connector": "http",
                "name": "ERP",
                "settings": {},
                "sync_mode": "none",
                "on_bad_record": "review",
                "status": "active",
                "revision": 1,
                "failures": 0,
                "created_at": START,
                "updated_at": START,
            },
        )


@pytest.mark.usefixtures("erp")
def test_an_external_effect_goes_out_once_and_its_answer_resumes_the_run(
    world: World, answers: Answers
) -> None:
    live(world, calling_flow())
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    (run,) = runs_of(world)
    assert customer_of(world, run).tags == ["已同步"]
    assert len(answers.calls) == 1
    with world.db.reading() as conn:
        (effect,) = effect_store.effects_of_run(conn, TENANT, run.id)
    assert effect.status == "delivered"
    assert answers.calls[0][3] == effect.key


def test_a_failed_run_keeps_its_state_and_can_be_resumed(world: World) -> None:
    live(
        world,
        flow(
            "bad",
            [
                PAID,
                {
                    "id": "s",
                    "type": "set_fields",
                    "config": {
                        "fields": [{"name": "x", "value": "{{ 1 / (order.amount - 620) }}"}]
                    },
                },
            ],
            ["t>s"],
        ),
    )
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    (run,) = runs_of(world)
    assert run.status == "failed"
    assert run.error["code"]
    with world.db.reading() as conn:
        (incident,) = incident_store.list_incidents(conn, TENANT)
    assert incident.run_id == run.id
    with world.db.begin() as conn:
        lane_store.put_work(
            conn,
            [
                {
                    "lane": run.lane,
                    "tenant": TENANT,
                    "kind": "signal",
                    "ref": run.id,
                    "at": START,
                    "payload": {"kind": "cancel", "value": {"by": "usr_1"}},
                }
            ],
        )
    settle(world)
    assert runs_of(world)[0].status == "cancelled"


def test_an_internal_event_is_stored_only_if_somebody_listens(world: World) -> None:
    live(world, flow("tagger", [PAID, tag("a", "VIP")], ["t>a"]))
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    live(
        world,
        flow(
            "greeter",
            [
                {"id": "t", "type": "event", "config": {"type": "customer.tagged"}},
                tag("a", "已欢迎"),
            ],
            ["t>a"],
        ),
    )
    receive(world, TENANT, [order_event("o2", person="p2")])
    settle(world)
    kinds = sorted(run.status for run in runs_of(world))
    # tagger twice, greeter once; greeter's own tag would start it again and is stopped.
    assert kinds == ["failed", "succeeded", "succeeded", "succeeded"]


def test_work_that_breaks_is_set_aside_alone(world: World, monkeypatch: Any) -> None:
    live(world, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))
    receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(8)])
    from engine.runtime import dispatch

    whole = dispatch.note_order

    def breaks(batch: Any, tenant: str, row: Any) -> None:
        if row.subject == "o3":
            raise KeyError("boom")
        whole(batch, tenant, row)

    monkeypatch.setattr(dispatch, "note_order", breaks)
    settle(world)
    assert len(runs_of(world, status="succeeded")) == 7
    with world.db.reading() as conn:
        (incident,) = incident_store.list_incidents(conn, TENANT)
    assert incident.kind == "event"


def test_a_lost_lease_writes_nothing(world: World) -> None:
    live(world, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))
    receive(world, TENANT, [order_event("o1")])
    with world.db.begin() as conn:
        held = lane_store.lease(conn, "first", 8, timedelta(seconds=-1))
    with world.db.begin() as conn:
        taken = lane_store.lease(conn, "second", 8, timedelta(seconds=30))
        assert taken.keys() == held.keys()
        assert not lane_store.fence(conn, held, timedelta(seconds=30))
        lane_store.release(conn, taken)
    assert drain_lanes(world, "third") == 1

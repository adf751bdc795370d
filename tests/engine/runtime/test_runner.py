"""An event becomes a run; what the run does is in the store, exactly once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.core.errors import InvalidInput
from engine.core.event import Event
from engine.runtime.batch import unpack
from engine.runtime.inbox import receive
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from engine.store import customers as customer_store
from engine.store import effects as effect_store
from engine.store import lanes as lane_store
from engine.store import runs as run_store
from tests.engine.runtime.conftest import (
    START,
    TENANT,
    Answers,
    Clock,
    live,
    order_event,
    settle,
)


def flow(key: str, nodes: list[dict[str, Any]], lines: list[str], **more: Any) -> dict[str, Any]:
    """A flow from nodes and lines written "a>b" or "a.port>b"."""
    edges = []
    for number, line in enumerate(lines):
        start, end = line.split(">")
        source, _, port = start.partition(".")
        edges.append({"id": f"e{number}", "from": source, "to": end, "port": port or "out"})
    return {
        "format": "jimu.flow/1",
        "key": key,
        "name": key,
        "nodes": nodes,
        "edges": edges,
        **more,
    }


PAID = {"id": "t", "type": "event", "config": {"type": "order.paid"}}


def tag(id_: str, *tags: str) -> dict[str, Any]:
    return {"id": id_, "type": "tag_customer", "config": {"add": list(tags)}}


def runs_of(world: World, **where: Any) -> list[Any]:
    with world.db.reading() as conn:
        return run_store.list_runs(conn, TENANT, limit=500, **where)


def customer_of(world: World, run: Any) -> Any:
    id_ = run.owner.removeprefix("customer:")
    with world.db.reading() as conn:
        return customer_store.load_customers(conn, TENANT, [id_])[id_]


def test_an_event_starts_a_run_that_tags_its_customer(world: World) -> None:
    live(world, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    (run,) = runs_of(world)
    assert run.status == "succeeded"
    assert customer_of(world, run).tags == ["VIP"]


def test_the_same_event_again_is_the_same_event(world: World) -> None:
    live(world, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))
    first = receive(world, TENANT, [order_event("o1"), order_event("o1")])
    settle(world)
    again = receive(world, TENANT, [order_event("o1")])
    settle(world)
    assert [one.is_new for one in first] == [True, False]
    assert not again[0].is_new
    assert again[0].id == first[0].id
    assert len(runs_of(world)) == 1


def test_malformed_data_is_refused_with_its_path_and_stores_nothing(world: World) -> None:
    bad = order_event("o2")
    bad.data["order"]["amount"] = "a lot"  # type: ignore[index]
    with pytest.raises(InvalidInput) as refused:
        receive(world, TENANT, [order_event("o1"), bad])
    assert refused.value.problems[0].path == "/1/data/order/amount"
    with world.db.reading() as conn:
        assert lane_store.backlog(conn)[0] == 0


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


def test_customers_are_found_by_any_identity_and_made_once(world: World) -> None:
    receive(world, TENANT, [order_event("o1", person="x")])
    later = order_event("o2", person="y")
    later.data["order"]["identities"].append(  # type: ignore[index]
        {"kind": "douyin_open_id", "value": "x"}
    )
    receive(world, TENANT, [later, order_event("o3", person="y")])
    with world.db.reading() as conn:
        assert len(customer_store.page_of_customers(conn, TENANT, "", 10)) == 1


def test_a_phone_is_kept_sealed_and_shown_masked(world: World) -> None:
    event = order_event("o1")
    event.data["order"]["identities"] = [  # type: ignore[index]
        {"kind": "phone", "value": "139 0000 1234"}
    ]
    receive(world, TENANT, [event])
    with world.db.reading() as conn:
        (customer,) = customer_store.page_of_customers(conn, TENANT, "", 10)
        (identity,) = customer_store.identities_of(conn, TENANT, [customer.id])[customer.id]
    assert customer.phone == "139****1234"
    assert "1234" not in identity.value
    assert world.vault.open(identity.sealed, f"{TENANT}/phone").endswith("13900001234")


def test_a_wait_comes_back_when_its_time_has_come(world: World, clock: Clock) -> None:
    live(
        world,
        flow(
            "later",
            [
                PAID,
                {"id": "w", "type": "wait", "config": {"duration": "P3D"}},
                tag("a", "回访"),
            ],
            ["t>w", "w>a"],
        ),
    )
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    assert runs_of(world)[0].status == "waiting"
    clock.wind(timedelta(days=3, seconds=1))
    settle(world)
    (run,) = runs_of(world)
    assert run.status == "succeeded"
    assert customer_of(world, run).tags == ["回访"]


def waiting_flow(timeout: str = "P7D") -> dict[str, Any]:
    return flow(
        "wait",
        [
            PAID,
            {
                "id": "w",
                "type": "wait_for_event",
                "config": {
                    "type": "refund.*",
                    "condition": "incoming.refund.order_id == order.external_id",
                    "timeout": timeout,
                },
            },
            tag("a", "退款客户"),
            tag("b", "无退款"),
        ],
        ["t>w", "w.event>a", "w.timeout>b"],
    )


def refund_event(number: str, order: str, person: str = "p1") -> Event:
    return Event(
        id=f"refund/{number}",
        source="/tests",
        type="refund.requested",
        time=START,
        data={
            "refund": {
                "platform": "douyin",
                "shop": "shop-1",
                "external_id": number,
                "order_id": order,
                "status": "requested",
                "amount": "10.00",
                "requested_at": "2026-11-11T02:00:00Z",
                "identities": [{"kind": "douyin_open_id", "value": person}],
            }
        },
    )


def test_a_wait_takes_only_the_event_it_means(world: World, clock: Clock) -> None:
    live(world, waiting_flow())
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    clock.wind(timedelta(minutes=1))
    receive(world, TENANT, [refund_event("r1", "another")])
    settle(world)
    assert runs_of(world)[0].status == "waiting"
    receive(world, TENANT, [refund_event("r2", "o1")])
    settle(world)
    (run,) = runs_of(world)
    assert run.status == "succeeded"
    assert customer_of(world, run).tags == ["退款客户"]


def test_an_event_in_the_same_batch_ends_a_wait_begun_in_it(world: World) -> None:
    live(world, waiting_flow())
    receive(world, TENANT, [order_event("o1"), refund_event("r1", "o1")])
    settle(world)
    (run,) = runs_of(world)
    assert customer_of(world, run).tags == ["退款客户"]


def test_a_wait_that_nothing_ends_times_out(world: World, clock: Clock) -> None:
    live(world, waiting_flow())
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    clock.wind(timedelta(days=8))
    settle(world)
    (run,) = runs_of(world)
    assert customer_of(world, run).tags == ["无退款"]
    with world.db.reading() as conn:
        assert not run_store.waits_for(conn, TENANT, [run.owner])


def cap_flow() -> dict[str, Any]:
    return flow(
        "cap",
        [
            PAID,
            {
                "id": "c",
                "type": "frequency_cap",
                "config": {"cap": "gift", "limit": 2, "within": "P30D"},
            },
            {
                "id": "a",
                "type": "set_fields",
                "config": {"fields": [{"name": "gift", "value": "yes"}]},
            },
        ],
        ["t>c", "c.allowed>a"],
    )


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


def calling_flow(**node: Any) -> dict[str, Any]:
    return flow(
        "call",
        [
            PAID,
            {
                "id": "c",
                "type": "call",
                "config": {
                    "connection": "erp",
                    "action": "post",
                    "args": {"url": "https://erp.example/orders"},
                },
                **node,
            },
            tag("ok", "已同步"),
            tag("bad", "同步失败"),
        ],
        ["t>c", "c>ok", "c.error>bad"],
    )


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
        (incident,) = run_store.list_incidents(conn, TENANT)
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


@pytest.mark.parametrize(
    ("mode", "statuses"),
    [
        ({"mode": "single"}, ["waiting"]),
        ({"mode": "restart"}, ["cancelled", "waiting"]),
        ({"mode": "queued"}, ["queued", "waiting"]),
        ({"mode": "parallel", "limit": 2}, ["waiting", "waiting"]),
    ],
)
def test_run_modes(world: World, mode: dict[str, Any], statuses: list[str]) -> None:
    live(world, {**waiting_flow(), "run_mode": mode})
    receive(world, TENANT, [order_event("o1"), order_event("o2")])
    settle(world)
    assert sorted(run.status for run in runs_of(world)) == statuses


def test_a_queued_run_starts_when_the_one_before_has_ended(world: World, clock: Clock) -> None:
    live(world, {**waiting_flow(), "run_mode": {"mode": "queued"}})
    receive(world, TENANT, [order_event("o1"), order_event("o2")])
    settle(world)
    clock.wind(timedelta(days=8))
    settle(world)
    assert sorted(run.status for run in runs_of(world)) == ["succeeded", "waiting"]
    clock.wind(timedelta(days=8))
    settle(world)
    assert [run.status for run in runs_of(world)] == ["succeeded", "succeeded"]


def test_a_mode_key_of_its_own_passes_through_its_lane(world: World) -> None:
    live(world, {**waiting_flow(), "run_mode": {"mode": "single", "key": "order.shop"}})
    receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(4)])
    settle(world)
    assert [run.status for run in runs_of(world)] == ["waiting"]


def test_once_per_period(world: World, clock: Clock) -> None:
    live(
        world,
        flow(
            "gift",
            [PAID, tag("a", "礼品")],
            ["t>a"],
            run_mode={"reentry": "once_per", "period": "P30D"},
        ),
    )
    receive(world, TENANT, [order_event("o1"), order_event("o2")])
    settle(world)
    assert len(runs_of(world)) == 1
    clock.wind(timedelta(days=31))
    receive(world, TENANT, [order_event("o3", at=clock.at)])
    settle(world)
    assert len(runs_of(world)) == 2


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
    from engine.runtime import apply

    whole = apply.note_order

    def breaks(batch: Any, tenant: str, row: Any) -> None:
        if row.subject == "o3":
            raise KeyError("boom")
        whole(batch, tenant, row)

    monkeypatch.setattr(apply, "note_order", breaks)
    settle(world)
    assert len(runs_of(world, status="succeeded")) == 7
    with world.db.reading() as conn:
        (incident,) = run_store.list_incidents(conn, TENANT)
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

"""Waits and events that pass each other: none is missed, none is taken that came before."""

from __future__ import annotations

from datetime import timedelta

from engine.runtime.clock import tick
from engine.runtime.inbox import receive
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from engine.store import events as event_store
from engine.store import runs as run_store
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


def test_an_event_between_a_timer_s_time_and_its_firing_ends_the_wait_that_follows(
    world: World, clock: Clock
) -> None:
    document = waiting_flow()
    document["nodes"].append({"id": "d", "type": "wait", "config": {"duration": "P1D"}})
    document["edges"][0]["to"] = "d"
    document["edges"].append({"id": "x", "from": "d", "to": "w"})
    live(world, document)
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    clock.wind(timedelta(days=1, seconds=10))
    receive(world, TENANT, [refund_event("r1", "o1")])
    drain_lanes(world, "test")  # the clock is late: the event is through before the timer
    tick(world)
    settle(world)
    assert customer_of(world, runs_of(world)[0]).tags == ["退款客户"]


def test_the_event_that_started_a_run_does_not_end_its_wait(world: World, clock: Clock) -> None:
    config = {"type": "order.paid", "timeout": "P7D", "since_start": True}
    nodes = [PAID, {"id": "w", "type": "wait_for_event", "config": config}, tag("a", "复购")]
    live(world, flow("again", nodes, ["t>w", "w.event>a"], run_mode={"mode": "single"}))
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    assert runs_of(world)[0].status == "waiting"
    clock.wind(timedelta(minutes=1))
    receive(world, TENANT, [order_event("o2")])
    settle(world)
    # The second order ended the first one's wait, and started a run that waits for a third.
    assert sorted(run.status for run in runs_of(world)) == ["succeeded", "waiting"]


def test_our_own_events_are_found_by_when_they_came(world: World, clock: Clock) -> None:
    wait = {"id": "w", "type": "wait", "config": {"duration": "P3D"}}
    live(world, flow("later", [PAID, wait, tag("a", "回访")], ["t>w", "w>a"]))
    tagged = {"id": "t", "type": "event", "config": {"type": "customer.tagged"}}
    live(world, flow("greeter", [tagged, tag("b", "已欢迎")], ["t>b"]))
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    clock.wind(timedelta(days=4))
    since = clock.at - timedelta(minutes=1)
    settle(world)
    with world.db.reading() as conn:
        found = list(event_store.events_since(conn, TENANT, None, "customer.*", since))
    assert found
    assert {event.received_at for event in found} == {clock.at}


def test_a_look_back_goes_through_any_number_of_events(world: World) -> None:
    receive(world, TENANT, [order_event(f"o{n}") for n in range(7)])
    with world.db.reading() as conn:
        found = event_store.events_since(conn, TENANT, None, "order.*", world.now(), page=3)
        assert {event.subject for event in found} == {f"o{n}" for n in range(7)}


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

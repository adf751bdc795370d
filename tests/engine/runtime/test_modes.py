"""Run modes where ends and starts meet in one batch, or something breaks in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.runtime import loading
from engine.runtime.clock import fire_timers
from engine.runtime.inbox import receive
from engine.runtime.world import World
from engine.store import events as event_store
from engine.store import incidents as incident_store
from tests.engine.runtime.conftest import TENANT, Clock, live, order_event, settle
from tests.engine.runtime.staging import PAID, flow, refund_event, runs_of, tag, waiting_flow


def statuses(world: World) -> list[str]:
    return [run.status for run in sorted(runs_of(world), key=lambda run: run.id)]


def test_single_sees_that_the_one_before_has_ended_in_the_same_batch(
    world: World, clock: Clock
) -> None:
    live(world, {**waiting_flow(), "run_mode": {"mode": "single"}})
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    clock.wind(timedelta(days=8))
    fire_timers(world)
    receive(world, TENANT, [order_event("o2")])
    settle(world)
    assert statuses(world) == ["succeeded", "waiting"]


def test_restart_ends_the_old_run_before_what_comes_next(world: World, clock: Clock) -> None:
    live(world, {**waiting_flow(), "run_mode": {"mode": "restart"}})
    receive(world, TENANT, [order_event("o1")])
    settle(world)
    clock.wind(timedelta(minutes=1))
    receive(world, TENANT, [order_event("o2")])
    receive(world, TENANT, [refund_event("r1", "o1")])
    settle(world)
    assert statuses(world) == ["cancelled", "waiting"]


def test_a_queued_run_whose_event_was_erased_makes_way(world: World, clock: Clock) -> None:
    live(world, {**waiting_flow(), "run_mode": {"mode": "queued"}})
    receive(world, TENANT, [order_event(f"o{n}") for n in range(3)])
    settle(world)
    by_event = {run.event_id: run for run in runs_of(world) if run.status == "queued"}
    first = min(by_event.values(), key=lambda run: run.id)
    with world.db.begin() as conn:
        events = event_store.events
        conn.execute(
            events.delete().where(events.c.tenant == TENANT, events.c.id == first.event_id)
        )
    clock.wind(timedelta(days=8))
    settle(world)
    assert sorted(statuses(world)) == ["cancelled", "succeeded", "waiting"]


def test_a_run_that_breaks_lets_the_next_one_in(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(world, {**waiting_flow(), "run_mode": {"mode": "queued"}})
    receive(world, TENANT, [order_event("o1"), order_event("o2")])
    settle(world)

    whole, broken = loading.load_state, []

    def breaks(*args: Any, **more: Any) -> Any:
        if not broken:
            broken.append(args)
            raise ValueError("boom")
        return whole(*args, **more)

    monkeypatch.setattr(loading, "load_state", breaks)
    clock.wind(timedelta(days=8))
    settle(world)
    assert sorted(statuses(world)) == ["failed", "waiting"]
    with world.db.reading() as conn:
        assert [one.kind for one in incident_store.list_incidents(conn, TENANT)] == ["run"]


@pytest.mark.parametrize(
    ("mode", "ends"),
    [
        ({"mode": "single"}, ["waiting"]),
        ({"mode": "restart"}, ["cancelled", "waiting"]),
        ({"mode": "queued"}, ["queued", "waiting"]),
        ({"mode": "parallel", "limit": 2}, ["waiting", "waiting"]),
    ],
)
def test_run_modes(world: World, mode: dict[str, Any], ends: list[str]) -> None:
    live(world, {**waiting_flow(), "run_mode": mode})
    receive(world, TENANT, [order_event("o1"), order_event("o2")])
    settle(world)
    assert sorted(run.status for run in runs_of(world)) == ends


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

"""Schedules: a crash loses no firing, one bad record stops nobody's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.runtime import clock as clocks
from engine.runtime.inbox import receive
from engine.runtime.world import World
from engine.store import events as event_store
from engine.store import incidents as incident_store
from engine.store.customers import customers
from tests.engine.runtime.conftest import TENANT, Clock, live, order_event, settle
from tests.engine.runtime.staging import flow, runs_of, tag


def daily(**config: Any) -> dict[str, Any]:
    node = {"id": "t", "type": "schedule", "config": {"cron": "0 11 * * *", **config}}
    return flow("daily", [node, {"id": "e", "type": "end", "config": {}}], ["t>e"])


def test_a_crash_while_a_schedule_fires_loses_nothing(
    world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(world, daily())
    clock.wind(timedelta(hours=1, seconds=5))
    with monkeypatch.context() as patched:

        def dies(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        patched.setattr(clocks, "receive", dies)
        with pytest.raises(KeyboardInterrupt):
            clocks.fire_schedules(world)
    assert clocks.fire_schedules(world) == 1
    assert clocks.fire_schedules(world) == 0
    settle(world)
    assert len(runs_of(world)) == 1


def test_a_customer_who_cannot_be_judged_is_left_out_and_told(world: World, clock: Clock) -> None:
    receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(3)])
    settle(world)
    with world.db.begin() as conn:
        first = conn.execute(customers.select().where(customers.c.tenant == TENANT)).first()
        assert first is not None
        conn.execute(customers.update().where(customers.c.tenant == TENANT).values(tags=["x"]))
        conn.execute(
            customers.update()
            .where(customers.c.tenant == TENANT, customers.c.id == first.id)
            .values(tags=[])
        )
    document = daily(audience="customer.tags[0] == 'x'")
    document["nodes"][1] = {"id": "e", **{k: v for k, v in tag("e", "x").items() if k != "id"}}
    live(world, document)
    clock.wind(timedelta(hours=1, seconds=5))
    settle(world)
    assert len(runs_of(world)) == 2
    with world.db.reading() as conn:
        (incident,) = incident_store.list_incidents(conn, TENANT)
    assert incident.code == "schedule"


def fired(world: World) -> list[str]:
    with world.db.reading() as conn:
        rows = event_store.list_events(conn, TENANT, type_="schedule.fired", limit=500)
    return sorted(row.data["start"]["at"] for row in rows)


@pytest.mark.parametrize(
    ("missed", "times"),
    [
        ({"missed": "last"}, ["2026-11-14T02:00:00+00:00"]),
        ({"missed": "none"}, ["2026-11-14T02:00:00+00:00"]),
        (
            {"missed": "all", "up_to": 3},
            ["2026-11-14T01:58:00+00:00", "2026-11-14T01:59:00+00:00", "2026-11-14T02:00:00+00:00"],
        ),
    ],
    ids=["last", "none", "all"],
)
def test_after_a_long_outage_the_last_times_fire_not_the_first_ones(
    world: World, clock: Clock, missed: dict[str, Any], times: list[str]
) -> None:
    live(world, daily(cron="* * * * *", **missed))
    clock.wind(timedelta(days=3, seconds=30))  # 4,320 missed
    clocks.fire_schedules(world)
    assert fired(world) == times
    assert clocks.fire_schedules(world) == 0


def test_all_that_was_missed_fires_when_it_is_less_than_allowed(world: World, clock: Clock) -> None:
    live(world, daily(cron="0 11 * * *", missed="all", up_to=20))
    clock.wind(timedelta(days=5))
    clocks.fire_schedules(world)
    assert [at[:10] for at in fired(world)] == [f"2026-11-{day}" for day in range(11, 16)]

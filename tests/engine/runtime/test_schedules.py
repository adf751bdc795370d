"""Schedules: a crash loses no firing, one bad record stops nobody's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.runtime import clock as clocks
from engine.runtime.inbox import receive
from engine.runtime.world import World
from engine.store import runs as run_store
from engine.store.customers import customers
from tests.engine.runtime.conftest import TENANT, Clock, live, order_event, settle
from tests.engine.runtime.test_runner import flow, runs_of, tag


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
        (incident,) = run_store.list_incidents(conn, TENANT)
    assert incident.code == "schedule"

"""The scheduler's beats: what is due, and housekeeping now and then."""

from __future__ import annotations

from datetime import timedelta

from engine.runtime.inbox import receive
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from engine.scheduler import SEAL_EVERY, beat
from engine.store.audit import list_audit, verify
from tests.engine.runtime.conftest import TENANT, Clock, live, order_event
from tests.engine.runtime.staging import PAID, flow, runs_of, tag


def test_publishing_is_sealed_into_the_audit_trail(world: World) -> None:
    live(world, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))
    beat(world, SEAL_EVERY - 1)
    with world.db.reading() as conn:
        assert all(row.seal is None for row in list_audit(conn, TENANT))
    beat(world, SEAL_EVERY)
    with world.db.reading() as conn:
        rows = list_audit(conn, TENANT)
        assert {row.act for row in rows} == {"flows.edit", "flows.publish"}
        assert all(row.seal for row in rows)
        assert verify(conn, TENANT) is None


def test_a_beat_fires_what_is_due(world: World, clock: Clock) -> None:
    waiting = {"id": "w", "type": "wait", "config": {"duration": "PT1H"}}
    live(world, flow("later", [PAID, waiting, tag("a", "回访")], ["t>w", "w>a"]))
    receive(world, TENANT, [order_event("o1")])
    drain_lanes(world, "test")
    clock.wind(timedelta(hours=2))
    assert beat(world, 1) >= 1
    drain_lanes(world, "test")
    assert [run.status for run in runs_of(world)] == ["succeeded"]

"""What a killed process held is free at once; what others hold stays theirs."""

from __future__ import annotations

from datetime import timedelta

from engine.runtime.inbox import receive
from engine.runtime.taking_over import take_over
from engine.runtime.world import World
from engine.store import effects as effect_store
from engine.store import jobs as job_store
from engine.store import lanes as lane_store
from tests.engine.runtime.conftest import START, TENANT, live, order_event
from tests.engine.runtime.staging import PAID, flow, tag
from tests.engine.store.test_effects import effect

LEASE = timedelta(seconds=90)
DEAD, ALIVE = "here-a1-7-", "here-a1-77-"


def job(number: int) -> dict[str, object]:
    return {
        "id": f"job_{number}", "tenant": TENANT, "kind": "k", "args": {}, "status": "queued",
        "created_at": START, "attempts": 0, "done": 0,
    }  # fmt: skip


def test_only_what_the_dead_held_is_free(world: World) -> None:
    live(world, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))
    receive(world, TENANT, [order_event(f"o{n}", person=f"p{n}") for n in range(8)])
    with world.db.begin() as conn:
        lost = lane_store.lease(conn, f"{DEAD}x", 2, LEASE)
        kept = lane_store.lease(conn, f"{ALIVE}y", 2, LEASE)
        for number, who in enumerate((DEAD, ALIVE)):
            effect_store.store_effects(conn, [effect(f"e{number}", None, tenant=TENANT)])
            effect_store.claim_effects(conn, f"{who}x", START + LEASE, LEASE, 10)
            job_store.insert_job(conn, job(number))
            job_store.claim_job(conn, f"{who}x", LEASE)
    take_over(world, DEAD)
    with world.db.begin() as conn:
        assert not lane_store.fence(conn, lost, LEASE)
        assert lane_store.fence(conn, kept, LEASE)
        assert lost.keys() <= lane_store.lease(conn, "next", 64, LEASE).keys()
        assert [row.key for row in effect_store.cut_off(conn, 10)] == ["e0"]
        taken = job_store.claim_job(conn, "next", LEASE)
        assert taken is not None
        assert taken.id == "job_0"
        assert job_store.claim_job(conn, "next", LEASE) is None

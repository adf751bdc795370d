"""Drains end by themselves: RQ breaks none off, and whoever has no time left hands on."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from engine.runtime import jobs
from engine.runtime.inbox import receive
from engine.runtime.queue import KINDS, Kind, QuietQueue, RedisQueue
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from engine.store import jobs as job_store
from tests.engine.runtime.conftest import START, TENANT, live, order_event, settle
from tests.engine.runtime.staging import PAID, flow, runs_of, tag


class Woken(QuietQueue):
    """Remembers who was woken."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []

    def wake(self, kind: Kind) -> None:
        self.kinds.append(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_no_job_has_a_time_after_which_rq_breaks_it_off(valkey_url: str, kind: Kind) -> None:
    RedisQueue(valkey_url).wake(kind)
    with redis.Redis.from_url(valkey_url) as client:
        (job,) = Queue(f"jimu-{kind}", connection=client, serializer=JSONSerializer).jobs
        assert job.timeout == -1


def test_jobs_are_handed_on_when_the_time_is_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def work(_world: World, job: Any, _progress: Any) -> dict[str, Any]:
        done.append(job.id)
        return {}

    monkeypatch.setitem(jobs.KINDS, "test", work)
    world.queue = woken = Woken()
    with world.db.begin() as conn:
        for number in range(3):
            job_store.insert_job(
                conn,
                {
                    "id": f"job_{number}", "tenant": TENANT, "kind": "test", "args": {},
                    "status": "queued", "created_at": START,
                },
            )  # fmt: skip
    assert jobs.drain_jobs(world, "a", seconds=0) == 1
    assert woken.kinds == ["jobs"]
    assert jobs.drain_jobs(world, "a") == 2
    assert done == ["job_0", "job_1", "job_2"]


def test_lanes_are_handed_on_when_the_time_is_up(world: World) -> None:
    live(world, flow("vip", [PAID, tag("a", "VIP")], ["t>a"]))
    receive(world, TENANT, [order_event(f"o{n}", person="p") for n in range(5)])
    world.queue = woken = Woken()
    assert drain_lanes(world, "a", seconds=0, batch=2) == 2
    assert "lanes" in woken.kinds
    settle(world)
    assert len(runs_of(world, status="succeeded")) == 5

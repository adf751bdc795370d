"""Durable runs: events in the inbox to finished runs with their trace, PostgreSQL, two workers."""

from __future__ import annotations

import multiprocessing as mp
import os
import time
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import func, select, text

from benchmarks.figure import Figure
from benchmarks.installation import TENANT, installation, order
from engine.runtime.inbox import receive
from engine.runtime.outbox import drain_outbox
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World, live_world
from engine.settings import load_settings
from engine.store.db import all_tenants
from engine.store.runs import runs
from tests.chaos.receiver import Receiver

EVENTS, WORKERS = 20_000, 2


def _work(ready: Barrier, with_effect: bool, seconds: float) -> None:
    world = live_world(load_settings(os.environ))
    with world.db.reading() as conn:
        world.memory.refresh(conn)
    ready.wait()
    over = time.monotonic() + seconds
    idle = 0
    while time.monotonic() < over and idle < 40:
        done = drain_lanes(world, f"bench-{os.getpid()}", seconds=0.5 if with_effect else seconds)
        if with_effect:
            done += drain_outbox(world, f"bench-{os.getpid()}", seconds=0.5)
        idle = 0 if done else idle + 1
        if not done:
            time.sleep(0.02)


def _finished(world: World) -> int:
    with world.db.reading() as conn:
        found = conn.execute(
            all_tenants(select(func.count()).select_from(runs).where(runs.c.status == "succeeded"))
        )
        return int(found.scalar_one())


def _run(with_effect: bool, events: int) -> dict[str, Any]:
    with Receiver() as receiver, installation(with_effect=with_effect, url=receiver.url) as world:
        for start in range(0, events, 500):
            receive(world, TENANT, [order(number) for number in range(start, start + 500)])
        with world.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(text("VACUUM ANALYZE"))
        context = mp.get_context("spawn")
        ready = context.Barrier(WORKERS + 1)
        workers = [context.Process(target=_work, args=(ready, with_effect, 120.0))
                   for _ in range(WORKERS)]  # fmt: skip
        for worker in workers:
            worker.start()
        ready.wait()
        began = time.perf_counter()
        while _finished(world) < events and time.perf_counter() - began < 120:
            time.sleep(0.05)
        took = time.perf_counter() - began
        for worker in workers:
            worker.join(10)
            worker.kill()
        done = _finished(world)
        with world.db.reading() as conn:
            sizes = conn.execute(
                text(
                    "SELECT sum(pg_table_size(t)) , sum(pg_indexes_size(t)) "
                    "FROM unnest(ARRAY['runs', 'journal']::regclass[]) AS t"
                )
            ).one()
        return {"rate": done / took, "runs": done, "seconds": round(took, 2),
                "delivered": sum(receiver.seen.values()),
                "bytes": round((int(sizes[0]) + int(sizes[1])) / max(1, done))}  # fmt: skip


def measure(events: int = EVENTS) -> list[Figure]:
    alone = _run(False, events)
    with_effect = _run(True, events // 2)
    return [
        Figure("durable_runs", "6 nodes, event in inbox to finished, PostgreSQL, 2 workers",
               round(alone["rate"]), "runs/s", 5_000, detail=alone),
        Figure("durable_runs_effect", "the same with one external effect delivered and resumed",
               round(with_effect["rate"]), "runs/s", 3_000, detail=with_effect),
        Figure("bytes_per_run", "run and journal with their indexes, no waits",
               alone["bytes"], "bytes", 2_000, is_better_high=False),
    ]  # fmt: skip

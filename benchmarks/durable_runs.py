"""Durable runs: events in the inbox to finished runs with their trace, PostgreSQL, two workers."""

from __future__ import annotations

import os
import time
from typing import Any

import psycopg
from sqlalchemy import func, select, text

from benchmarks.crew import Gate, crew
from benchmarks.database import plain_url
from benchmarks.figure import Figure
from benchmarks.installation import TENANT, installation, order
from benchmarks.peers import Peer, ask, dbos_steps, postgres_queue, rq_empty
from engine.processes import keep_what_is_loaded
from engine.runtime.inbox import receive
from engine.runtime.installation import live_world
from engine.runtime.outbox import drain_outbox
from engine.runtime.runner import drain_and_call
from engine.runtime.world import World
from engine.settings import load_settings
from engine.store.db import all_tenants
from engine.store.runs import runs
from engine.worker import DRAIN_FOR
from tests.chaos.receiver import Receiver

EVENTS, WORKERS = 20_000, 2
PATIENCE = 120.0


def measure(events: int = EVENTS, *, peers: bool = True) -> list[Figure]:
    alone = _run(events, with_effect=False)
    with_effect = _run(events // 2, with_effect=True)
    found = {}
    if peers:
        found = ask(
            Peer("DBOS, 6 steps", "dbos", dbos_steps.measure),
            Peer("RQ alone, empty jobs", "rq", lambda: rq_empty.measure(events // 10)),
            Peer("PostgreSQL as queue, nothing computed", "psycopg",
                 lambda: postgres_queue.measure(events)),
        )  # fmt: skip
    return [
        Figure("durable_runs", "6 nodes, event in inbox to finished, PostgreSQL, 2 workers",
               round(alone["rate"]), "runs/s", 5_000, detail=alone,
               peers={name: round(value) for name, value in found.items()}),
        Figure("durable_runs_effect", "the same with one external effect delivered and resumed",
               round(with_effect["rate"]), "runs/s", 3_000, detail=with_effect),
        Figure("bytes_per_run", "run and journal with their indexes, no waits",
               alone["bytes"], "bytes", 2_000, is_better_high=False),
    ]  # fmt: skip


def fill(world: World, events: int) -> None:
    """Orders in the inbox, as connectors store them, and statistics as after a while."""
    for start in range(0, events, 500):
        batch = range(start, min(start + 500, events))
        receive(world, TENANT, [order(number) for number in batch])
    with world.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM ANALYZE"))


def _work(gate: Gate, with_effect: bool) -> None:
    """A worker without its queue: what Redis would say, "there is work", is always so here."""
    world = live_world(load_settings(os.environ))
    with world.db.reading() as conn:
        world.memory.refresh(conn)
    keep_what_is_loaded()
    name = f"bench-{os.getpid()}"
    gate.wait()
    while True:  # until the crew is sent home
        done = drain_and_call(world, name, seconds=DRAIN_FOR)
        if with_effect:
            done += drain_outbox(world, name, seconds=DRAIN_FOR)
        if not done:
            time.sleep(0.02)


def _run(events: int, *, with_effect: bool) -> dict[str, Any]:
    with Receiver() as receiver, installation(with_effect=with_effect, url=receiver.url) as world:
        fill(world, events)
        address = plain_url(os.environ["JIMU_DATABASE_URL"])
        with (
            psycopg.connect(address, autocommit=True) as looking,
            crew(WORKERS, _work, with_effect) as workers,
        ):
            began = workers.go()
            while time.monotonic() - began < PATIENCE:
                workers.check()
                if not _is_busy(looking) and _finished(world) == events:
                    break
                time.sleep(0.05)
            took = time.monotonic() - began
        done = _finished(world)
        if done != events:
            raise RuntimeError(f"{done} of {events} runs had ended after {took:.0f} s")
        return {"rate": done / took, "runs": done, "seconds": round(took, 2),
                "delivered": sum(receiver.seen.values()), "bytes": _bytes(world, done)}  # fmt: skip


def _is_busy(looking: psycopg.Connection[Any]) -> bool:
    """Whether anything is left to do. Looked at often, so it must cost those who work nothing."""
    found = looking.execute(
        "SELECT EXISTS (SELECT FROM work) "
        "OR EXISTS (SELECT FROM effects WHERE status IN ('pending', 'sending'))"
    )
    return bool((found.fetchone() or (True,))[0])


def _finished(world: World) -> int:
    with world.db.reading() as conn:
        found = conn.execute(
            all_tenants(select(func.count()).select_from(runs).where(runs.c.status == "succeeded"))
        )
        return int(found.scalar_one())


def _bytes(world: World, done: int) -> int:
    with world.db.reading() as conn:
        size = conn.execute(
            text(
                "SELECT sum(pg_table_size(t) + pg_indexes_size(t)) "
                "FROM unnest(ARRAY['runs', 'journal']::regclass[]) AS t"
            )
        ).scalar_one()
    return round(int(size) / done)

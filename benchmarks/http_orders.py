"""Orders over HTTP: signed batches in, every run finished; then the same with workers killed.

1. Web server, a worker with two processes for the lanes, scheduler and Valkey; PostgreSQL.
2. A few orders warm everything up; they do not count.
3. A platform posts signed batches of 100 over kept connections, as fast as they are taken.
4. The clock runs from the first event sent to the last run finished.
5. Every order is looked for: exactly one event, one run, one journal entry each. When one is lost
   or doubled there is no figure, but 0.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import time
from multiprocessing.queues import SimpleQueue
from typing import Any

from redis import Redis
from rq.worker import Worker
from sqlalchemy import ColumnElement, Table, func, select

from benchmarks.crew import CONTEXT, PATIENCE, Crew, crew
from benchmarks.figure import Figure
from benchmarks.installation import TENANT, installation, order
from benchmarks.processes import Processes, free_port
from benchmarks.shop import Sent, sell
from engine.runtime.inbox import receive
from engine.runtime.world import World
from engine.store.db import all_tenants
from engine.store.events import events
from engine.store.incidents import incidents
from engine.store.lanes import work
from engine.store.runs import journal, runs

ORDERS, BATCH, WARM = 20_000, 100, 400
WORKERS = 2
HOOK = "/hooks/webhook/in"
SEED = 20261111


def measure(orders: int = ORDERS, killed_every: float = 1.0) -> list[Figure]:
    steady = _run(orders)
    killed = _run(orders, killed_every)
    return [
        Figure("http_orders", "signed orders over HTTP in batches of 100, to the last run finished",
               round(steady["rate"]), "orders/s", 3_000, detail=steady),
        Figure("http_orders_killed", "the same, workers killed about every second",
               round(killed["rate"]), "orders/s", 1_500, detail=killed),
    ]  # fmt: skip


def _run(orders: int, killed_every: float | None = None) -> dict[str, Any]:
    told: SimpleQueue[Sent] = CONTEXT.SimpleQueue()
    port = free_port()
    with installation(more={"JIMU_PORT": str(port)}) as world, Processes() as processes:
        processes.start("web", "web")
        processes.start("workers", "worker", "--each", *["--queue=lanes"] * WORKERS)
        processes.start("scheduler", "scheduler")
        _await_ready(processes, port)
        _warm_up(world, processes)
        is_hard = killed_every is not None
        with crew(1, sell, port, HOOK, orders, BATCH, is_hard, told) as shop:
            began = shop.go()
            took, kills = _until_done(world, processes, shop, began, killed_every)
            if told.empty():
                raise TimeoutError("the orders were not taken in")
            sent = told.get()
        found = _look_for(world, orders)
        wrong = found["lost"] + found["twice"] + found["failed"]
        return {"rate": 0 if wrong else orders / (took - (sent.began - began)), **found,
                "killed": kills, "requests": sent.requests,
                "sent_again": sent.tried_again, "slowest_answer": round(sent.slowest, 3),
                "taken_in": round(orders / (sent.ended - sent.began))}  # fmt: skip


def _await_ready(processes: Processes, port: int) -> None:
    over = time.monotonic() + PATIENCE
    with Redis.from_url(os.environ["JIMU_REDIS_URL"]) as redis:
        while Worker.count(connection=redis) < WORKERS or not _answers(port):
            processes.check()
            if time.monotonic() > over:
                raise TimeoutError("the processes were not ready in time")
            time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _warm_up(world: World, processes: Processes) -> None:
    first = 10**9  # far from the numbers that count
    for start in range(0, WARM, 50):
        receive(world, TENANT, [order(first + start + each) for each in range(50)])
    over = time.monotonic() + PATIENCE
    while _count(world, work):
        processes.check()
        if time.monotonic() > over:
            raise TimeoutError("the workers do not work")
        time.sleep(0.05)


def _until_done(
    world: World, processes: Processes, shop: Crew, began: float, killed_every: float | None
) -> tuple[float, int]:
    """Seconds until all is sent and no work is left; what is not done after a while counts as
    lost; and how often a process was killed.

    With `killed_every`, each process that works is killed a random while after it began to, so that
    with all of them there one goes about every so many seconds.
    """
    chance = random.Random(SEED)
    ends: dict[int, float] = {}
    kills = 0
    while (now := time.monotonic()) - began < 2 * PATIENCE:
        shop.check()
        processes.check()
        if killed_every is not None:
            for pid in _working():
                life = killed_every * WORKERS * chance.uniform(0.5, 1.5)
                if ends.setdefault(pid, now + life) <= now:
                    os.kill(pid, signal.SIGKILL)
                    ends[pid], kills = float("inf"), kills + 1
        if not shop.processes[0].is_alive() and not _has_work(world):
            break
        time.sleep(0.05)
    return time.monotonic() - began, kills


def _working() -> list[int]:
    """The processes that take work: RQ keeps their names, which hold their numbers, for a while."""
    with Redis.from_url(os.environ["JIMU_REDIS_URL"]) as redis:
        named = [int(worker.name.split("-")[-2]) for worker in Worker.all(connection=redis)]
    return [pid for pid in named if _is_alive(pid)]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _has_work(world: World) -> bool:
    with world.db.reading() as conn:
        return conn.execute(all_tenants(select(work.c.id).limit(1))).first() is not None


def _look_for(world: World, orders: int) -> dict[str, int]:
    """Orders without a finished run, orders with more than one of anything, faults."""
    wanted = orders + WARM
    own_runs = _count(world, runs)
    done = _count(world, runs, runs.c.status == "succeeded")
    with world.db.reading() as conn:
        by_event = conn.execute(
            all_tenants(select(func.count(runs.c.event_id.distinct())))
        ).scalar_one()
    entries = _count(world, journal)
    return {
        "runs": done - WARM,
        "lost": wanted - int(by_event),
        "twice": max(0, _count(world, events) - wanted) + own_runs - int(by_event)
        + max(0, entries - own_runs),
        "failed": own_runs - done + _count(world, incidents),
    }  # fmt: skip


def _count(world: World, table: Table, *where: ColumnElement[bool]) -> int:
    with world.db.reading() as conn:
        found = conn.execute(all_tenants(select(func.count()).select_from(table).where(*where)))
        return int(found.scalar_one())

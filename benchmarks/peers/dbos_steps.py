"""DBOS, a workflow of six steps on the same PostgreSQL: two processes, workflows side by side."""

from __future__ import annotations

import importlib
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import SimpleQueue
from typing import Any

from benchmarks.crew import CONTEXT, Gate, crew
from benchmarks.database import database, plain_url

PROCESSES, THREADS = 2, 4


def _work(gate: Gate, url: str, seconds: float, done: SimpleQueue[tuple[int, float]]) -> None:
    """Runs workflows one after the other in a few threads until the time is up."""
    dbos = importlib.import_module("dbos").DBOS
    run = _launch(dbos, url)
    gate.wait()
    began = time.monotonic()
    over = began + seconds

    def loop(_: int) -> int:
        count = 0
        while time.monotonic() < over:
            if run(620 + count % 100, "live") != "done":
                raise RuntimeError("a workflow of DBOS did not end")
            count += 1
        return count

    with ThreadPoolExecutor(THREADS) as pool:
        total = sum(pool.map(loop, range(THREADS)))
    done.put((total, time.monotonic() - began))


def _make_tables(gate: Gate, url: str) -> None:
    dbos = importlib.import_module("dbos").DBOS
    _launch(dbos, url)
    gate.wait()


def _launch(dbos: Any, url: str) -> Any:
    dbos(config={"name": "peer", "system_database_url": url, "log_level": "ERROR",
                 "run_admin_server": False})  # fmt: skip
    run = _workflow(dbos)
    dbos.launch()
    return run


def _workflow(dbos: Any) -> Any:
    """Trigger, branch, fields, switch, tag, end: each a step whose result is stored."""

    @dbos.step()  # type: ignore[untyped-decorator]
    def step(value: Any) -> Any:
        return value

    @dbos.workflow()  # type: ignore[untyped-decorator]
    def vip(amount: int, channel: str) -> str:
        order = step({"amount": amount, "channel": channel})
        if step(order["amount"] > 500):
            points = step(order["amount"] * 2)
            if step(order["channel"] in ("live", "shop")):
                step({"tags": ["VIP"], "points": points})
        return str(step("done"))

    return vip


def measure(seconds: float = 5.0) -> float:
    """Workflows a second."""
    done: SimpleQueue[tuple[int, float]] = CONTEXT.SimpleQueue()
    with database() as address:
        url = plain_url(address)
        with crew(1, _make_tables, url) as first:
            first.go()
        with crew(PROCESSES, _work, url, seconds, done) as workers:
            workers.go()
            found: list[tuple[int, float]] = []
            while len(found) < PROCESSES:
                if done.empty():
                    workers.check()
                    time.sleep(0.05)
                else:
                    found.append(done.get())
    return sum(count for count, _ in found) / max(took for _, took in found)

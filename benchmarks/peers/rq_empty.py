"""RQ alone: one empty job per event, two SimpleWorkers, nothing stored but what RQ keeps."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from redis import Redis
from rq import Queue
from rq.worker import SimpleWorker

from benchmarks.crew import Gate, crew
from engine.embedded import EmbeddedValkey

WORKERS = 2


def nothing(number: int) -> int:
    """The job."""
    return number


def _work(gate: Gate, url: str) -> None:
    with Redis.from_url(url) as redis:
        worker = SimpleWorker([Queue("peer", connection=redis)], connection=redis)
        gate.wait()
        worker.work(burst=True, logging_level="ERROR")


def measure(jobs: int = 2_000) -> float:
    """Jobs a second, all of them enqueued beforehand."""
    with (
        tempfile.TemporaryDirectory(prefix="jimu-bench-") as folder,
        EmbeddedValkey(Path(folder)) as valkey,
        Redis.from_url(valkey.url) as redis,
        crew(WORKERS, _work, valkey.url) as workers,
    ):
        queue = Queue("peer", connection=redis)
        queue.enqueue_many([
            Queue.prepare_data("benchmarks.peers.rq_empty.nothing", (number,), result_ttl=0)
            for number in range(jobs)
        ])  # fmt: skip
        began = workers.go()
        while queue.count:
            workers.check()
            time.sleep(0.01)
        took = time.monotonic() - began  # ending the workers is not part of the work
        workers.join()
    return jobs / took

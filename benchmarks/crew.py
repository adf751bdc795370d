"""Processes that start together, and that are gone afterwards whatever happens."""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event, Semaphore
from typing import Any

PATIENCE = 120.0  # seconds until a process is ready, and until it has ended
CONTEXT = mp.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Gate:
    """Where workers wait until all are ready; handed to each as its first argument."""

    ready: Semaphore
    open: Event

    def wait(self) -> None:
        """Called by a worker when it has loaded all it needs."""
        self.ready.release()
        if not self.open.wait(PATIENCE):
            raise TimeoutError("the gate was never opened")


@dataclass(frozen=True, slots=True)
class Crew:
    """Processes at their gate; `go` opens it."""

    gate: Gate
    processes: list[SpawnProcess]

    def go(self) -> float:
        """Lets them start when all are ready; the time (time.monotonic) it did."""
        over = time.monotonic() + PATIENCE
        for _ in self.processes:
            while not self.gate.ready.acquire(timeout=0.2):
                self.check()
                if time.monotonic() > over:
                    raise TimeoutError("a process was not ready in time")
        began = time.monotonic()
        self.gate.open.set()
        return began

    def check(self) -> None:
        """Raises RuntimeError when one of them has failed."""
        for process in self.processes:
            if process.exitcode:
                raise RuntimeError(f"{process.name} ended with {process.exitcode}")

    def join(self) -> None:
        for process in self.processes:
            process.join(PATIENCE)
        self.check()


@contextlib.contextmanager
def crew(count: int, work: Callable[..., None], *args: Any) -> Iterator[Crew]:
    """`count` processes, each running `work(gate, *args)`; a module's own function."""
    gate = Gate(CONTEXT.Semaphore(0), CONTEXT.Event())
    processes = [CONTEXT.Process(target=work, args=(gate, *args), daemon=True)
                 for _ in range(count)]  # fmt: skip
    try:
        for process in processes:
            process.start()
        yield Crew(gate, processes)
    finally:
        for process in processes:
            if process.pid is not None:
                process.kill()
                process.join()

"""How fast this machine is just now: the same small loop, in plain Python.

It counts time of the processor, as `condition` and `interpreter` do; `taken` says which part of the
clock's time others had the core, which is what makes the figures with processes wrong.
"""

from __future__ import annotations

import time

from benchmarks.figure import Figure, median

STEPS = 300_000


def _round(steps: int) -> tuple[float, float]:
    """Million steps a second of the processor, and the part of the time it was ours."""
    clock, began = time.perf_counter(), time.process_time()
    found: dict[int, int] = {}
    for number in range(steps):
        found[number & 1023] = found.get(number & 1023, 0) + number
    took = time.process_time() - began
    return steps / took / 1e6, took / (time.perf_counter() - clock)


def measure(steps: int = STEPS) -> Figure:
    rounds = [_round(steps) for _ in range(7)]
    return Figure("plain_python", "a dict loop in plain Python",
                  round(median([speed for speed, _ in rounds]), 2), "million steps/s",
                  detail={"taken": round(1 - median([ours for _, ours in rounds]), 2)})  # fmt: skip

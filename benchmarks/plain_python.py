"""How fast this machine is just now: the same small loop, in plain Python."""

from __future__ import annotations

import time

from benchmarks.figure import Figure, median


def _round() -> float:
    began = time.perf_counter()
    found: dict[int, int] = {}
    for number in range(300_000):
        found[number & 1023] = found.get(number & 1023, 0) + number
    return 300_000 / (time.perf_counter() - began) / 1e6


def measure() -> Figure:
    value = round(median([_round() for _ in range(7)]), 2)
    return Figure("plain_python", "a dict loop in plain Python", value, "million steps/s")

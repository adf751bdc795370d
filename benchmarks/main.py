"""Runs benchmarks and prints their figures, or writes them into docs/performance.md."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence

from benchmarks.figure import Figure

NAMES = ("plain_python", "condition", "interpreter", "durable_runs", "http_orders")


def run(names: Sequence[str] = NAMES, told: Callable[[Figure], None] = print) -> list[Figure]:
    """Runs these benchmarks, one after the other; `told` hears each figure as it is there."""
    found: list[Figure] = []
    for name in names:
        result = importlib.import_module(f"benchmarks.{name}").measure()
        for figure in result if isinstance(result, list) else [result]:
            found.append(figure)
            told(figure)
    return found


if __name__ == "__main__":
    import sys

    run(sys.argv[1:] or NAMES)

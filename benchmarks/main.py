"""Runs benchmarks and prints their figures, or writes them into docs/performance.md.

python -m benchmarks.main                      all figures, the median of three rounds
python -m benchmarks.main interpreter --rounds 5 --json
python -m benchmarks.main --write              the same, into the page
python -m benchmarks.main --profile durable_runs   where the time of one worker goes
"""

from __future__ import annotations

import argparse
import importlib
import json
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console

from benchmarks.figure import Figure, middle
from benchmarks.report import shown, table, write_page

NAMES = (
    "plain_python", "condition", "interpreter", "durable_runs", "http_orders", "test_run",
    "settle_month", "quote", "designer",
)  # fmt: skip
PROFILES = ("interpreter", "durable_runs", "durable_runs_effect")
HAVE_PEERS = ("condition", "interpreter", "durable_runs", "settle_month")

_told = Console(stderr=True, highlight=False)


def tell(figure: Figure) -> None:
    """One line as soon as a figure is there; the table comes at the end."""
    _told.print(f"{figure.name}: {shown(figure.value)} {figure.unit}")


def run(
    names: Sequence[str] = NAMES,
    told: Callable[[Figure], None] = tell,
    *,
    rounds: int = 3,
    peers: bool = True,
) -> list[Figure]:
    """Runs these benchmarks one after the other, the median of some rounds each.

    `told` hears each figure as it is there.
    """
    found: list[Figure] = []
    for name in names:
        measure = importlib.import_module(f"benchmarks.{name}").measure
        options: dict[str, Any] = {"peers": peers} if name in HAVE_PEERS else {}
        by_name: dict[str, list[Figure]] = {}
        for _ in range(rounds):
            result = measure(**options)
            for figure in result if isinstance(result, list) else [result]:
                by_name.setdefault(figure.name, []).append(figure)
        for each in by_name.values():
            figure = middle(each)
            found.append(figure)
            told(figure)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; 1 when a figure does not reach its bar."""
    given = list(sys.argv[1:] if argv is None else argv)
    asked = _parser().parse_args(given)
    names = asked.names or list(NAMES)
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        _parser().error(f"there is no figure {unknown[0]}; there are {', '.join(NAMES)}")
    if threading.current_thread() is threading.main_thread():
        # So that a stop from outside also passes the places that end the children.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if asked.profile:
        from benchmarks.profiled import profile

        print(profile(asked.profile, asked.count))
        return 0
    figures = run(names, rounds=asked.rounds, peers=not asked.alone)
    if asked.json:
        print(json.dumps([figure.as_json() for figure in figures], ensure_ascii=False, indent=2))
    else:
        Console(highlight=False).print(table(figures))
    if asked.write:
        command = shlex.join(["python", "-m", "benchmarks.main", *given])
        _told.print(f"written: {write_page(figures, command, asked.rounds)}")
    return int(any(figure.reaches_bar is False for figure in figures))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jimu bench", description="The figures, beside peers'.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}; or all")
    parser.add_argument("--rounds", type=_positive, default=3, help="the median of so many counts")
    parser.add_argument("--alone", action="store_true", help="without peers")
    parser.add_argument("--json", action="store_true", help="a list of figures, for programs")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md too")
    parser.add_argument("--profile", choices=PROFILES, help="where the time of one worker goes")
    parser.add_argument("--count", type=_positive, default=4_000, help="runs to profile")
    return parser


def _positive(value: str) -> int:
    if value.isdigit() and int(value):
        return int(value)
    raise argparse.ArgumentTypeError("a whole number from 1 on")


if __name__ == "__main__":
    sys.exit(main())

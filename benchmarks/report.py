"""Figures as a table on the terminal, and as the generated part of docs/performance.md."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from benchmarks.database import server_version
from benchmarks.figure import Figure

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def shown(value: float) -> str:
    """With thousands where it is large, with three digits where it is small."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def table(figures: Sequence[Figure]) -> Table:
    """For the terminal."""
    found = Table("figure", "work", "value", "bar", "reached", "peers")
    for figure in figures:
        found.add_row(
            figure.name, figure.work, f"{shown(figure.value)} {figure.unit}", _bar(figure),
            _reached(figure), _peers(figure, "\n"),
        )  # fmt: skip
    return found


def write_page(figures: Sequence[Figure], command: str, rounds: int, page: Path = PAGE) -> Path:
    """Puts figures between the markers of the page; what stands around them stays."""
    text = page.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no markers {BEGIN} and {END}")
    page.write_text(f"{before}{begin}\n{generated(figures, command, rounds)}\n{end}{after}")
    return page


def generated(figures: Sequence[Figure], command: str, rounds: int) -> str:
    """The table with what it was measured on."""
    lines = [
        f"Measured on {datetime.now(UTC):%Y-%m-%d} by `{command}`, the median of {rounds} rounds.",
        "",
        *(f"- {fact}" for fact in _machine(figures)),
        "",
        "| Figure | Work | Value | Bar | Reached | Peers, same run, same unit |",
        "|---|---|---:|---:|---|---|",
    ]
    lines += [
        f"| `{one.name}` | {one.work} | {shown(one.value)} {one.unit} | {_bar(one)} "
        f"| {_reached(one)} | {_peers(one, '<br>')} |"
        for one in figures
    ]
    return "\n".join(lines)


def processor() -> str:
    """The model of the processor, as the system names it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _machine(figures: Sequence[Figure]) -> list[str]:
    found = [
        f"{processor()}, {_cores()} cores, shared by load, service and database",
        f"Python {platform.python_version()}, PostgreSQL {server_version()}, "
        f"{platform.system()} {platform.release()}",
    ]
    for figure in figures:
        if figure.name == "plain_python":
            taken = f"{figure.detail['taken']:.0%}"
            found.append(
                f"plain Python on it at that time: {shown(figure.value)} {figure.unit}; others "
                f"took {taken} of a core"
            )
    return found


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _bar(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    return f"{'≥' if figure.is_better_high else '≤'} {shown(figure.bar)}"


def _reached(figure: Figure) -> str:
    return {True: "yes", False: "no", None: ""}[figure.reaches_bar]


def _peers(figure: Figure, between: str) -> str:
    return between.join(f"{name}: {shown(value)}" for name, value in figure.peers.items())

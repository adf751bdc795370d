"""Finds the quickest Python on this machine: `python3 deploy/quickest.py` prints its path.

How a Python was compiled makes up to a factor of two between two of the same version (a shared
library, no optimisation by profile), and a machine often has several. Only one that can make a
virtual environment by itself, of a version known to work, takes the place of the one that asks.
Standard library only; each of them runs this file with `--probe` and tells its own time.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from typing import Any

KNOWN = ((3, 11), (3, 13))
NAMES = ("python3", *(f"python{major}.{minor}" for major, minor in ((3, 11), (3, 12), (3, 13))))
PLACES = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")  # beside PATH
ROUNDS = 3
MARGIN = 1.2  # so much quicker it has to be: less is noise, and no reason to leave the usual one


def main() -> str:
    """The path of the quickest; the one that runs this, where none is clearly quicker.

    1. Every Python of PATH and of the usual places tells who it is; links to one count once.
    2. Each is timed in turns, so that a busy moment meets all of them; its best time counts.
    """
    best: dict[str, float] = {}
    path: dict[str, str] = {}
    here = ask(sys.executable) or {"base": sys.executable, "seconds": 0.0}
    for each in (sys.executable, *candidates()):
        said = ask(each)
        if said and (said["base"] == here["base"] or is_fit(said)):
            path.setdefault(said["base"], each)
    for _ in range(ROUNDS):
        for base, each in path.items():
            said = ask(each)
            if said:
                best[base] = min(said["seconds"], best.get(base, said["seconds"]))
    if not best:
        return sys.executable
    quickest = min(best, key=best.__getitem__)
    is_clear = best.get(here["base"], here["seconds"]) > MARGIN * best[quickest]
    return path[quickest] if is_clear else sys.executable


def candidates() -> list[str]:
    folders = dict.fromkeys([*os.environ.get("PATH", "").split(os.pathsep), *PLACES])
    files = (os.path.join(folder, name) for folder in folders if folder for name in NAMES)
    return [each for each in files if os.access(each, os.X_OK)]


def ask(python: str) -> dict[str, Any] | None:
    """What the Python at this path says of itself; None where it does not run, or is too old."""
    try:
        done = subprocess.run(
            [python, "-I", os.path.abspath(__file__), "--probe"],
            capture_output=True,
            timeout=20,
            check=True,
        )
        return dict(json.loads(done.stdout))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def is_fit(said: dict[str, Any]) -> bool:
    oldest, newest = KNOWN
    return oldest <= tuple(said["version"]) <= newest and bool(said["venv"])


def probe() -> dict[str, Any]:
    """Who this Python is: file, version, whether it makes environments; and its seconds."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return {
        "base": os.path.realpath(base),
        "version": sys.version_info[:2],
        "venv": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
        "seconds": min(seconds() for _ in range(3)),
    }


class Step:
    def __init__(self, number: int) -> None:
        self.number = number

    def plus(self, other: int) -> int:
        return self.number + other


def seconds() -> float:
    """Time of the processor for what most of our code does: calls, small objects, dicts, text."""
    began = time.process_time()
    found: dict[str, int] = {}
    for number in range(15_000):
        step = Step(number)
        found[str(number & 255)] = step.plus(len([number, step]))
    return time.process_time() - began


if __name__ == "__main__":
    print(json.dumps(probe()) if sys.argv[1:] == ["--probe"] else main())

"""The same work done with others. Each module has a `measure(...)` that returns a plain number."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is measured beside us; `package` is what must be importable for it."""

    name: str
    package: str
    measure: Callable[[], float]

    @property
    def is_installed(self) -> bool:
        return importlib.util.find_spec(self.package) is not None


def ask(*peers: Peer) -> dict[str, float]:
    """The figure of each peer that is installed, by name."""
    found = {}
    for peer in peers:
        if peer.is_installed:
            found[peer.name] = peer.measure()
        else:
            print(f"{peer.name} is not installed: left out (`make bench` installs it)",
                  file=sys.stderr)  # fmt: skip
    return found

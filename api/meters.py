"""What this web process counts by itself, and what it keeps of the database's figures."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram

from engine.runtime.inbox import Received
from engine.runtime.world import World
from engine.store.figures import Figures, read_figures

KEPT_FOR = timedelta(seconds=10)


class Meters:
    """What one process counts, and the database's figures of a moment ago."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._latency = Histogram(
            "jimu_http_request_seconds",
            "Time of HTTP requests",
            ("method", "route", "status"),
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self._events = Counter(
            "jimu_events_received",
            "Events received over HTTP, new ones and those that were there already",
            ("again",),
            registry=self.registry,
        )
        self._kept: tuple[datetime, Figures] | None = None
        self._lock = threading.Lock()

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self._latency.labels(method, route, str(status)).observe(seconds)

    def count_events(self, receipts: Sequence[Received]) -> None:
        """Events that were received: how many were new, how many had come before."""
        new = sum(one.is_new for one in receipts)
        self._events.labels("no").inc(new)
        self._events.labels("yes").inc(len(receipts) - new)

    def figures(self, world: World) -> tuple[datetime, Figures]:
        """What the database says, and when it was asked."""
        with self._lock:
            now = world.now()
            if self._kept is None or now - self._kept[0] >= KEPT_FOR:
                with world.db.reading() as conn:
                    self._kept = (now, read_figures(conn, now))
            return self._kept

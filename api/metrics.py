"""Figures for monitoring: GET /metrics in the form Prometheus reads.

What lies in the database is read when asked, at most every `KEPT_FOR`; what this web process counts
by itself (requests) is summed over processes by Prometheus.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from flask import Response, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric

from api.auth import is_on_this_machine
from api.context import context, known_caller, world
from api.resource import PUBLIC, Resource
from engine.core.errors import Unauthenticated
from engine.core.text import text
from engine.runtime.inbox import Received
from engine.store.figures import Figures, read_figures

resource = Resource("metrics", text("监控指标", "Figures for monitoring"), prefix="")

KEPT_FOR = timedelta(seconds=10)
ACT = "metrics.read"


class Meters:
    """What this process counts by itself."""

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

    def figures(self) -> tuple[datetime, Figures]:
        """What the database says, and when it was asked."""
        with self._lock:
            now = world().now()
            if self._kept is None or now - self._kept[0] >= KEPT_FOR:
                with world().db.reading() as conn:
                    self._kept = (now, read_figures(conn, now))
            return self._kept


def _metrics(now: datetime, found: Figures) -> Iterator[Metric]:
    def gauge(name: str, words: str, value: float) -> Metric:
        return GaugeMetricFamily(f"jimu_{name}", words, value=value)

    def by_status(name: str, words: str, counts: dict[str, int]) -> Metric:
        family = GaugeMetricFamily(f"jimu_{name}", words, labels=("status",))
        for status, count in sorted(counts.items()):
            family.add_metric((status,), count)
        return family

    def age(since: datetime | None) -> float:
        return max(0.0, (now - since).total_seconds()) if since is not None else 0.0

    yield gauge("work_waiting", "Work that waits in the lanes", found.work)
    yield gauge("work_oldest_seconds", "How long the oldest has waited", age(found.oldest_work_at))
    yield gauge("lanes_with_work", "Lanes that have work", found.lanes_with_work)
    yield gauge("events_last_minute", "Events received in a minute", found.events_last_minute)
    yield by_status("runs_latest", "The latest 10,000 runs by status", found.runs)
    yield by_status("effects_latest", "The latest 10,000 effects by status", found.effects)
    yield gauge("effects_pending", "Effects not delivered yet", found.effects_pending)
    yield gauge("effects_overdue_seconds", "How long one is overdue", age(found.oldest_effect_at))
    yield gauge("incidents_open", "Incidents nobody has mended", found.incidents_open)


class _Database:
    """The database's figures as a collector."""

    def collect(self) -> Iterator[Metric]:
        yield from _metrics(*context().meters.figures())


@resource.get("/metrics", act=PUBLIC, answers={200: "text/plain"}, problems=(401, 403))
def read_metrics() -> Response:
    """Figures in the text form of Prometheus.

    From this machine itself anybody may read them; from elsewhere a key or person with
    `metrics.read`.
    """
    who = known_caller()
    if who is not None:
        who.require(ACT)
    elif not is_on_this_machine(request):
        raise Unauthenticated(text("需要 metrics.read 权限的密钥", "needs a key with metrics.read"))
    registry = CollectorRegistry()
    registry.register(_Database())
    body = generate_latest(context().meters.registry) + generate_latest(registry)
    return Response(body, content_type=CONTENT_TYPE_LATEST)

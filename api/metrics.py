"""Figures for monitoring: GET /metrics in the form Prometheus reads.

What lies in the database is read when asked, at most every `meters.KEPT_FOR`; what this web process
counts by itself (requests) is summed over processes by Prometheus.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import Response, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric

from api.auth import is_on_this_machine
from api.context import context, known_caller, world
from api.resource import PUBLIC, Resource
from engine.core.errors import Unauthenticated
from engine.core.text import text
from engine.store.figures import Figures

resource = Resource("metrics", text("监控指标", "Figures for monitoring"), prefix="")

ACT = "metrics.read"


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
        yield from _metrics(*context().meters.figures(world()))


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

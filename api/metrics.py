"""Figures for monitoring: GET /metrics in the form Prometheus reads."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Histogram

from api.resource import Resource
from engine.core.text import text

resource = Resource("metrics", text("监控指标", "Figures for monitoring"), prefix="")


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

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self._latency.labels(method, route, str(status)).observe(seconds)

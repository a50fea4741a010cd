"""What Prometheus reads: how long the queue is, how solves end, how long they take, how good they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

SECONDS = (0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 900, 3600)
GAPS = (0.0, 0.0001, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 1.0)
REQUEST_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The metrics of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.outcomes = Counter(
            "groundswell_solves", "Solves by how they ended.", ["kind", "outcome"], registry=self.registry
        )
        self.seconds = Histogram(
            "groundswell_solve_seconds",
            "Seconds a solve took, from its place to its plan.",
            ["kind"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.gap = Histogram(
            "groundswell_solve_gap", "Gaps of the plans.", ["kind"], buckets=GAPS, registry=self.registry
        )
        self.requests = Histogram(
            "groundswell_http_request_seconds",
            "Seconds until an answer began.",
            ["method", "route", "status"],
            buckets=REQUEST_SECONDS,
            registry=self.registry,
        )

    def watch(self, counts: Callable[[], Mapping[str, int]]) -> None:
        """Report how many runs are in which state, asked for whenever the metrics are read."""
        self.registry.register(_Runs(counts))

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


class _Runs(Collector):
    def __init__(self, counts: Callable[[], Mapping[str, int]]):
        self._counts = counts

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("groundswell_runs", "Runs kept, by state.", labels=["state"])
        for state, count in self._counts().items():
            family.add_metric([state], count)
        yield family

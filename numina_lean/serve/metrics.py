"""What the service counts, for Prometheus."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from numina_lean.check.tally import PoolStatistics
from numina_lean.check.verdict import Outcome, Verdict

CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)

Desk = Callable[[], Mapping[str, float]]
"""What the desk holds at the moment, by name."""


class Metrics:
    """Counts since the start. `desk` and `pool` are asked at every scrape."""

    def __init__(self, desk: Desk, pool: Callable[[], PoolStatistics]) -> None:
        # Else each count has a gauge beside it that nobody asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._registry.register(_Present(desk, pool))
        ProcessCollector(registry=self._registry)
        checks = Counter(
            "numina_lean_checks",
            "Outcomes, by verdict and by whether the cache had them.",
            ("verdict", "cached"),
            registry=self._registry,
        )
        self._checks = {
            (verdict, cached): checks.labels(verdict.value, str(cached).lower())
            for verdict in Verdict
            for cached in (False, True)
        }
        self._check_seconds = self._histogram(
            "numina_lean_check_seconds", "Wall time of a check in the engine, caching apart."
        )
        self._answer_seconds = self._histogram(
            "numina_lean_answer_seconds", "From an item's arrival to its outcome."
        )

    def outcome(self, outcome: Outcome, seconds: float) -> None:
        """Count `outcome`, which came `seconds` after it was asked for."""
        self._checks[outcome.verdict, outcome.cached].inc()
        self._answer_seconds.observe(seconds)
        if not outcome.cached:
            self._check_seconds.observe(outcome.seconds)

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def _histogram(self, name: str, says: str) -> Histogram:
        return Histogram(name, says, buckets=_SECONDS, registry=self._registry)


class _Present(Collector):
    """What is so at the moment of a scrape, and what the pool itself counts."""

    def __init__(self, desk: Desk, pool: Callable[[], PoolStatistics]) -> None:
        self._desk = desk
        self._pool = pool

    def collect(self) -> Iterator[Metric]:
        for name, value in self._desk().items():
            yield _gauge(name, f"{name.replace('_', ' ').capitalize()} at the moment.", value)
        pool = self._pool()
        yield _gauge("processes", "Live Lean processes, spares included.", pool.processes)
        yield _gauge("processes_busy", "Lean processes at work on a check.", pool.busy)
        yield _gauge("processes_spare", "Lean processes kept ready.", pool.spares)
        yield _gauge("pool_waiting", "Items queued in the pool.", pool.waiting)
        yield _gauge("pool_bytes", "Resident memory of all Lean processes.", pool.resident_bytes)
        restarts = CounterMetricFamily(
            "numina_lean_restarts", "Lean processes given up, by cause.", labels=("cause",)
        )
        for cause, count in pool.restarts.items():
            restarts.add_metric((cause,), count)
        yield restarts


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"numina_lean_{name}", says, value=value)

"""What Prometheus may count: requests and launches, and figures of the database.

Nothing here can name, or single out, a person: no address, seat, course or school is
a label. Several web processes add up through PROMETHEUS_MULTIPROC_DIR, a folder that
`preventedu serve` makes for them; whichever of them answers tells the sum of all.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric

    from preventedu.health.figures import Figures

TOGETHER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds: a page is to be there in 0.1; 10 is a timeout to a class."""


@dataclass(frozen=True)
class Counters:
    """What this process counts; one for each application."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Histogram = field(init=False)
    launches: Counter = field(init=False)

    def __post_init__(self) -> None:
        requests = Histogram(
            "preventedu_request_seconds",
            "Requests and how long they took, by page and class of status.",
            ["endpoint", "status"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        launches = Counter(
            "preventedu_launches",
            "Launches and logins, by outcome: ok, or the code of the error page.",
            ["step", "outcome"],
            registry=self.registry,
        )
        object.__setattr__(self, "requests", requests)
        object.__setattr__(self, "launches", launches)

    def count_request(self, endpoint: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self.requests.labels(endpoint, f"{status // 100}xx").observe(seconds)

    def count_launch(self, step: str, outcome: str) -> None:
        """Count one login or launch."""
        self.launches.labels(step, outcome).inc()

    def exposition(self, figures: Figures) -> bytes:
        """Return everything in Prometheus's text format.

        Source: https://prometheus.io/docs/instrumenting/exposition_formats/
        """
        # A registry of this moment: figures must be read for each question.
        told = CollectorRegistry()
        if TOGETHER in os.environ:
            MultiProcessCollector(told)  # type: ignore[no-untyped-call]  # no types
        else:
            told.register(_Passed(self.registry))
        told.register(_Gauges(figures))
        return generate_latest(told)


@dataclass(frozen=True, eq=False)
class _Passed(Collector):
    registry: CollectorRegistry

    def collect(self) -> Iterator[Metric]:
        yield from self.registry.collect()


@dataclass(frozen=True, eq=False)
class _Gauges(Collector):
    figures: Figures

    def collect(self) -> Iterator[Metric]:
        found = self.figures
        grades = GaugeMetricFamily(
            "preventedu_grades", "Grades by delivery status.", labels=["status"]
        )
        for status, number in found.grades.items():
            grades.add_metric([status.value], number)
        yield grades
        yield GaugeMetricFamily(
            "preventedu_oldest_waiting_grade_seconds",
            "Since the completion of the oldest grade not in its gradebook yet.",
            found.oldest_waiting.total_seconds(),
        )
        if found.worker_silence is not None:
            yield GaugeMetricFamily(
                "preventedu_worker_silence_seconds",
                "Since a worker's loop last came by; missing: none ever did.",
                found.worker_silence.total_seconds(),
            )
        about = GaugeMetricFamily(
            "preventedu_info",
            "The version that runs, and the SHA-256 of the current lessons.",
            labels=["version", "content"],
        )
        about.add_metric([version("preventedu"), found.content_hash], 1)
        yield about

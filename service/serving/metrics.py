"""What is counted and timed, for Prometheus."""

from collections.abc import Callable
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from service.types import Answer

# Any word can be sent as a method, and each would be measures of its own.
_METHODS = frozenset("GET HEAD POST PUT DELETE OPTIONS PATCH".split())
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """The measures of one server. Thread-safe."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._info = Info("citewise", "Versions of the service and its models.", registry=registry)
        self._requests = Histogram(
            "citewise_request_seconds",
            "From the first byte of a request to the last of its response.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._stages = Histogram(
            "citewise_stage_seconds",
            "Time of an answer by stage.",
            ["stage"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._answers = Counter(
            "citewise_answers", "Answers by who worded them.", ["composer"], registry=registry
        )
        self._abstentions = Counter(
            "citewise_abstentions",
            "Questions that were not answered, by reason.",
            ["reason"],
            registry=registry,
        )
        self._refusals = Counter(
            "citewise_refusals",
            "Requests that were refused at once, by what there was too much of.",
            ["of"],
            registry=registry,
        )
        self._withheld = Counter(
            "citewise_withheld_sentences",
            "Sentences of generators that nothing supported.",
            registry=registry,
        )
        self._lookups = Counter(
            "citewise_cache_lookups", "Looks for an answer given before.", ["result"], registry=registry
        )
        self._feedback = Counter(
            "citewise_feedback", "What people said of answers.", ["rating"], registry=registry
        )

    def describe(self, models: dict[str, str | None]) -> None:
        """State the versions of the service and its models."""
        self._info.info({"version": version("citewise")} | {k: v or "" for k, v in models.items()})

    def watch(self, name: str, help_: str, read: Callable[[], float]) -> None:
        """Show a value as it is when somebody looks."""
        Gauge(name, help_, registry=self._registry).set_function(read)

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        known = method if method in _METHODS else "(other)"
        self._requests.labels(known, route, str(status)).observe(seconds)

    def answered(self, answer: Answer) -> None:
        """Count an answer that was composed."""
        for stage, ms in answer.timings_ms.items():
            self._stages.labels(stage).observe(ms / 1000)
        self._answers.labels(answer.composer).inc()
        self._withheld.inc(answer.withheld)
        if answer.abstention:
            self._abstentions.labels(answer.abstention.reason).inc()

    def refused(self, of: str) -> None:
        """Count a request that was refused because there was too much of something."""
        self._refusals.labels(of).inc()

    def looked_up(self, *, found: bool) -> None:
        """Count a look for an answer given before."""
        self._lookups.labels("hit" if found else "miss").inc()

    def judged(self, rating: str) -> None:
        """Count what somebody said of an answer."""
        self._feedback.labels(rating).inc()

    def exposition(self) -> bytes:
        """Everything in the Prometheus text format."""
        return generate_latest(self._registry)

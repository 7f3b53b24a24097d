"""Results into figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from eval.measures import confidence
from eval.measures.retrieval import CUTOFFS
from eval.stats import Array, Figure, Statistic, bootstrap, mean, quotient
from eval.types import Result

Values = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a run.

    Attributes:
        group: Under which it is shown.
        label: As a person reads it.
        better: Which way is better; None if neither is.
        values: A result's part in it; None if it has none.
        statistic: Of all parts.
        needs: What of a target has to be measurable for it.
    """

    group: str
    label: str
    better: Literal["higher", "lower"] | None
    values: Callable[[Result], Values | None]
    statistic: Statistic = mean
    needs: str | None = None


def measures_of(results: Sequence[Result]) -> dict[str, Measure]:
    """The measures in which at least one result has a part, in the order in which they are shown."""
    stages = sorted({name for r in results for name in r.scores if name.startswith("ms_")})
    offered = {**_MEASURES, **{name: _stage(name) for name in stages}}
    return {
        name: measure
        for name, measure in offered.items()
        if any(measure.values(result) is not None for result in results)
    }


def summarise(results: Sequence[Result]) -> dict[str, Figure]:
    """Every measure's figure with its interval."""
    return {name: figure(measure, results) for name, measure in measures_of(results).items()}


def figure(measure: Measure, results: Sequence[Result]) -> Figure:
    """One measure over some results."""
    return bootstrap(measure.statistic, columns([measure.values(r) for r in results]))


def by_tag(results: Sequence[Result]) -> Mapping[str, Figure]:
    """The share of cases right (or rightly refused), by tag."""
    tags = sorted({tag for r in results for tag in r.case.tags})
    return {
        tag: bootstrap(mean, columns([_success(r) for r in results if tag in r.case.tags])) for tag in tags
    }


def columns(values: Sequence[Values | None]) -> Array:
    """Parts as an array of shape ``(n, k)``, those that are none left out."""
    return np.array([v for v in values if v is not None], dtype=np.float64)


def parts(name: str, results: Sequence[Result]) -> Array:
    """What a measure is made of, shape ``(n, k)``, for a plot; ``n`` is 0 where there is nothing."""
    measure = measures_of(results).get(name)
    found = columns([measure.values(r) for r in results]) if measure else np.empty(0)
    return found if len(found) else np.empty((0, 2))


def _score(name: str, result: Result) -> Values | None:
    return (result.scores[name],) if name in result.scores else None


def _success(result: Result) -> Values | None:
    return None if result.outcome == "searched" else (float(result.outcome in ("right", "refused")),)


def _trust(result: Result) -> Values | None:
    """Confidence, and whether answering would have been (or was) right."""
    if "confidence" not in result.scores:
        return None
    return result.scores["confidence"], float(result.outcome == "right")


def _answered(result: Result) -> Values | None:
    """Confidence and success of a case that was answered."""
    return _trust(result) if result.scores.get("answered") else None


def _discrimination(result: Result) -> Values | None:
    if "confidence" not in result.scores:
        return None
    return result.scores["confidence"], float(bool(result.case.answerable))


def _refusal(result: Result) -> Values | None:
    """Whether it was refused, and whether it should have been."""
    if "answered" not in result.scores:
        return None
    return 1 - result.scores["answered"], float(not result.case.answerable)


def _precision(data: Array) -> Array:
    refused = data[..., 0] > 0
    return quotient((data[..., 1] * refused).sum(axis=-1), refused.sum(axis=-1))


def _recall(data: Array) -> Array:
    wanted = data[..., 1] > 0
    return quotient((data[..., 0] * wanted).sum(axis=-1), wanted.sum(axis=-1))


def _percentile(percent: float, data: Array) -> Array:
    return np.asarray(np.percentile(data[..., 0], percent, axis=-1))


_median = partial(_percentile, 50)


def _throughput(data: Array) -> Array:
    return np.asarray(1 / data[..., 0].mean(axis=-1))


def _of(name: str) -> Callable[[Result], Values | None]:
    return partial(_score, name)


def _two(function: Callable[[Array, Array], Array]) -> Statistic:
    return lambda data: function(data[..., 0], data[..., 1])


def _stage(name: str) -> Measure:
    return Measure(
        "time", f"ms in {name.removeprefix('ms_')}, median", "lower", _of(name), partial(_percentile, 50)
    )


_MEASURES: Mapping[str, Measure] = {
    "right": Measure("answers", "answerable: right, from a right source", "higher", _of("right")),
    "exact_match": Measure("answers", "short answer: exact match", "higher", _of("exact_match")),
    "f1": Measure("answers", "short answer: F1", "higher", _of("f1")),
    "rouge_l": Measure("answers", "reference answer: ROUGE-L", "higher", _of("rouge_l")),
    "facts": Measure("answers", "reference answer: numbers, names, months found", "higher", _of("facts")),
    "sentences": Measure("answers", "sentences an answer", None, _of("sentences"), needs="citations"),
    "citation_precision": Measure(
        "citations", "citation precision", "higher", _of("citation_precision"), needs="citations"
    ),
    "citation_recall": Measure(
        "citations",
        "citation recall, of all gold places",
        "higher",
        _of("citation_recall"),
        needs="citations",
    ),
    "verified": Measure("citations", "citations verified", "higher", _of("verified"), needs="citations"),
    "refused": Measure("abstention", "unanswerable: refused", "higher", _of("refused"), needs="abstention"),
    "answered": Measure(
        "abstention",
        "answerable: answered at all",
        None,
        lambda r: _score("answered", r) if r.case.answerable else None,
        needs="abstention",
    ),
    "abstention_precision": Measure(
        "abstention", "refusals that are due", "higher", _refusal, _precision, needs="abstention"
    ),
    "abstention_recall": Measure(
        "abstention", "due refusals that are made", "higher", _refusal, _recall, needs="abstention"
    ),
    "auroc": Measure(
        "abstention",
        "AUROC of the confidence, answerable or not",
        "higher",
        _discrimination,
        _two(confidence.auroc),
        needs="abstention",
    ),
    "aurc": Measure(
        "abstention",
        "area under risk–coverage",
        "lower",
        _trust,
        _two(confidence.area_under_risk_coverage),
        needs="abstention",
    ),
    "calibration_error": Measure(
        "abstention",
        "expected calibration error of given answers",
        "lower",
        _answered,
        _two(confidence.calibration_error),
        needs="abstention",
    ),
    **{
        f"evidence_recall@{k}": Measure(
            "retrieval",
            f"gold places in the first {k} passages",
            "higher",
            _of(f"evidence_recall@{k}"),
            needs="retrieval",
        )
        for k in CUTOFFS
    },
    **{
        name: Measure("retrieval", f"documents: {name}", "higher", _of(name), needs="retrieval")
        for name in ("ndcg@10", "mrr@10", "map@20", *(f"recall@{k}" for k in CUTOFFS))
    },
    "seconds_p50": Measure(
        "time", "seconds a question, median", "lower", _of("seconds"), partial(_percentile, 50)
    ),
    "seconds_p95": Measure(
        "time", "seconds a question, 95th percentile", "lower", _of("seconds"), partial(_percentile, 95)
    ),
    "per_second": Measure("time", "questions a second, one at a time", "higher", _of("seconds"), _throughput),
}

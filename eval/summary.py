"""Results into figures."""

from collections.abc import Mapping, Sequence

import numpy as np

from eval.runner import CaseResult
from eval.stats import Array, Figure, auroc, bootstrap, mean


def summarise(results: Sequence[CaseResult]) -> dict[str, Figure]:
    """The figures of a run, each with its interval.

    ``right``: share of answerable cases answered rightly from a right source.
    ``refused``: share of unanswerable cases refused.
    ``citation_precision``: share of sources at a gold place, mean over the answerable
    cases that were answered. ``citation_recall``: share of gold places cited, mean over
    all answerable cases. ``verified``: share of sources verified. ``auroc``: how well the
    confidence tells answerable from unanswerable cases. ``short_answer_exact``: of the
    answerable cases where a short answer is given, share equal to an accepted one.
    """
    answerable = [r for r in results if r.case.answerable]
    unanswerable = [r for r in results if not r.case.answerable]
    answered = [r for r in answerable if r.answerable or r.failure]
    shown = [r for r in results if r.answer and r.answer.citations and not r.failure]
    confidence, truth = (
        _column([r.confidence for r in results]),
        _column([r.case.answerable for r in results]),
    )
    spoken = [r.exact_match for r in answerable if r.exact_match is not None]
    return {
        "right": mean(_column([r.right for r in answerable])),
        "refused": mean(_column([r.right for r in unanswerable])),
        "citation_precision": mean(_column([r.citations.precision for r in answered])),
        "citation_recall": mean(_column([r.citations.recall for r in answerable])),
        "verified": mean(_column([r.citations.verified for r in shown])),
        "auroc": auroc(confidence, truth),
        "answered": mean(_column([r.answerable for r in answerable])),
        "sentences": mean(_column([len(r.answer.citations) if r.answer else 0 for r in answered])),
        "short_answer_exact": mean(_column(spoken)),
        "total_ms_p50": bootstrap(
            lambda data: float(np.median(data)),
            _column([r.answer.timings_ms["total"] for r in results if r.answer]),
        ),
    }


def by_tag(results: Sequence[CaseResult]) -> Mapping[str, Figure]:
    """The share of cases right (or rightly refused), by tag."""
    tags = sorted({tag for r in results for tag in r.case.tags})
    return {tag: mean(_column([r.right for r in results if tag in r.case.tags])) for tag in tags}


def _column(values: Sequence[float | bool]) -> Array:
    return np.asarray(values, dtype=np.float64)

"""How far a confidence can be trusted: discrimination, risk at coverage, calibration."""

import numpy as np
import numpy.typing as npt

from eval.stats import Array, quotient

BINS = 10


def auroc(scores: Array, positive: Array) -> Array:
    """Area under the ROC curve: the Mann–Whitney U statistic, ties counted half.

    Args:
        scores: Shape ``(…, n)``.
        positive: Shape ``(…, n)``, 1 for the cases that should score high.

    Returns:
        In [0, 1], shape ``(…)``; NaN when all cases are of one kind.
    """
    from scipy.stats import rankdata

    wanted = positive > 0
    positives = wanted.sum(axis=-1)
    negatives = wanted.shape[-1] - positives
    u = (rankdata(scores, axis=-1) * wanted).sum(axis=-1) - positives * (positives + 1) / 2
    return quotient(u, positives * negatives)


def calibration_error(confidence: Array, right: Array) -> Array:
    """Expected calibration error over ten bins of equal width.

    Source: Naeini, Cooper and Hauskrecht (2015), "Obtaining Well Calibrated Probabilities
    Using Bayesian Binning".

    Args:
        confidence: Shape ``(…, n)``.
        right: Shape ``(…, n)``, 1 for the cases that are right.

    Returns:
        In [0, 1], shape ``(…)``; NaN where there are no cases.
    """
    bins = _bins(confidence)
    gaps = [np.abs(((confidence - right) * (bins == b)).sum(axis=-1)) for b in range(BINS)]
    return quotient(np.sum(gaps, axis=0), confidence.shape[-1])


def reliability(confidence: Array, right: Array) -> list[tuple[float, float, int]]:
    """For each bin that is not empty: mean confidence, share right, cases."""
    bins = _bins(confidence)
    return [
        (float(confidence[bins == b].mean()), float(right[bins == b].mean()), int((bins == b).sum()))
        for b in np.unique(bins)
    ]


def risk_coverage(confidence: Array, right: Array) -> list[tuple[float, float]]:
    """Answering only the most confident cases: coverage and share wrong, at each threshold.

    Source: El-Yaniv and Wiener (2010), "On the Foundations of Noise-free Selective
    Classification". Cases of equal confidence come in together.
    """
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(1 - right[order])
    counts = np.arange(1, len(order) + 1)
    sorted_confidence = confidence[order]
    ends = [
        i
        for i in range(len(order))
        if i + 1 == len(order) or sorted_confidence[i] != sorted_confidence[i + 1]
    ]
    return [(float(counts[i] / len(order)), float(wrong[i] / counts[i])) for i in ends]


def area_under_risk_coverage(confidence: Array, right: Array) -> Array:
    """Mean risk over all coverages (lower is better), ties entering together.

    Source: Geifman, Uziel and El-Yaniv (2019), "Bias-Reduced Uncertainty Estimation for Deep
    Neural Classifiers".

    Args:
        confidence: Shape ``(…, n)``.
        right: Shape ``(…, n)``, 1 for the cases that are right.

    Returns:
        In [0, 1], shape ``(…)``; NaN where there are no cases.
    """
    n = confidence.shape[-1]
    order = np.argsort(-confidence, axis=-1, kind="stable")
    ordered = np.take_along_axis(confidence, order, axis=-1)
    risks = np.cumsum(1 - np.take_along_axis(right, order, axis=-1), axis=-1) / np.arange(1, n + 1)
    # Each case comes in at the risk of the last one of its confidence.
    last = np.ones(ordered.shape, dtype=bool)
    last[..., :-1] = ordered[..., :-1] != ordered[..., 1:]
    at = np.where(last, np.arange(n), n)
    at = np.minimum.accumulate(at[..., ::-1], axis=-1)[..., ::-1]
    return quotient(np.take_along_axis(risks, at, axis=-1).sum(axis=-1), n)


def _bins(confidence: Array) -> npt.NDArray[np.int64]:
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)

"""How far a confidence can be trusted: discrimination, risk at coverage, calibration."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
BINS = 10


def auroc(scores: Array, positive: Array) -> float:
    """Area under the ROC curve: the Mann–Whitney U statistic, ties counted half.

    Args:
        scores: Shape ``(n,)``.
        positive: Shape ``(n,)``, 1 for the cases that should score high.

    Returns:
        In [0, 1]; NaN when all cases are of one kind.
    """
    from scipy.stats import rankdata

    wanted = positive > 0
    positives = int(wanted.sum())
    negatives = len(wanted) - positives
    if not positives or not negatives:
        return float("nan")
    u = rankdata(scores)[wanted].sum() - positives * (positives + 1) / 2
    return float(u / (positives * negatives))


def calibration_error(confidence: Array, right: Array) -> float:
    """Expected calibration error over ten bins of equal width.

    Source: Naeini, Cooper and Hauskrecht (2015), "Obtaining Well Calibrated Probabilities
    Using Bayesian Binning".
    """
    if not len(confidence):
        return float("nan")
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        (bins == b).sum() * abs(confidence[bins == b].mean() - right[bins == b].mean())
        for b in np.unique(bins)
    ]
    return float(sum(gaps) / len(confidence))


def reliability(confidence: Array, right: Array) -> list[tuple[float, float, int]]:
    """For each bin that is not empty: mean confidence, share right, cases."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
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


def area_under_risk_coverage(confidence: Array, right: Array) -> float:
    """Mean risk over all coverages (lower is better), ties entering together.

    Source: Geifman, Uziel and El-Yaniv (2019), "Bias-Reduced Uncertainty Estimation for Deep
    Neural Classifiers".
    """
    points = risk_coverage(confidence, right)
    area = before = 0.0
    for coverage, risk in points:
        area += (coverage - before) * risk
        before = coverage
    return area if points else float("nan")

"""Figures with intervals."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

RESAMPLES = 2000
SEED = 20240


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with its 95 % percentile bootstrap interval over ``n`` cases."""

    value: float
    low: float
    high: float
    n: int

    def to_json(self) -> dict[str, float | int | None]:
        """The figure with null for what is not defined, since JSON has no NaN."""
        return {k: None if np.isnan(v) else v for k, v in asdict(self).items()}


def bootstrap(statistic: Callable[[Array], float], *columns: Array) -> Figure:
    """Resample cases with replacement and take the percentiles of a statistic.

    Source: Efron (1979), the percentile interval. The seed is fixed, so that the same
    cases give the same figures.

    Args:
        statistic: Takes an array of shape ``(n, len(columns))``; a resample without a value is left out.
        columns: Values of each case, shape ``(n,)`` each.
    """
    data = np.column_stack(columns)
    n = len(data)
    if n == 0:
        return Figure(float("nan"), float("nan"), float("nan"), 0)
    rng = np.random.default_rng(SEED)
    resampled = [statistic(data[rng.integers(0, n, n)]) for _ in range(RESAMPLES)]
    defined = [value for value in resampled if not np.isnan(value)]
    low, high = np.percentile(defined, [2.5, 97.5]) if defined else (np.nan, np.nan)
    return Figure(float(statistic(data)), float(low), float(high), n)


def mean(values: Array) -> Figure:
    """The mean of one column."""
    return bootstrap(lambda data: float(data.mean()), values)


def auroc(scores: Array, positive: Array) -> Figure:
    """Area under the ROC curve of ``scores`` for telling ``positive`` cases from the rest."""
    return bootstrap(lambda data: _auroc(data[:, 0], data[:, 1] > 0), scores, positive)


def _auroc(scores: Array, positive: npt.NDArray[np.bool_]) -> float:
    # The Mann–Whitney U statistic, ties counted half.
    from scipy.stats import rankdata

    positives = int(positive.sum())
    negatives = len(positive) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(scores)
    u = ranks[positive].sum() - positives * (positives + 1) / 2
    return float(u / (positives * negatives))

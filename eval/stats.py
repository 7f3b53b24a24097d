"""Figures with intervals, and differences with their chance."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Statistic = Callable[[Array], float]

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


@dataclass(frozen=True, slots=True)
class Difference:
    """How a measure moved from one run to another over the same ``n`` cases.

    Attributes:
        value: After minus before.
        low, high: Its 95 % percentile bootstrap interval, cases resampled in pairs.
        p: The two-sided chance of a difference as large if the runs were exchangeable.
    """

    value: float
    low: float
    high: float
    p: float
    n: int


def bootstrap(statistic: Statistic, data: Array) -> Figure:
    """Resample cases with replacement and take the percentiles of a statistic.

    Source: Efron (1979), the percentile interval. The seed is fixed, so that the same
    cases give the same figures.

    Args:
        statistic: Of an array of shape ``(n, k)``; a resample without a value is left out.
        data: Values of each case, shape ``(n, k)``.
    """
    n = len(data)
    if n == 0:
        return Figure(float("nan"), float("nan"), float("nan"), 0)
    resampled = [statistic(data[chosen]) for chosen in _resamples(n)]
    return Figure(float(statistic(data)), *_interval(resampled), n)


def paired(statistic: Statistic, before: Array, after: Array) -> Difference:
    """Compare two runs case by case.

    The chance is that of a permutation test in which each case's two results may have
    changed places (Fisher 1935; Good 2005), with one added to both counts, so that it is
    never zero; the number of resamples limits how small it can be.

    Args:
        statistic: Of an array of shape ``(n, k)``.
        before: Values of each case in the first run, shape ``(n, k)``.
        after: Of the same cases in the second run.
    """
    n = len(before)
    if n == 0:
        nothing = float("nan")
        return Difference(nothing, nothing, nothing, nothing, 0)
    value = statistic(after) - statistic(before)
    if np.isnan(value) or np.array_equal(before, after):
        return Difference(value, value, value, 1.0, n)
    moved = [statistic(after[chosen]) - statistic(before[chosen]) for chosen in _resamples(n)]
    rng = np.random.default_rng(SEED)
    extreme = 0
    for _ in range(RESAMPLES):
        swap = rng.random(n)[:, None] < 0.5
        permuted = statistic(np.where(swap, before, after)) - statistic(np.where(swap, after, before))
        extreme += abs(permuted) >= abs(value) - 1e-12
    return Difference(float(value), *_interval(moved), (extreme + 1) / (RESAMPLES + 1), n)


def holm(chances: dict[str, float]) -> dict[str, float]:
    """Chances adjusted for having looked at several measures.

    Source: Holm (1979), "A Simple Sequentially Rejective Multiple Test Procedure".
    """
    adjusted: dict[str, float] = {}
    largest = 0.0
    for rank, name in enumerate(sorted(chances, key=lambda key: chances[key])):
        largest = max(largest, min(1.0, chances[name] * (len(chances) - rank)))
        adjusted[name] = largest
    return adjusted


def mean(data: Array) -> float:
    """The mean of the first column."""
    return float(data[:, 0].mean())


def _resamples(n: int) -> Iterator[npt.NDArray[np.int64]]:
    rng = np.random.default_rng(SEED)
    return (rng.integers(0, n, n) for _ in range(RESAMPLES))


def _interval(resampled: list[float]) -> tuple[float, float]:
    defined = [value for value in resampled if not np.isnan(value)]
    if not defined:
        return float("nan"), float("nan")
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)

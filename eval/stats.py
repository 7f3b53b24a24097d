"""Figures with intervals, and differences with their chance."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
# Of the values of n cases, shape (…, n, k), one number for each leading index, shape (…): all
# resamples of a batch are worked out at once. NaN where it is not defined.
Statistic = Callable[[Array], Array]

RESAMPLES = 2000
SEED = 20240
# Cases in a batch of resamples: some megabytes for each column.
_BATCH = 2**18


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
        statistic: What is asked of the values; a resample where it is not defined is left out.
        data: Values of each case, shape ``(n, k)``.
    """
    n = len(data)
    if n == 0:
        return Figure(float("nan"), float("nan"), float("nan"), 0)
    resampled = np.concatenate([statistic(data[chosen]) for chosen in _resamples(n)])
    return Figure(float(statistic(data)), *_interval(resampled), n)


def paired(statistic: Statistic, before: Array, after: Array) -> Difference:
    """Compare two runs case by case.

    The chance is that of a permutation test in which each case's two results may have
    changed places (Fisher 1935; Good 2005), with one added to both counts, so that it is
    never zero; the number of resamples limits how small it can be.

    Args:
        statistic: What is asked of the values.
        before: Values of each case in the first run, shape ``(n, k)``.
        after: Of the same cases in the second run.
    """
    n = len(before)
    if n == 0:
        nothing = float("nan")
        return Difference(nothing, nothing, nothing, nothing, 0)
    value = float(statistic(after) - statistic(before))
    if np.isnan(value) or np.array_equal(before, after):
        return Difference(value, value, value, 1.0, n)
    moved = np.concatenate([statistic(after[chosen]) - statistic(before[chosen]) for chosen in _resamples(n)])
    rng = np.random.default_rng(SEED)
    extreme = 0
    for count in _batches(n):
        swap = rng.random((count, n, 1)) < 0.5
        permuted = statistic(np.where(swap, before, after)) - statistic(np.where(swap, after, before))
        extreme += int((np.abs(permuted) >= abs(value) - 1e-12).sum())
    return Difference(value, *_interval(moved), (extreme + 1) / (RESAMPLES + 1), n)


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


def mean(data: Array) -> Array:
    """The mean of the first column."""
    return np.asarray(data[..., 0].mean(axis=-1))


def quotient(above: npt.ArrayLike, below: npt.ArrayLike) -> Array:
    """One by the other, NaN where that is 0."""
    above, below = np.asarray(above, np.float64), np.asarray(below, np.float64)
    result: Array = np.full(np.broadcast(above, below).shape, np.nan)
    np.divide(above, below, out=result, where=below != 0)
    return result


def _resamples(n: int) -> Iterator[npt.NDArray[np.int64]]:
    """Which of n cases are drawn, shape ``(resamples of a batch, n)``."""
    rng = np.random.default_rng(SEED)
    return (rng.integers(0, n, (count, n)) for count in _batches(n))


def _batches(n: int) -> Iterator[int]:
    """How many resamples of n cases are worked out at once, until there are all of them."""
    at_once = max(1, _BATCH // n)
    return (min(at_once, RESAMPLES - done) for done in range(0, RESAMPLES, at_once))


def _interval(resampled: Array) -> tuple[float, float]:
    defined = resampled[~np.isnan(resampled)]
    if not len(defined):
        return float("nan"), float("nan")
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)

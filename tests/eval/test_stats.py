import numpy as np
import pytest
from scipy.stats import permutation_test

from eval.measures.confidence import auroc
from eval.stats import bootstrap, holm, mean, paired


def test_intervals_cover_at_about_their_level() -> None:
    """Of many samples from a known truth, some 95 % of the intervals hold it."""
    rng = np.random.default_rng(2)
    rounds, held = 80, {"mean": 0, "share": 0, "auroc": 0}
    for _ in range(rounds):
        values = rng.random((60, 1))
        share = (rng.random((80, 1)) < 0.7).astype(float)
        truth = (rng.random(80) < 0.5).astype(float)
        scored = np.column_stack([rng.normal(truth, 1.0), truth])
        figures = {
            "mean": (bootstrap(mean, values), 0.5),
            "share": (bootstrap(mean, share), 0.7),
            # For two normal distributions one deviation apart: Φ(1/√2).
            "auroc": (bootstrap(lambda data: auroc(data[..., 0], data[..., 1]), scored), 0.7602),
        }
        for name, (figure, true) in figures.items():
            held[name] += figure.low <= true <= figure.high
    # Three standard errors of a share of 0.95, and the percentile interval's known shortfall.
    assert all(0.87 <= count / rounds <= 1 for count in held.values()), held


def test_a_difference_has_the_chance_that_scipy_gives_it() -> None:
    rng = np.random.default_rng(3)
    for shift in (0.0, 0.05, 0.15):
        before = rng.random(50)
        after = before + rng.normal(shift, 0.2, 50)
        ours = paired(mean, before.reshape(-1, 1), after.reshape(-1, 1))
        theirs = permutation_test(
            (after, before),
            lambda a, b, axis: (a - b).mean(axis=axis),
            permutation_type="samples",
            vectorized=True,
            n_resamples=5000,
            rng=np.random.default_rng(4),
        )
        assert ours.value == pytest.approx((after - before).mean())
        assert ours.p == pytest.approx(theirs.pvalue, abs=0.03)


def test_no_difference_is_found_where_there_is_none_at_about_its_level() -> None:
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(60):
        before, after = rng.random((40, 1)), rng.random((40, 1))
        found += paired(mean, before, after).p < 0.05
    # Three expected; more than nine has a chance of one in a thousand.
    assert found <= 9


def test_equal_runs_differ_by_nothing() -> None:
    values = np.random.default_rng(6).random((30, 2))
    same = paired(lambda data: auroc(data[..., 0], (data[..., 1] > 0.5).astype(float)), values, values)
    assert (same.value, same.low, same.high, same.p) == (0, 0, 0, 1)


def test_holm_keeps_the_order_and_caps_at_one() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})
    assert holm({"a": 0.9, "b": 0.8}) == {"b": 1.0, "a": 1.0}


def test_the_same_cases_give_the_same_interval_and_none_give_nan() -> None:
    values = np.array([[0.0], [1.0], [1.0], [0.0], [1.0]])
    assert bootstrap(mean, values) == bootstrap(mean, values)
    assert np.isnan(bootstrap(mean, np.empty((0, 1))).value)

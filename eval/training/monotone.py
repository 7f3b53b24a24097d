"""Logistic regression with the sign of every weight given.

Public question answering sets have habits that hold nowhere else: unanswerable questions made
from the words of the text, one document to a question. A free fit learns from them that
overlap, or a document that holds every name, is a bad sign. So a feature may only be used in
the direction that makes sense, and one whose use these sets cannot show has a least weight.
"""

from collections.abc import Mapping, Sequence, Set

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from service.answering.evidence import Logistic

Array = npt.NDArray[np.float64]
RIDGE = 1.0


def fit_monotone(
    names: Sequence[str],
    against: Set[str],
    features: Array,
    target: npt.NDArray[np.bool_],
    least: Mapping[str, float] | None = None,
    shares: Array | None = None,
) -> Logistic:
    """Fit by maximum likelihood with a ridge of weight ``RIDGE``, and print the weights.

    Args:
        names: The features' names.
        against: Those of which more is worse; of all others, more is better.
        features: Shape ``(n, len(names))``.
        target: Shape ``(n,)``.
        least: The smallest size of some features' weights; of the others it is 0.
        shares: How much each row counts, shape ``(n,)``; without it, each as one.
    """
    right = target.astype(np.float64)
    counts = np.ones(len(right)) if shares is None else shares
    signs = np.array([-1.0 if name in against else 1.0 for name in names])
    rows = np.column_stack([features * signs, np.ones(len(features))])

    def loss(weights: Array) -> tuple[float, Array]:
        logits = rows @ weights
        value = counts @ (np.logaddexp(0, logits) - right * logits)
        value += 0.5 * RIDGE * weights[:-1] @ weights[:-1]
        gradient = rows.T @ (counts * (expit(logits) - right))
        gradient[:-1] += RIDGE * weights[:-1]
        return float(value), gradient

    bounds = [((least or {}).get(name, 0.0), None) for name in names] + [(None, None)]
    found = minimize(
        loss, np.array([low or 0.0 for low, _ in bounds]), jac=True, bounds=bounds, method="L-BFGS-B"
    ).x
    model = Logistic(tuple(names), tuple((found[:-1] * signs).tolist()), float(found[-1]))
    for name, weight in zip(model.names, model.weights, strict=True):
        print(f"  {name:20} {weight:8.3f}")
    return model

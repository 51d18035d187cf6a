"""From logits to honest scores: a scale for each class, one temperature, and the score below which it is "not sure"."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy  # its parts load where they are used: a second that no start of a process pays
from numpy.typing import NDArray

from inference.types import EMOTIONS
from training.metrics import Labels, Scores, negative_log_likelihood

Classes = NDArray[np.float64]  # one number a class

_LEAST, _MOST = 0.05, 20.0
_SPREAD = 0.4  # how far from one a scale, and from zero a shift, is expected to be: holds them where pictures are few


def softmax(logits: NDArray[np.floating[Any]], temperature: float = 1.0) -> Scores:
    """Scores of logits, float32 (n, 7), after division by the temperature; rows sum to 1."""
    return np.asarray(scipy.special.softmax(logits.astype(np.float64) / temperature, axis=1), dtype=np.float32)


def fit_temperature(logits: NDArray[np.float32], labels: Labels) -> float:
    """The temperature with the least negative log-likelihood, looked for over its logarithm.

    Source: Guo et al. 2017, arXiv:1706.04599, section 4.2.
    """

    def cost(log_temperature: float) -> float:
        return negative_log_likelihood(softmax(logits, float(np.exp(log_temperature))), labels)

    result = scipy.optimize.minimize_scalar(cost, bounds=(np.log(_LEAST), np.log(_MOST)), options={"xatol": 1e-6})
    return float(np.exp(result.x))


def fit_class_scaling(logits: NDArray[np.float32], labels: Labels) -> tuple[Classes, Classes]:
    """The scale and shift of each class's logit with the least negative log-likelihood under a Gaussian prior.

    One temperature cannot mend a network that is too sure of one class and too unsure of another. The cost is convex.

    Args:
        logits: float32 (n, 7), already divided by the temperature.
    Returns:
        scales and shifts, (7,) each: softmax(logits * scales + shifts) is calibrated.
    Source: vector scaling, Guo et al. 2017, arXiv:1706.04599, section 4.2.
    """
    wide = logits.astype(np.float64)
    count, classes = wide.shape
    start = np.repeat([1.0, 0.0], classes)
    prior = 1 / (count * _SPREAD**2)
    truth = np.eye(classes)[labels]

    def cost(values: Classes) -> tuple[float, Classes]:
        log_scores = scipy.special.log_softmax(wide * values[:classes] + values[classes:], axis=1)
        errors = (np.exp(log_scores) - truth) / count
        away = values - start
        slope = np.concatenate([(errors * wide).sum(axis=0), errors.sum(axis=0)]) + prior * away
        return float(-(truth * log_scores).sum() / count + prior * away @ away / 2), slope

    result = scipy.optimize.minimize(cost, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-8, "ftol": 1e-12}).x
    return result[:classes], result[classes:]


def class_shares(labels: Labels) -> Classes:
    """How frequent each class is, (7,), sums to 1; one picture of each is added, so that none is impossible."""
    counts = np.bincount(labels, minlength=len(EMOTIONS)) + 1.0
    return np.asarray(counts / counts.sum())


def correct_shares(shares: Classes, correction: float) -> tuple[float, ...]:
    """The shares that scores assume once a part of what they learnt, in [0, 1], was taken out of them; at 1 all even.

    Source: Saerens et al. 2002, Neural Computation 14(1); the part, Menon et al. 2021, arXiv:2007.07314.
    """
    remaining = shares ** (1 - correction)
    return tuple(float(share) for share in np.round(remaining / remaining.sum(), 6))


def fit_abstention(scores: Scores, labels: Labels, *, precision: float) -> float:
    """The least highest score above which at least `precision` of the answers are right.

    Args:
        scores: calibrated, float32 (n, 7).
        precision: share of right answers to reach, in [0, 1].
    Returns:
        A score in [0, 1]; 0 where no answer needs to be held back, 1 where no threshold reaches the precision.
    """
    confidence = scores.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum((scores.argmax(axis=1) == labels)[order]) / np.arange(1, len(labels) + 1)
    enough = np.flatnonzero(right >= precision)
    if enough.size == 0:
        return 1.0
    last = int(enough[-1])
    return 0.0 if last == len(labels) - 1 else float(confidence[order[last]])

"""How good scores are: plain numpy on labels and probabilities."""

from __future__ import annotations

from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.types import EMOTIONS

Scores = NDArray[np.float32]
Labels = NDArray[np.int64]

CLASSES = len(EMOTIONS)
BINS = 15


def confusion_matrix(scores: Scores, labels: Labels) -> NDArray[np.int64]:
    """Counts by truth and answer.

    Args:
        scores: float32 (n, 7).
        labels: int64 (n,).
    Returns:
        int64 (7, 7), rows are the truth, columns the answer.
    """
    flat = np.bincount(labels * CLASSES + scores.argmax(axis=1), minlength=CLASSES * CLASSES)
    return np.asarray(flat.reshape(CLASSES, CLASSES), dtype=np.int64)


def accuracy(scores: Scores, labels: Labels) -> float:
    """Share of right answers, in [0, 1]."""
    return float((scores.argmax(axis=1) == labels).mean())


def top2_accuracy(scores: Scores, labels: Labels) -> float:
    """Share of pictures whose label is among the two highest scores."""
    best = np.argsort(scores, axis=1)[:, -2:]
    return float((best == labels[:, np.newaxis]).any(axis=1).mean())


def per_class(confusion: NDArray[np.int64]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and count of each class; a ratio without cases is 0.

    Args:
        confusion: int64 (7, 7), rows are the truth.
    """
    hits, truths, answers = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    precision, recall = hits / np.maximum(answers, 1), hits / np.maximum(truths, 1)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return {
        emotion.value: {
            "precision": float(precision[index]),
            "recall": float(recall[index]),
            "f1": float(f1[index]),
            "n": int(truths[index]),
        }
        for index, emotion in enumerate(EMOTIONS)
    }


def balanced_accuracy(confusion: NDArray[np.int64]) -> float:
    """Mean recall of the classes that occur, in [0, 1]; rows of the (7, 7) counts are the truth."""
    truths = confusion.sum(axis=1)
    return float((np.diag(confusion)[truths > 0] / truths[truths > 0]).mean())


def negative_log_likelihood(scores: Scores, labels: Labels) -> float:
    """Mean of -ln(score of the label), in nats."""
    return float(-np.log(np.clip(scores[np.arange(len(labels)), labels], 1e-12, 1)).mean())


def reliability(scores: Scores, labels: Labels, bins: int = BINS) -> list[dict[str, float]]:
    """For each bin of the highest score: how many pictures, their mean score, their share of right answers.

    Source: DeGroot & Fienberg 1983; bins of equal width as in Guo et al. 2017, arXiv:1706.04599.
    """
    confidence, right = scores.max(axis=1), scores.argmax(axis=1) == labels
    bin_of = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    rows = []
    for number in range(bins):
        in_bin = bin_of == number
        if in_bin.any():
            mean_score, share_right = float(confidence[in_bin].mean()), float(right[in_bin].mean())
            rows.append({"n": int(in_bin.sum()), "score": mean_score, "right": share_right})
    return rows


def calibration_error(scores: Scores, labels: Labels, bins: int = BINS) -> float:
    """Expected calibration error: mean gap between score and share of right answers over the bins, by count.

    Source: Naeini et al. 2015; Guo et al. 2017, arXiv:1706.04599, equation 3.
    """
    return sum(row["n"] * abs(row["score"] - row["right"]) for row in reliability(scores, labels, bins)) / len(labels)


def over_present(scores: Scores, labels: Labels, frequencies: NDArray[np.float64] | None = None) -> dict[str, Any]:
    """Figures of a set that does not show every class, or shows them in other shares than the training data.

    Args:
        scores: float32 (n, 7), rows sum to 1.
        labels: int64 (n,).
        frequencies: float64 (7,), shares of the classes among what the model learnt from; None: unknown.
    Returns:
        classes (the names that occur), accuracy and ece (calibration error) where only these can be the answer and,
        with frequencies, prior_corrected: the same two with those shares taken out of the scores, as if each class
        that occurs was as frequent as any other.
    Source: Saerens et al. 2002, Neural Computation 14(1), equation 2.4.
    """
    present = np.bincount(labels, minlength=CLASSES) > 0
    figures = {"classes": [emotion.value for emotion in compress(EMOTIONS, present)], **_over(scores * present, labels)}
    if frequencies is not None:
        even = scores / np.maximum(frequencies, 1e-6)
        figures["prior_corrected"] = _over(even * present, labels)
    return figures


def _over(weights: NDArray[Any], labels: Labels) -> dict[str, float]:
    scores = np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12), dtype=np.float32)
    return {"accuracy": accuracy(scores, labels), "ece": calibration_error(scores, labels)}


def risk_coverage(scores: Scores, labels: Labels, steps: int = 20) -> list[dict[str, float]]:
    """How often the surest share of the answers is wrong.

    Returns:
        One row per coverage 1/steps … 1: coverage, risk (share of wrong answers), threshold (least highest score).
    Source: El-Yaniv & Wiener 2010, JMLR 11.
    """
    confidence = scores.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum((scores.argmax(axis=1) != labels)[order])
    rows = []
    for step in range(1, steps + 1):
        count = max(round(len(labels) * step / steps), 1)
        rows.append(
            {
                "coverage": step / steps,
                "risk": float(wrong[count - 1] / count),
                "threshold": float(confidence[order[count - 1]]),
            }
        )
    return rows


def bootstrap_intervals(scores: Scores, labels: Labels, *, rounds: int = 1000, seed: int = 1) -> dict[str, list[float]]:
    """95 % percentile intervals of accuracy and macro-F1 over resampled pictures.

    Source: Efron & Tibshirani 1993, chapter 13.
    """
    rng = np.random.default_rng(seed)
    pairs = labels * CLASSES + scores.argmax(axis=1)
    samples: dict[str, list[float]] = {"accuracy": [], "macro_f1": []}
    for _ in range(rounds):
        drawn = np.bincount(rng.choice(pairs, len(pairs)), minlength=CLASSES**2).reshape(CLASSES, CLASSES)
        samples["accuracy"].append(float(np.trace(drawn) / len(pairs)))
        samples["macro_f1"].append(float(np.mean([row["f1"] for row in per_class(drawn).values()])))
    return {name: [float(bound) for bound in np.percentile(values, (2.5, 97.5))] for name, values in samples.items()}


def summarise(scores: Scores, labels: Labels) -> dict[str, Any]:
    """Every metric of a set of pictures as plain JSON values.

    Args:
        scores: float32 (n, 7), rows sum to 1; n at least 1.
        labels: int64 (n,).
    """
    confusion = confusion_matrix(scores, labels)
    classes = per_class(confusion)
    return {
        "n": len(labels),
        "accuracy": accuracy(scores, labels),
        "balanced_accuracy": balanced_accuracy(confusion),
        "macro_f1": float(np.mean([row["f1"] for row in classes.values()])),
        "top2_accuracy": top2_accuracy(scores, labels),
        "nll": negative_log_likelihood(scores, labels),
        "ece": calibration_error(scores, labels),
        "per_class": classes,
        "confusion": confusion.tolist(),
        "reliability": reliability(scores, labels),
        "risk_coverage": risk_coverage(scores, labels),
        "intervals": bootstrap_intervals(scores, labels),
    }

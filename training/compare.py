"""Two bundles on the same pictures: is one better, by how much, and on which faces do they differ?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import scipy  # its parts load where they are used
from numpy.typing import NDArray

from inference.bundle import LITERT_FILE, read_bundle
from inference.classifier import load_classifier
from inference.types import EMOTIONS
from training.dataset import FaceSet
from training.errors import BadDataset
from training.evaluate import learnt_frequencies, measure
from training.groups import measure_groups
from training.metrics import CLASSES, Labels, Scores, per_class

MOST_SHOWN = 60
ROUNDS = 2000


def compare_bundles(first: Path, second: Path, faces: FaceSet) -> dict[str, Any]:
    """Measure two bundles on the same pictures and test their difference.

    Args:
        first: usually the active model.
        second: usually the candidate.
        faces: of one split, at the input size of both.
    Returns:
        n, models (for each its name, size_bytes and what `evaluate.measure` says), difference (second minus first:
        accuracy, macro_f1, f1 per class, each with a paired bootstrap 95 % interval), mcnemar (only_first and
        only_second: pictures that one alone gets right; p_value), groups (see `groups.measure_groups`) and
        disagreements: the pictures on which the answers differ, the surest first, at most 60.
    Raises:
        BadBundle: one is damaged.
        BadDataset: there is no picture, or the two take pictures of different sizes.
    """
    bundles = [read_bundle(folder) for folder in (first, second)]
    if len({bundle.spec.input_size for bundle in bundles}) > 1:
        raise BadDataset("The two models take pictures of different sizes; measure each on its own.")
    if not len(faces):
        raise BadDataset("The split holds no picture to compare on.")
    classifiers = [load_classifier(bundle) for bundle in bundles]
    models = [
        {
            "name": f"{bundle.spec.name} {bundle.spec.version}",
            "size_bytes": (bundle.path / LITERT_FILE).stat().st_size,
            **measure(classifier, faces, frequencies=learnt_frequencies(bundle)),
        }
        for bundle, classifier in zip(bundles, classifiers, strict=True)
    ]
    scores = [classifier.classify(faces.pictures) for classifier in classifiers]
    return {
        "n": len(faces),
        "models": models,
        "difference": paired_difference(scores[0], scores[1], faces.labels),
        "mcnemar": mcnemar(scores[0], scores[1], faces.labels),
        "groups": measure_groups(scores[0], scores[1], faces),
        "disagreements": _disagreements(scores[0], scores[1], faces.labels),
    }


def paired_difference(first: Scores, second: Scores, labels: Labels, *, seed: int = 1) -> dict[str, Any]:
    """Second minus first with 95 % percentile intervals over resampled pictures, both seen on the same ones.

    Args:
        first, second: float32 (n, 7).
        labels: int64 (n,).
    Source: Efron & Tibshirani 1993, chapter 13.
    """
    rng = np.random.default_rng(seed)
    pairs = np.stack([labels * CLASSES + scores.argmax(axis=1) for scores in (first, second)])
    gains = [_gain(pairs[:, rng.integers(0, len(labels), len(labels))]) for _ in range(ROUNDS)]
    low, high = np.percentile(gains, (2.5, 97.5), axis=0)
    names = ("accuracy", "macro_f1", *(emotion.value for emotion in EMOTIONS))
    rows = zip(names, _gain(pairs), low, high, strict=True)
    figures = {name: {"value": float(v), "interval": [float(a), float(b)]} for name, v, a, b in rows}
    return {"accuracy": figures.pop("accuracy"), "macro_f1": figures.pop("macro_f1"), "f1": figures}


def mcnemar(first: Scores, second: Scores, labels: Labels) -> dict[str, float]:
    """How many pictures one model alone gets right, and how likely so uneven a split is by chance.

    Returns:
        only_first, only_second, and p_value: exact, two-sided.
    Source: McNemar 1947, Psychometrika 12(2).
    """
    right = [scores.argmax(axis=1) == labels for scores in (first, second)]
    ahead, behind = int((right[1] & ~right[0]).sum()), int((right[0] & ~right[1]).sum())
    p_value = float(scipy.stats.binomtest(behind, ahead + behind).pvalue) if ahead + behind else 1.0
    return {"only_first": behind, "only_second": ahead, "p_value": p_value}


def _gain(pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Accuracy, macro-F1 and the F1 of each class, second minus first, of (2, n) coded truths and answers."""
    rows = []
    for codes in pairs:
        confusion = np.bincount(codes, minlength=CLASSES**2).reshape(CLASSES, CLASSES)
        f1 = [row["f1"] for row in per_class(confusion).values()]
        rows.append([np.trace(confusion) / codes.size, float(np.mean(f1)), *f1])
    return np.asarray(rows[1], dtype=np.float64) - np.asarray(rows[0], dtype=np.float64)


def _disagreements(first: Scores, second: Scores, labels: Labels) -> list[dict[str, Any]]:
    answers = [scores.argmax(axis=1) for scores in (first, second)]
    differ = np.flatnonzero(answers[0] != answers[1])
    confidence = np.maximum(first.max(axis=1), second.max(axis=1))[differ]
    return [
        {
            "row": int(row),
            "label": EMOTIONS[labels[row]].value,
            "first": {"emotion": EMOTIONS[answers[0][row]].value, "score": float(first[row].max())},
            "second": {"emotion": EMOTIONS[answers[1][row]].value, "score": float(second[row].max())},
        }
        for row in differ[np.argsort(-confidence, kind="stable")][:MOST_SHOWN]
    ]

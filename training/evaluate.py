"""Measure a bundle on labelled faces, with the same classifier that serves it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from inference.bundle import Bundle, read_bundle
from inference.classifier import Classifier, load_classifier
from inference.types import EMOTIONS
from training.calibrate import softmax
from training.dataset import Dataset, FaceSet
from training.errors import BadDataset
from training.metrics import Labels, Scores, calibration_error, over_present, summarise
from training.teachers import mean_scores


def evaluate_bundle(
    bundle: Path, dataset: Dataset, split: str, *, backend: Literal["litert", "tensorflow"] = "litert"
) -> dict[str, Any]:
    """Measure a bundle on one split, or on "test" (public and private together, the paper's 7,178).

    Returns:
        What `metrics.summarise` says, and: bundle, split, temperature, ms_per_face (wall-clock, batches of 32),
        abstention (coverage and precision at the bundle's threshold), present (see `metrics.over_present`) and unseen
        (n, accuracy, macro_f1 without the pictures whose pixels stand in the training split).
    Raises:
        BadBundle: the bundle is damaged.
        BadDataset: the split does not exist or is empty.
    """
    loaded = read_bundle(bundle)
    faces = dataset.of_split(split)
    figures = measure(load_classifier(loaded, backend=backend), faces, frequencies=learnt_frequencies(loaded))
    return {"bundle": f"{loaded.spec.name} {loaded.spec.version}", "split": split, **figures}


def evaluate_ensemble(bundles: Sequence[Path], dataset: Dataset, split: str) -> dict[str, Any]:
    """Measure the mean of several bundles' scores on one split; the figures are those of `metrics.summarise` and
    `metrics.over_present`.

    Raises:
        BadBundle, BadDataset: as `evaluate_bundle`.
    """
    faces = dataset.of_split(split)
    if not len(faces):
        raise BadDataset("The split holds no picture to measure on.")
    started = time.perf_counter()
    scores = mean_scores(bundles, faces.pictures)
    ms_per_face = (time.perf_counter() - started) * 1000 / len(faces)
    names = [f"{spec.name} {spec.version}" for spec in (read_bundle(folder).spec for folder in bundles)]
    figures = {**summarise(scores, faces.labels), "present": over_present(scores, faces.labels)}
    return {"bundles": names, "split": split, **figures, "ms_per_face": ms_per_face}


def learnt_frequencies(bundle: Bundle) -> NDArray[np.float64] | None:
    """Shares of the classes that a bundle's scores assume, (7,): those of its spec, or else of the pictures that it was
    trained on; None where it does not say."""
    if bundle.spec.prior:
        return np.array(bundle.spec.prior)
    counts = bundle.metrics.get("dataset", {}).get("counts", {}).get("train", {})
    frequencies = np.array([float(counts.get(emotion.value, 0)) for emotion in EMOTIONS])
    return frequencies / frequencies.sum() if (frequencies > 0).all() else None


def measure(
    classifier: Classifier, faces: FaceSet, *, frequencies: NDArray[np.float64] | None = None
) -> dict[str, Any]:
    """Measure a loaded classifier on labelled faces; see `evaluate_bundle` and, of frequencies, `over_present`."""
    if not len(faces):
        raise BadDataset("The split holds no picture to measure on.")
    scores, ms_per_face = score_faces(classifier, faces.pictures)
    spec = classifier.spec
    return {
        **summarise(scores, faces.labels),
        "ms_per_face": ms_per_face,
        "temperature": spec.temperature,
        "ece_uncalibrated": _uncalibrated_error(scores, faces.labels, spec.temperature),
        "abstention": abstention(scores, faces.labels, spec.abstain_below),
        "present": over_present(scores, faces.labels, frequencies),
        "unseen": _unseen(scores, faces),
    }


def score_faces(classifier: Classifier, pictures: NDArray[np.uint8]) -> tuple[Scores, float]:
    """Score pictures in batches of 32 after a warm-up.

    Returns:
        float32 (n, 7) and the mean wall-clock ms a face.
    """
    classifier.classify(pictures[:32])
    started = time.perf_counter()
    scores = classifier.classify(pictures)
    return scores, (time.perf_counter() - started) * 1000 / len(pictures)


def abstention(scores: Scores, labels: Labels, threshold: float) -> dict[str, float]:
    """Share of answers that are given at a threshold, and how many of those are right."""
    is_answered = scores.max(axis=1) >= threshold
    right = (scores.argmax(axis=1) == labels)[is_answered]
    return {
        "threshold": threshold,
        "coverage": float(is_answered.mean()),
        "precision": float(right.mean()) if right.size else 0.0,
    }


def _unseen(scores: Scores, faces: FaceSet) -> dict[str, float]:
    unseen = ~faces.also_in_train
    if not unseen.any():
        return {"n": 0}
    figures = summarise(scores[unseen], faces.labels[unseen])
    return {name: figures[name] for name in ("n", "accuracy", "macro_f1")}


def _uncalibrated_error(scores: Scores, labels: Labels, temperature: float) -> float:
    """The calibration error of the same logits without the temperature; softmax forgets only a constant of them."""
    logits = np.log(np.clip(scores, 1e-12, 1)) * temperature
    return calibration_error(softmax(logits), labels)

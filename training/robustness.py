"""How scores change when pictures get worse: seven kinds of degradation, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.classifier import Classifier
from training.dataset import FaceSet
from training.errors import BadDataset
from training.metrics import balanced_accuracy, calibration_error, confusion_matrix, negative_log_likelihood, per_class

Picture = NDArray[np.uint8]

MEASURED_ON = 1000


def _blur(face: Picture, sigma: float, turn: int) -> Picture:
    return np.asarray(cv2.GaussianBlur(face, (0, 0), sigma), dtype=np.uint8)


def _darken(face: Picture, gain: float, turn: int) -> Picture:
    return np.asarray(np.round(face * gain), dtype=np.uint8)


def _compress(face: Picture, quality: float, turn: int) -> Picture:
    _, encoded = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def _add_noise(face: Picture, sigma: float, turn: int) -> Picture:
    noisy = face + np.random.default_rng(turn).normal(0, sigma, face.shape)
    return np.asarray(np.clip(np.round(noisy), 0, 255), dtype=np.uint8)


def _rotate(face: Picture, degrees: float, turn: int) -> Picture:
    side = face.shape[0]
    center = ((side - 1) / 2, (side - 1) / 2)
    return _warp(face, cv2.getRotationMatrix2D(center, degrees if turn % 2 else -degrees, 1.0))


def _shrink(face: Picture, side: float, turn: int) -> Picture:
    small = cv2.resize(face, (int(side), int(side)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, face.shape[::-1], interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _shift(face: Picture, share: float, turn: int) -> Picture:
    along = ((1, 0), (0, 1), (-1, 0), (0, -1))[turn % 4]
    x, y = (share * face.shape[0] * direction for direction in along)
    return _warp(face, np.array([[1.0, 0.0, x], [0.0, 1.0, y]]))


def _warp(face: Picture, matrix: NDArray[Any]) -> Picture:
    moved = cv2.warpAffine(face, matrix, face.shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=np.uint8)


Harm = Callable[[Picture, float, int], Picture]

HARMS: dict[str, tuple[Harm, str, tuple[float, ...]]] = {
    "blur": (_blur, "sigma, px of 48", (0.5, 1, 1.5, 2, 3)),
    "darkness": (_darken, "share of the light", (0.7, 0.5, 0.3, 0.2, 0.1)),
    "jpeg": (_compress, "JPEG quality", (60, 40, 20, 10, 5)),
    "noise": (_add_noise, "sigma, grey levels", (5, 10, 20, 30, 40)),
    "rotation": (_rotate, "degrees", (10, 20, 30, 45, 60)),
    "small": (_shrink, "side of the face, px", (32, 24, 16, 12, 8)),
    "shift": (_shift, "share of the side", (0.05, 0.1, 0.15, 0.2, 0.25)),
}


def harm_pictures(pictures: NDArray[np.uint8], harm: str, level: float) -> NDArray[np.uint8]:
    """Every picture harmed to a level; directions and noise go by its place, so that two models see the same.

    Args:
        pictures: uint8 (n, S, S, 1).
        harm: a key of `HARMS`.
        level: in the unit that `HARMS` names.
    Returns:
        uint8 (n, S, S, 1).
    """
    do = HARMS[harm][0]
    return np.stack([do(face[..., 0], level, turn) for turn, face in enumerate(pictures)])[..., np.newaxis]


def measure_robustness(classifier: Classifier, faces: FaceSet, *, count: int = MEASURED_ON) -> dict[str, Any]:
    """Measure a classifier on an even choice of pictures, plain and harmed.

    Args:
        count: how many pictures at most.
    Returns:
        n, plain (figures of the plain pictures) and harms: for each its unit and one row of figures per level.
    Raises:
        BadDataset: there is no picture.
    """
    if not len(faces):
        raise BadDataset("The split holds no picture to measure on.")
    rows = np.unique(np.linspace(0, len(faces) - 1, min(count, len(faces))).astype(np.int64))
    pictures, labels = faces.pictures[rows], faces.labels[rows]

    def figures(measured: NDArray[np.uint8]) -> dict[str, float]:
        scores = classifier.classify(measured)
        confusion = confusion_matrix(scores, labels)
        return {
            "accuracy": float(np.trace(confusion) / len(labels)),
            "balanced_accuracy": balanced_accuracy(confusion),
            "macro_f1": float(np.mean([row["f1"] for row in per_class(confusion).values()])),
            "nll": negative_log_likelihood(scores, labels),
            "ece": calibration_error(scores, labels),
        }

    harms = {
        name: {
            "unit": unit,
            "levels": [{"level": level, **figures(harm_pictures(pictures, name, level))} for level in levels],
        }
        for name, (_, unit, levels) in HARMS.items()
    }
    return {"n": len(rows), "plain": figures(pictures), "harms": harms}

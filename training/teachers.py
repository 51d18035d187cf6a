"""Several bundles as one: the mean of their scores, to measure an ensemble and to teach one network from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.bundle import read_bundle
from inference.classifier import load_classifier
from inference.errors import BadBundle
from inference.preprocess import fit_face
from training.config import TrainingConfig
from training.dataset import FaceSet
from training.metrics import Scores

CLOSER = 1.08


def mean_scores(bundles: Sequence[Path], pictures: NDArray[np.uint8]) -> Scores:
    """The mean of several bundles' calibrated scores.

    Args:
        bundles: folders, at least one.
        pictures: uint8 (n, S, S, 1); brought to each bundle's own size.
    Returns:
        float32 (n, 7), rows sum to 1.
    Raises:
        BadBundle: one is damaged, or there is none.
    Source: Hansen & Salamon 1990, IEEE TPAMI 12(10).
    """
    if not bundles:
        raise BadBundle("An ensemble needs at least one bundle.")
    total = np.zeros((len(pictures), 7), np.float64)
    for folder in bundles:
        bundle = read_bundle(folder)
        size = bundle.spec.input_size
        fitted = pictures if pictures.shape[1] == size else np.stack([fit_face(face, size) for face in pictures])
        total += load_classifier(bundle).classify(fitted)
    return np.asarray(total / len(bundles), dtype=np.float32)


def blend_targets(train: FaceSet, config: TrainingConfig) -> NDArray[np.float32]:
    """What the network should answer to each training picture: label, votes and teachers, blended.

    The teachers look four times: at the picture, a little closer, and at both mirrored.

    Returns:
        float32 (n, 7), rows sum to 1.
    Source: Hinton et al. 2015, arXiv:1503.02531; the teachers' scores are softened by `teachers_temperature`.
    """
    own = train.targets(votes_weight=config.votes_weight, label_smoothing=config.label_smoothing)
    if not config.teachers:
        return own
    folders = [Path(name) for name in config.teachers]
    views = [mean_scores(folders, view) for view in _four_views(train.pictures)]
    soft = np.clip(np.mean(views, axis=0), 1e-6, 1) ** (1 / config.teachers_temperature)
    taught = soft / soft.sum(axis=1, keepdims=True)
    return np.asarray((1 - config.teachers_weight) * own + config.teachers_weight * taught, dtype=np.float32)


def _four_views(pictures: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """The pictures, 8 % closer, and both mirrored: the mean of a network's answers to them is better than its one."""
    side = pictures.shape[1]
    closer = np.array([[CLOSER, 0, (side - 1) / 2 * (1 - CLOSER)], [0, CLOSER, (side - 1) / 2 * (1 - CLOSER)]])
    zoomed = np.stack([cv2.warpAffine(face, closer, (side, side), flags=cv2.INTER_LINEAR) for face in pictures[..., 0]])
    for view in (pictures, zoomed[..., np.newaxis]):
        yield np.ascontiguousarray(view)
        yield np.ascontiguousarray(view[:, :, ::-1])

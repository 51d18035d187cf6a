"""Several bundles as one: the mean of their scores, to measure an ensemble and to teach one network from it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.bundle import read_bundle
from inference.classifier import load_classifier
from inference.errors import BadBundle
from inference.preprocess import fit_face
from training.calibrate import softmax
from training.config import TrainingConfig
from training.dataset import FaceSet, iterate_batches, padded_size, short_name
from training.errors import TrainingError
from training.metrics import Scores
from training.model import load_model
from training.predict import predict_logits

CLOSER = 1.08
HEADS = ("labels", "votes", "scores")


def mean_scores(bundles: Sequence[Path], pictures: NDArray[np.uint8]) -> Scores:
    """The mean of several bundles' calibrated scores.

    Args:
        bundles: folders, at least one; or .keras files of networks that only teach.
        pictures: uint8 (n, S, S, 1); brought to each bundle's own size.
    Returns:
        float32 (n, 7), rows sum to 1.
    Raises:
        BadBundle: one is damaged, or there is none.
        TrainingError: a .keras file cannot be read.
    Source: Hansen & Salamon 1990, IEEE TPAMI 12(10).
    """
    if not bundles:
        raise BadBundle("An ensemble needs at least one bundle.")
    total = np.zeros((len(pictures), 7), np.float64)
    for folder in bundles:
        if folder.suffix == ".keras":
            total += softmax(predict_logits(load_model(folder), pictures, batch_size=1024))
            continue
        bundle = read_bundle(folder)
        size = bundle.spec.input_size
        fitted = pictures if pictures.shape[1] == size else np.stack([fit_face(face, size) for face in pictures])
        total += load_classifier(bundle).classify(fitted)
    return np.asarray(total / len(bundles), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Taught:
    """What a network learns from.

    Args:
        pictures: uint8 (n * views, S, S, 1): the views of one picture stand together.
        targets: float32 (n * views, 7 H): what each head should answer; a row of zeros where nobody knows.
        views: of each picture, at least 1.
    """

    pictures: NDArray[np.uint8]
    targets: NDArray[np.float32]
    views: int = 1


def teach(train: FaceSet, config: TrainingConfig) -> Taught:
    """Pictures and targets of a run: labels and teachers for the first head, votes and files of scores for the others.

    Raises:
        TrainingError: a file of scores is damaged or knows none of the pictures.
    """
    if config.teachers and config.views:
        pictures = changed_views(train.pictures, config)
        taught = mean_scores([Path(name) for name in config.teachers], pictures)
        own = train.targets(votes_weight=config.votes_weight, label_smoothing=config.label_smoothing)
        first, views = _blended(np.repeat(own, config.views, axis=0), taught, config), config.views
    else:
        pictures, first, views = train.pictures, blend_targets(train, config), 1
    extra_targets = [train.votes] if len(config.heads) > 1 else []
    if len(config.heads) == len(HEADS):
        scores = [read_scores(train, Path(name), config.scores_temperature) for name in config.scores]
        extra_targets.append(np.mean(scores, axis=0) if scores else np.zeros_like(train.votes))
    targets = np.concatenate([first, *(np.repeat(extra, views, axis=0) for extra in extra_targets)], axis=1)
    return Taught(pictures, targets.astype(np.float32), views)


def blend_targets(train: FaceSet, config: TrainingConfig) -> NDArray[np.float32]:
    """What the network should answer to each training picture: label, votes and teachers, blended.

    The teachers look four times: at the picture, a little closer, and at both mirrored.

    Returns:
        float32 (n, 7), rows sum to 1.
    Source: Hinton et al. 2015, arXiv:1503.02531; the teachers' scores are softened by `teachers_temperature`.
    """
    own = train.targets(votes_weight=config.votes_weight, label_smoothing=config.label_smoothing)
    if config.scores and len(config.heads) < len(HEADS):  # else they have a head of their own
        own = _with_scores(train, own, config)
    if not config.teachers:
        return own
    folders = [Path(name) for name in config.teachers]
    views = [mean_scores(folders, view) for view in _four_views(train.pictures)]
    return _blended(own, np.mean(views, axis=0), config)


def _blended(own: NDArray[np.float32], taught: NDArray[Any], config: TrainingConfig) -> NDArray[np.float32]:
    soft = _softened(taught, config.teachers_temperature)
    return np.asarray((1 - config.teachers_weight) * own + config.teachers_weight * soft, dtype=np.float32)


def _softened(scores: NDArray[Any], temperature: float) -> NDArray[Any]:
    soft = np.clip(scores, 1e-6, 1) ** (1 / temperature)
    return np.asarray(soft / soft.sum(axis=1, keepdims=True))


def read_scores(train: FaceSet, file: Path, temperature: float) -> NDArray[np.float32]:
    """What a file of scores says of the training pictures, softened.

    A file is an .npz with `path` (n,), of which the last three parts count, and `scores` (n, 7) in `Emotion` order.

    Args:
        temperature: divisor of the logarithm of the scores.
    Returns:
        float32 (n, 7), rows sum to 1; a row of zeros where the file does not know the picture.
    Raises:
        TrainingError: the file is damaged or knows none of the pictures.
    """
    try:
        with np.load(file, allow_pickle=False) as archive:
            names = map(short_name, archive["path"].astype(str).tolist())
            table = dict(zip(names, archive["scores"].astype(float), strict=True))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{file} is no file of scores: an .npz with path and scores.") from error
    rows = [row for row, name in enumerate(train.names) if name in table]
    if not rows:
        raise TrainingError(f"{file} knows none of the training pictures.")
    scores = np.zeros((len(train), 7), np.float32)
    scores[rows] = _softened(np.stack([table[train.names[row]] for row in rows]), temperature)
    return scores


def _with_scores(train: FaceSet, targets: NDArray[np.float32], config: TrainingConfig) -> NDArray[np.float32]:
    """Targets with each file's share of its scores in them, where the file knows the picture."""
    own_share, taught = np.ones((len(train), 1), np.float32), np.zeros_like(targets)
    for name, weight in zip(config.scores, config.scores_weights, strict=True):
        scores = read_scores(train, Path(name), config.scores_temperature)
        taught += weight * scores
        own_share -= weight * scores.sum(axis=1, keepdims=True)
    return np.asarray(own_share * targets + taught, dtype=np.float32)


def changed_views(pictures: NDArray[np.uint8], config: TrainingConfig, batch_size: int = 1024) -> NDArray[np.uint8]:
    """Each picture moved and lit at random, `config.views` times, without noise, downscaling and erasing.

    Returns:
        uint8 (n * views, S, S, 1); the views of one picture stand together.
    """
    from keras.ops import convert_to_numpy as convert

    from training.changes import RandomChanges

    calm = replace(config.augmentation, noise=0.0, downscale=0.0, erase=0.0)
    changes = RandomChanges(calm, config.input_size, config.seed)
    batch_size = padded_size(len(pictures), batch_size)
    out = np.zeros((len(pictures), config.views, *pictures.shape[1:]), np.uint8)
    for batch in iterate_batches(len(pictures), batch_size):
        rows = np.zeros((batch_size, *pictures.shape[1:]), np.uint8)
        rows[: batch.stop - batch.start] = pictures[batch]
        for view in range(config.views):
            out[batch, view] = np.rint(convert(changes(rows)))[: batch.stop - batch.start]
    return out.reshape(-1, *pictures.shape[1:])


def _four_views(pictures: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """The pictures, 8 % closer, and both mirrored: the mean of a network's answers to them is better than its one."""
    side = pictures.shape[1]
    closer = np.array([[CLOSER, 0, (side - 1) / 2 * (1 - CLOSER)], [0, CLOSER, (side - 1) / 2 * (1 - CLOSER)]])
    zoomed = np.stack([cv2.warpAffine(face, closer, (side, side), flags=cv2.INTER_LINEAR) for face in pictures[..., 0]])
    for view in (pictures, zoomed[..., np.newaxis]):
        yield np.ascontiguousarray(view)
        yield np.ascontiguousarray(view[:, :, ::-1])

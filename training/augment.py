"""Random changes of training pictures: the effects of a detector's crop, a camera, and a hand before the face."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.config import Augmentation

MOST_NOISE = 25  # sigma, grey levels

Pictures = NDArray[np.uint8]
Labels = NDArray[np.float32]


def augment_pictures(
    pictures: Pictures, augmentation: Augmentation, rng: np.random.Generator, *, side: int | None = None
) -> NDArray[np.float32]:
    """Change each picture at random.

    Args:
        pictures: uint8 (n, S, S, 1), grey levels 0 to 255.
        how: how far.
        rng: drawn from in a fixed order, so that one seed gives one result.
        side: of the result, px; None: that of the pictures.
    Returns:
        float32 (n, side, side, 1), grey levels 0 to 255.
    """
    count, source = pictures.shape[:2]
    side = side or source
    maps = _affine_maps(count, source, side, augmentation, rng)
    warped = np.stack(
        [
            cv2.warpAffine(picture, turn, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for picture, turn in zip(pictures[..., 0], maps, strict=True)
        ]
    ).astype(np.float32)
    gain = rng.uniform(1 - augmentation.contrast, 1 + augmentation.contrast, (count, 1, 1)).astype(np.float32)
    offset = rng.uniform(-augmentation.brightness, augmentation.brightness, (count, 1, 1)).astype(np.float32)
    lit = (warped - 127) * gain + 127 + offset
    if augmentation.downscale:  # recipes without it draw the same pictures as ever
        _downscale(lit, augmentation.downscale, rng)
    if augmentation.noise:
        _add_noise(lit, augmentation.noise, rng)
    np.clip(lit, 0, 255, out=lit)
    _erase(lit, augmentation.erase, rng)
    return np.asarray(lit[..., np.newaxis], dtype=np.float32)


def mix_batch(
    inputs: NDArray[np.float32], labels: Labels, augmentation: Augmentation, rng: np.random.Generator
) -> tuple[NDArray[np.float32], Labels]:
    """Mix a batch with its own shuffle, pictures and labels alike: blended, or a rectangle exchanged, or not at all.

    Args:
        inputs: float32 (n, S, S, 1).
        labels: float32 (n, 7).
    Returns:
        Both; each picture and label keeps a weight of at least `how.mixup_least`.
    Source: Zhang et al. 2017, arXiv:1710.09412 (mixup); Yun et al. 2019, arXiv:1905.04899 (cutmix).
    """
    chance, weight, order = rng.random(), rng.uniform(augmentation.mixup_least, 1), rng.permutation(len(inputs))
    if chance < augmentation.mixup:
        mixed = weight * inputs + (1 - weight) * inputs[order]
    elif chance < augmentation.mixup + augmentation.cutmix:
        mixed, weight = _exchange(inputs, order, weight, rng)
    else:
        return inputs, labels
    return mixed.astype(np.float32), (weight * labels + (1 - weight) * labels[order]).astype(np.float32)


def _exchange(
    inputs: NDArray[np.float32], order: NDArray[np.int64], weight: float, rng: np.random.Generator
) -> tuple[NDArray[np.float32], float]:
    """Put a square of the shuffled pictures, 1 - weight of the area, into each; also the share that really stayed."""
    side = inputs.shape[1]
    cut = int(side * np.sqrt(1 - weight))
    top, left = rng.integers(0, side - cut + 1, 2)
    mixed = inputs.copy()
    mixed[:, top : top + cut, left : left + cut] = inputs[order, top : top + cut, left : left + cut]
    return mixed, 1 - (cut / side) ** 2


def _affine_maps(
    count: int, source: int, side: int, augmentation: Augmentation, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Rotation, zoom, mirror and shift about the centre as (n, 2, 3) matrices from a side of `source` to `side` px."""
    angle = np.deg2rad(rng.uniform(-augmentation.rotate_deg, augmentation.rotate_deg, count))
    scale = rng.uniform(1 - augmentation.zoom, 1 + augmentation.zoom, count) * side / source
    mirror = np.where((rng.random(count) < 0.5) & augmentation.flip, -1.0, 1.0)
    shift = rng.uniform(-augmentation.shift, augmentation.shift, (count, 2)) * side
    center, target = (source - 1) / 2, (side - 1) / 2
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    maps = np.empty((count, 2, 3))
    maps[:, 0, 0], maps[:, 0, 1] = cos * mirror, -sin
    maps[:, 1, 0], maps[:, 1, 1] = sin * mirror, cos
    maps[:, :, 2] = target + shift - maps[:, :, 0] * center - maps[:, :, 1] * center
    return maps


def _downscale(pictures: NDArray[np.float32], chance: float, rng: np.random.Generator) -> None:
    """Take from some pictures what a face of a third to all of their side would not show, in place."""
    side = pictures.shape[1]
    for index in np.flatnonzero(rng.random(len(pictures)) < chance):
        small = int(rng.integers(side // 3, side))
        shrunk = cv2.resize(pictures[index], (small, small), interpolation=cv2.INTER_AREA)
        pictures[index] = cv2.resize(shrunk, (side, side), interpolation=cv2.INTER_LINEAR)


def _add_noise(pictures: NDArray[np.float32], chance: float, rng: np.random.Generator) -> None:
    """Add Gaussian noise to some pictures, in place."""
    for index in np.flatnonzero(rng.random(len(pictures)) < chance):
        pictures[index] += rng.normal(0, rng.uniform(0, MOST_NOISE), pictures[index].shape).astype(np.float32)


def _erase(pictures: NDArray[np.float32], chance: float, rng: np.random.Generator) -> None:
    """Replace a rectangle of a sixth to two fifths of the side by one grey level, in place."""
    side = pictures.shape[1]
    for index in np.flatnonzero(rng.random(len(pictures)) < chance):
        height, width = rng.integers(side // 6, side * 2 // 5 + 1, 2)
        top, left = rng.integers(0, side - height + 1), rng.integers(0, side - width + 1)
        pictures[index, top : top + height, left : left + width] = rng.uniform(0, 255)

"""Random changes made where the network runs: in batches, by Keras's operations, one definition for CPU and GPU."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from training.config import Augmentation

Tensor = Any  # of whichever backend Keras runs on

MOST_NOISE = 25  # sigma, grey levels
_DOWNSCALE_FACTORS = (3.0, 2.0, 1.5)  # the side over that of the smaller face


class RandomChanges(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Changes each picture of a batch at random, as `augment.augment_pictures` does on the host.

    float32 or uint8 (n, S, S, 1), grey levels 0 to 255 -> float32 (n, side, side, 1), grey levels 0 to 255.

    Args:
        how: how far.
        side: of the result, px.
        seed: of everything random; the state moves on with each call.
    """

    def __init__(self, augmentation: Augmentation, side: int, seed: int) -> None:
        super().__init__(dtype="float32")
        self._augmentation, self._side = augmentation, side
        self._seeds = keras.random.SeedGenerator(seed)

    def call(self, pictures: Tensor) -> Tensor:
        augmentation = self._augmentation
        moved = self._moved(ops.cast(pictures, "float32"))
        gain = self._between(moved, 1 - augmentation.contrast, 1 + augmentation.contrast)
        lit = (moved - 127) * gain + 127 + self._between(moved, -augmentation.brightness, augmentation.brightness)
        if augmentation.downscale:
            lit = self._downscale(lit)
        if augmentation.noise:
            grain = keras.random.normal(ops.shape(lit), seed=self._seeds) * self._between(lit, 0, MOST_NOISE)
            lit = lit + grain * self._chosen(lit, augmentation.noise)
        lit = ops.clip(lit, 0.0, 255.0)
        return self._erased(lit) if augmentation.erase else lit

    def _between(self, like: Tensor, low: float, high: float) -> Tensor:
        """One number a picture, (n, 1, 1, 1)."""
        return keras.random.uniform((ops.shape(like)[0], 1, 1, 1), low, high, seed=self._seeds)

    def _chosen(self, like: Tensor, chance: float) -> Tensor:
        return ops.cast(self._between(like, 0.0, 1.0) < chance, "float32")

    def _moved(self, pictures: Tensor) -> Tensor:
        """Rotation, zoom, mirror and shift about the centre; what lies outside repeats the edge."""
        augmentation, source = self._augmentation, int(pictures.shape[1])

        def draw(low: float, high: float) -> Tensor:
            return ops.reshape(self._between(pictures, low, high), (-1,))

        angle = draw(-1, 1) * float(np.deg2rad(augmentation.rotate_deg))
        step = source / self._side / draw(1 - augmentation.zoom, 1 + augmentation.zoom)
        mirror = ops.where(draw(0, 1) < (0.5 if augmentation.flip else -1.0), -1.0, 1.0)
        cos, sin = ops.cos(angle) * step, ops.sin(angle) * step
        to_x = (self._side - 1) / 2 + draw(-augmentation.shift, augmentation.shift) * self._side
        to_y = (self._side - 1) / 2 + draw(-augmentation.shift, augmentation.shift) * self._side
        center = (source - 1) / 2
        rows = [cos * mirror, -sin * mirror, center - (cos * to_x - sin * to_y) * mirror]
        rows += [sin, cos, center - sin * to_x - cos * to_y]
        maps = ops.stack([*rows, ops.zeros_like(cos), ops.zeros_like(cos)], axis=1)
        if self._side > source:
            pictures = ops.pad(pictures, ((0, 0), (0, self._side - source), (0, self._side - source), (0, 0)), "edge")
        out = ops.image.affine_transform(
            pictures, maps, interpolation="bilinear", fill_mode="nearest", data_format="channels_last"
        )
        return out[:, : self._side, : self._side]

    def _downscale(self, pictures: Tensor) -> Tensor:
        """Take from some pictures what a face of a third to two thirds of their side would not show."""
        chosen, out = self._between(pictures, 0.0, 1.0), pictures
        for index, part in enumerate(_DOWNSCALE_FACTORS):
            small = ops.image.resize(
                pictures, (round(self._side / part),) * 2, antialias=True, data_format="channels_last"
            )
            enlarged = ops.image.resize(small, (self._side,) * 2, data_format="channels_last")
            out = ops.where(
                chosen < self._augmentation.downscale * (1 - index / len(_DOWNSCALE_FACTORS)), enlarged, out
            )
        return out

    def _erased(self, pictures: Tensor) -> Tensor:
        """Replace a rectangle of a sixth to two fifths of the side by one grey level."""
        inside = self._chosen(pictures, self._augmentation.erase)
        for shape in ((1, -1, 1, 1), (1, 1, -1, 1)):
            size = self._between(pictures, self._side / 6, self._side * 2 / 5)
            start = self._between(pictures, 0.0, 1.0) * (self._side - size)
            positions = ops.reshape(ops.arange(self._side, dtype="float32"), shape)
            inside = inside * ops.cast(positions >= start, "float32") * ops.cast(positions < start + size, "float32")
        return ops.where(inside > 0, self._between(pictures, 0.0, 255.0), pictures)


class Lesson(keras.Model):  # type: ignore[misc]
    """A network, the changes before it and the cost behind it: pictures and targets in, the cost of each out.

    Args:
        network: float32 (n, S, S, 1) -> logits of all heads, (n, 7 H).
        changes: made to the pictures of each batch.
        how: gives the chance and the share of mixing pictures (Zhang et al. 2017, arXiv:1710.09412).
        weights: of each head's cost, (H,).
        seed: of the mixing.
    """

    def __init__(
        self, network: Any, changes: RandomChanges, augmentation: Augmentation, weights: tuple[float, ...], *, seed: int
    ) -> None:
        super().__init__(dtype="float32")  # or pictures and targets would be rounded on their way in
        self.network, self.changes = network, changes
        self._augmentation, self._weights = augmentation, weights
        self._seeds = keras.random.SeedGenerator(seed)

    def call(self, batch: tuple[Tensor, Tensor], training: bool = True) -> Tensor:
        """The cost of each picture, float32 (n,): targets are (n, 7 H), a head's row of zeros costs nothing."""
        pictures, targets = self.changes(batch[0]), batch[1]
        if self._augmentation.mixup:
            pictures, targets = self._mixed(pictures, targets)
        logits = ops.cast(self.network(pictures, training=training), "float32")
        heads = len(self._weights)
        log_scores = ops.log_softmax(ops.reshape(logits, (-1, heads, 7)))
        expected = ops.reshape(targets, (-1, heads, 7))
        weights = ops.reshape(ops.convert_to_tensor(self._weights, "float32"), (1, heads, 1))
        return -ops.sum(log_scores * expected * weights, axis=(1, 2))

    def _mixed(self, pictures: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Each picture with its neighbour in the batch, in a share of the batches."""
        chance, weight = ops.unstack(keras.random.uniform((2,), seed=self._seeds), 2)
        own_share = self._augmentation.mixup_least + (1 - self._augmentation.mixup_least) * weight
        own_share = ops.where(chance < self._augmentation.mixup, own_share, 1.0)
        mixed = [own_share * part + (1 - own_share) * ops.roll(part, 1, axis=0) for part in (pictures, targets)]
        return mixed[0], mixed[1]

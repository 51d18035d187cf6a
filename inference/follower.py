"""Looks for faces where they were a moment ago: a small crop each, turned upright by the eyes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.answers import overlaps
from inference.scaling import scale_picture
from inference.types import DetectedFace, Picture
from inference.yunet import POINTS, YuNet

_CROP_PX = 128
_REACH = 3.0  # side of the crop in sides of the face's box
_SURE = 0.5
_HINT = 0.3
_NEAR = 0.8  # how far a face may have moved, in sides of its box
_GROWN = 1.7  # how much larger or smaller it may have become
_TURNED_DEG = 15.0


class Follower:
    """Follows known faces with YuNet on crops; holds no state between frames.

    Args:
        network: shared with the seeker.
    """

    def __init__(self, network: YuNet) -> None:
        self._network = network

    def follow(self, frame: Picture, faces: Sequence[DetectedFace]) -> list[NDArray[np.float32] | None]:
        """Look where each face was.

        Args:
            frame: uint8 (H, W, 3) BGR.
            faces: as they were in an earlier frame of the same shot.
        Returns:
            For each face an answer (15,) as `YuNet.look` gives them, px of the frame; None where it is gone, or where
            another of the faces, which was closer, is found in its place.
        """
        found = [self.look_again(frame, face) for face in faces]
        for second, answer in enumerate(found):
            for first in range(second):
                rival = found[first]
                if answer is None or rival is None or not overlaps(rival, answer[np.newaxis])[0]:
                    continue
                loser = max((first, second), key=lambda i: _distance(faces[i], found[i]))
                found[loser] = None
                answer = found[second]
        return found

    def look_again(self, frame: Picture, face: DetectedFace) -> NDArray[np.float32] | None:
        """Look for one face where it was; see `follow`."""
        turn = _measure_tilt(face) if abs(_measure_tilt(face)) > math.radians(_TURNED_DEG) else 0.0
        crop, back = cut_upright(frame, face.box.center, _REACH * max(face.box.w, face.box.h), turn)
        if crop is None:
            return None
        answers = self._network.look(crop, _HINT)
        answers = answers[answers[:, 4] >= _SURE]
        if not len(answers):
            return None
        middle = answers[:, :2] + answers[:, 2:4] / 2 - _CROP_PX / 2
        side = _CROP_PX / _REACH
        grown = np.sqrt(answers[:, 2:4].prod(axis=1)) / side
        away = np.hypot(middle[:, 0], middle[:, 1]) / side
        fits = (away < _NEAR) & (grown < _GROWN) & (grown > 1 / _GROWN)
        if not fits.any():
            return None
        best = answers[fits][np.argmax(answers[fits, 4] - 0.3 * away[fits])]
        return _carry_back(best, back)


def cut_upright(
    frame: Picture, center: tuple[float, float], side: float, turn: float
) -> tuple[Picture | None, NDArray[np.float64]]:
    """Cut a square of `_CROP_PX` around a point.

    Args:
        frame: uint8 (H, W, 3) BGR.
        center: middle of the square, px of the frame.
        side: of the square, px of the frame.
        turn: angle of the line of the eyes against the horizon, radians.
    Returns:
        The crop, None where it lies outside the frame; and the map (2, 3) from its px to the frame's.
    """
    scale = side / _CROP_PX
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    middle = _CROP_PX / 2
    back = np.array(
        [
            [cos, -sin, center[0] - cos * middle + sin * middle],
            [sin, cos, center[1] - sin * middle - cos * middle],
        ]
    )
    reach = side * (abs(math.cos(turn)) + abs(math.sin(turn))) / 2
    height, width = frame.shape[:2]
    left, right = max(math.floor(center[0] - reach), 0), min(math.ceil(center[0] + reach), width)
    top, bottom = max(math.floor(center[1] - reach), 0), min(math.ceil(center[1] + reach), height)
    if right - left < 2 or bottom - top < 2:
        return None, back
    part = frame[top:bottom, left:right]
    shrink = 1.0
    if scale > 1:  # warpAffine does not average
        whole, part = part.shape[1], scale_picture(part, 1 / scale)
        shrink = part.shape[1] / whole
    to_part = back.copy()
    to_part[:, 2] -= (left, top)
    to_part *= shrink
    crop = cv2.warpAffine(part, to_part, (_CROP_PX, _CROP_PX), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(crop, np.uint8), back


def _carry_back(answer: NDArray[np.float32], back: NDArray[np.float64]) -> NDArray[np.float32]:
    scale = float(np.hypot(back[0, 0], back[1, 0]))
    middle = back[:, :2] @ (answer[:2] + answer[2:4] / 2) + back[:, 2]
    size = answer[2:4] * scale
    points = answer[5:].reshape(POINTS, 2) @ back[:, :2].T + back[:, 2]
    return np.concatenate([middle - size / 2, size, answer[4:5], points.ravel()]).astype(np.float32)


def _measure_tilt(face: DetectedFace) -> float:
    if len(face.landmarks) < 2:
        return 0.0
    (right_x, right_y), (left_x, left_y) = face.landmarks[:2]
    return math.atan2(left_y - right_y, left_x - right_x)


def _distance(face: DetectedFace, answer: NDArray[np.float32] | None) -> float:
    if answer is None:
        return math.inf
    x, y = face.box.center
    return math.hypot(x - float(answer[0] + answer[2] / 2), y - float(answer[1] + answer[3] / 2))

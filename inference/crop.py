"""Cuts an upright square out of a frame around a face, and carries what is found in it back into the frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.planes import AnyPicture, as_picture, cut_part
from inference.scaling import scale_picture
from inference.types import Picture


@dataclass(frozen=True, slots=True)
class UprightCrop:
    """A square piece of a frame.

    Args:
        picture: uint8 (px, px, 3) BGR; black where the frame ends.
        back: float64 (2, 3), the map from its px to the frame's.
    """

    picture: Picture
    back: NDArray[np.float64]

    @property
    def scale(self) -> float:
        """How many px of the frame one of its own is."""
        return float(np.hypot(self.back[0, 0], self.back[1, 0]))

    def carry_back(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Carry points (n, 2) of the crop into the frame."""
        return np.asarray(points @ self.back[:, :2].T + self.back[:, 2])

    def carry_answer_back(self, answer: NDArray[np.float32]) -> NDArray[np.float32]:
        """Carry an answer (15,) of `YuNet.predict` into the frame; its box keeps its size, turned about its middle."""
        size = answer[2:4] * self.scale
        middle = self.carry_back(answer[:2] + answer[2:4] / 2)
        points = self.carry_back(answer[5:].reshape(-1, 2))
        return np.concatenate([middle - size / 2, size, answer[4:5], points.ravel()]).astype(np.float32)


def cut_upright(frame: AnyPicture, center: tuple[float, float], *, side: float, turn: float, px: int) -> UprightCrop:
    """Cut a square around a point.

    Args:
        frame: uint8 (H, W, 3) BGR, or planes.
        center: the middle of the square, px of the frame.
        side: of the square, px of the frame.
        turn: angle of the line of the eyes against the horizon, radians; it is level in the crop.
        px: side of the crop.
    """
    scale = side / px
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    turned = np.array([[cos, -sin], [sin, cos]])
    back = np.column_stack([turned, np.array(center) - turned.sum(axis=1) * px / 2])
    reach = side * (abs(math.cos(turn)) + abs(math.sin(turn))) / 2 + scale
    height, width = frame.shape[:2]
    left, right = max(math.floor(center[0] - reach), 0), min(math.ceil(center[0] + reach), width)
    top, bottom = max(math.floor(center[1] - reach), 0), min(math.ceil(center[1] + reach), height)
    if right <= left or bottom <= top:
        return UprightCrop(np.zeros((px, px, 3), np.uint8), back)
    part, left, top = cut_part(frame, left, top, right, bottom)
    to_part = back - [[0, 0, left], [0, 0, top]]
    if scale > 1:  # the warp interpolates but does not average
        small = scale_picture(part, 1 / scale)
        to_part = to_part * [[small.shape[1] / part.shape[1]], [small.shape[0] / part.shape[0]]]
        part = small
    picture = cv2.warpAffine(as_picture(part), to_part, (px, px), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return UprightCrop(np.asarray(picture, np.uint8), back)

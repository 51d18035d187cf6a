"""Looks for faces in a whole frame: once closely for small faces, once from afar for those that fill the frame."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.answers import keep_one_each
from inference.types import Picture
from inference.yunet import YuNet

_NEAR_PX = 1024
_NEAR_LEAST_PX = 768
_FAR_PX = 256
_SURE = 0.72
_LEAST_SIDE_PX = 10.0
_LONGEST = 16  # times as long as wide: no camera's frame


class Seeker:
    """Finds every face of a frame with YuNet.

    Args:
        network: shared with the follower.
    """

    def __init__(self, network: YuNet) -> None:
        self._network = network

    def seek(self, frame: Picture) -> NDArray[np.float32]:
        """Return one answer for each face, the surest first.

        Args:
            frame: uint8 (H, W, 3) BGR.
        Returns:
            float32 (n, 15) as `YuNet.look` gives them, px of the frame.
        """
        longer = max(frame.shape[:2])
        if longer > _LONGEST * min(frame.shape[:2]):
            return np.empty((0, 15), np.float32)
        near = min(max(longer, _NEAR_LEAST_PX), _NEAR_PX)
        answers = keep_one_each(np.concatenate([self._look(frame, near), self._look(frame, _FAR_PX)]))
        return answers[answers[:, 3] >= _LEAST_SIDE_PX]

    def _look(self, frame: Picture, longer_px: int) -> NDArray[np.float32]:
        scale = longer_px / max(frame.shape[:2])
        answers = self._network.look(resize(frame, scale), _SURE)
        answers[:, :4] /= scale
        answers[:, 5:] /= scale
        return answers


def resize(frame: Picture, scale: float) -> Picture:
    """Scale a frame by a factor; shrinking averages."""
    height, width = frame.shape[:2]
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    if size == (width, height):
        return frame
    rule = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(frame, size, interpolation=rule), np.uint8)

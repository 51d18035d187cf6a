"""Looks for faces in a whole frame: closely for small faces, from afar for those that fill the frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.answers import keep_one_each
from inference.planes import AnyPicture, cut_part
from inference.scaling import scale_picture
from inference.types import Box, Picture
from inference.yunet import GRID, POINTS, YuNet

LIKELY = 0.73
"""Confidence from which on an answer is mostly a face, and is looked at however many there are."""

_DOUBT = 0.45
# Source: own measurement, `python -m benchmarks.detectors`: of 80 pictures of nobody none has an answer above 0.11 that
# covers so much of the frame when it is looked at from afar; masked faces that fill the frame have 0.35 and more.
_DOUBT_LARGE, _LARGE, _SURE = 0.35, 0.65, 0.8
NEAR_PX = 1024
QUICK_PX = 640
_NEAR_LEAST_PX = 768
_FAR_PX = (256, 128)
_LEAST_SIDE_PX = 12.0
_LONGEST = 16  # times as long as wide: no camera's frame


class Seeker:
    """Finds every face of a frame with YuNet.

    Args:
        network: shared with the follower.
    """

    def __init__(self, network: YuNet) -> None:
        self._network = network

    def seek(self, frame: AnyPicture, *, longest_px: int = NEAR_PX, within: Box | None = None) -> NDArray[np.float32]:
        """Return one answer for each face and each doubt, the surest first.

        Args:
            frame: uint8 (H, W, 3) BGR, or planes.
            longest_px: what the frame's longer side is shrunk to; faces of 10 px and more are seen there.
            within: the only part that is looked at, as closely as all of the frame would be, px; None: all of it.
        Returns:
            float32 (n, 15) as `YuNet.predict` gives them, px of the frame.
        """
        longer = max(frame.shape[:2])
        if longer > _LONGEST * min(frame.shape[:2]):
            return np.empty((0, 15), np.float32)
        near = min(max(longer, _NEAR_LEAST_PX), longest_px)
        part, corner = (frame, np.zeros(2, np.float32)) if within is None else _cut(frame, within, GRID * longer / near)
        pictures = [scale_picture(part, near / longer)]
        pictures += [scale_picture(pictures[0], far / near) for far in _FAR_PX]
        predictions = [self._predict(picture, part) for picture in pictures[:-1]]
        predictions.append(_believe_large(self._predict(pictures[-1], part, _DOUBT_LARGE), min(frame.shape[:2])))
        answers = keep_one_each(np.concatenate(predictions))
        answers[:, :2] += corner
        answers[:, 5:] += np.tile(corner, POINTS)
        return answers[answers[:, 3] >= _LEAST_SIDE_PX]

    def _predict(self, picture: Picture, part: AnyPicture, least: float = _DOUBT) -> NDArray[np.float32]:
        answers = self._network.predict(picture, least)
        scale = max(part.shape[:2]) / max(picture.shape[:2])
        answers[:, :4] *= scale
        answers[:, 5:] *= scale
        return answers


def _believe_large(answers: NDArray[np.float32], shorter_px: int) -> NDArray[np.float32]:
    """Of a look from afar: a face that fills the frame is one, however little of it shows above a mask."""
    is_large = answers[:, 2:4].max(axis=1) >= _LARGE * shorter_px
    answers[is_large, 4] = np.maximum(answers[is_large, 4], _SURE)
    return np.asarray(answers[is_large | (answers[:, 4] >= _DOUBT)], np.float32)


def _cut(frame: AnyPicture, box: Box, step: float) -> tuple[AnyPicture, NDArray[np.float32]]:
    """The part of a frame that a box covers, at least one px, and where its corner lies, float32 (2,).

    The corner is one of the network's cells, `step` px apart: so it answers as it would to the whole frame.
    """
    height, width = frame.shape[:2]
    left, top = (round(max(edge, 0.0) // step * step) for edge in (box.x, box.y))
    left, top = min(left, width - 1), min(top, height - 1)
    right, bottom = max(min(round(box.x + box.w), width), left + 1), max(min(round(box.y + box.h), height), top + 1)
    part, left, top = cut_part(frame, left, top, right, bottom)
    return part, np.array([left, top], np.float32)

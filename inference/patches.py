"""A known face found again by its grey levels: for a moment after a network saw it, at a tenth of what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.planes import AnyPicture, Plane, shrink_plane, take_luma
from inference.types import Box, DetectedFace

_PX = 32  # side of a patch at most; Source: own, eyes and mouth are a few px each
_REACH = 0.5  # how far it is looked for, in sides of the face's box
_LIKE = 0.93  # Source: own measurement; docs/decisions.md, "a face is asked for every other time"
_FLAT = 4.0  # grey levels of standard deviation below which a patch fits anywhere


@dataclass(frozen=True, slots=True)
class Patch:
    """What a face looked like; lives for less than half a second.

    Args:
        luma: brightness, uint8 (n, n).
        scale: its px for each px of the frame.
        box: the face in the frame that it was taken from, px.
        corner: where its own left and upper edge were there, px.
    """

    luma: Plane
    scale: float
    box: Box
    corner: tuple[int, int]


def take_patch(picture: AnyPicture, box: Box) -> Patch | None:
    """Remember what a face looks like; None where it reaches out of the frame, or has no structure.

    Args:
        picture: uint8 (H, W, 3) BGR, or planes.
        box: the face, px.
    """
    side, (left, top) = round(max(box.w, box.h)), (round(box.x), round(box.y))
    if side < 1 or min(left, top) < 0 or left + side > picture.shape[1] or top + side > picture.shape[0]:
        return None
    px = min(side, _PX)
    luma = shrink_plane(take_luma(picture, left, top, left + side, top + side), (px, px))
    return Patch(luma, px / side, box, (left, top)) if float(cv2.meanStdDev(luma)[1][0, 0]) >= _FLAT else None


def find_patch(picture: AnyPicture, patch: Patch, face: DetectedFace) -> DetectedFace | None:
    """Find a face near its last place by what it looked like a moment ago; None where nothing there is alike.

    It keeps its size and its tilt. Source: normalised cross-correlation, with the top of a parabola through the best
    place and its neighbours.

    Args:
        picture: uint8 (H, W, 3) BGR, or planes.
        patch: of the same face, in a frame of the same size and shot.
        face: where it was last.
    """
    side = max(face.box.w, face.box.h)
    left, top = round(face.box.x - _REACH * side), round(face.box.y - _REACH * side)
    right, bottom = round(face.box.x + (1 + _REACH) * side), round(face.box.y + (1 + _REACH) * side)
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, picture.shape[1]), min(bottom, picture.shape[0])
    size = round((right - left) * patch.scale), round((bottom - top) * patch.scale)
    if min(size) < patch.luma.shape[0]:
        return None
    around = shrink_plane(take_luma(picture, left, top, right, bottom), size)
    likeness = np.asarray(cv2.matchTemplate(around, patch.luma, cv2.TM_CCOEFF_NORMED), np.float32)
    _, best, _, (column, row) = cv2.minMaxLoc(likeness)
    if best < _LIKE:
        return None
    x = left + (column + _peak(likeness[row], column)) * (right - left) / size[0] + patch.box.x - patch.corner[0]
    y = top + (row + _peak(likeness[:, column], row)) * (bottom - top) / size[1] + patch.box.y - patch.corner[1]
    across, down = x - face.box.x, y - face.box.y
    landmarks = tuple((point_x + across, point_y + down) for point_x, point_y in face.landmarks)
    return replace(face, box=Box(x, y, face.box.w, face.box.h), landmarks=landmarks)


def _peak(line: NDArray[np.float32], index: int) -> float:
    """By how much the top of the parabola through three values lies beside the middle one, -0.5 to 0.5."""
    if not 0 < index < len(line) - 1:
        return 0.0
    before, best, after = line[index - 1 : index + 2].tolist()
    bend = before - 2 * best + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0

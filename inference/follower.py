"""Looks at one face closely, on a small crop that is turned upright: where it was, or where one may be."""

from __future__ import annotations

import math
from collections.abc import Sequence

from inference.answers import make_face
from inference.crop import UprightCrop, cut_upright
from inference.short_range import CROP_PX, ShortRange
from inference.types import Box, DetectedFace, Picture
from inference.yunet import YuNet

_REACH = 2.4  # side of the crop in sides of the face's box
_SURE = 0.5
_CERTAIN = 0.75  # below it BlazeFace sees tilts in masked and small faces that are not there
_SMALL_PX = 20.0
_MAX_MOVED = 0.6  # in sides of the box
_MAX_GROWN = 1.6
_SURE_UPRIGHT = 0.73
_SURE_CLOSE = 0.9
_TURNED_DEG = 12.0
_TILTED_DEG = 20.0
_MAX_SHARED = 0.35


class Follower:
    """Follows known faces, and measures those that were just found; holds no state between frames.

    BlazeFace short-range reads the landmarks of tilted heads rightly, which YuNet does not: it draws every face as if
    it were upright. YuNet in turn sees faces that are small, masked or half covered. So one looks after the other.

    Args:
        network: YuNet, shared with the seeker.
        short_range: BlazeFace short-range.
    """

    def __init__(self, network: YuNet, short_range: ShortRange) -> None:
        self._network = network
        self._short_range = short_range

    def follow(self, frame: Picture, faces: Sequence[DetectedFace]) -> tuple[DetectedFace | None, ...]:
        """Look where each face was; see `FaceDetector.follow`."""
        found = [self._measure(frame, face, _SURE) or self._look_again(frame, face) for face in faces]
        for i in range(len(faces)):
            for j in range(i):
                first, second = found[i], found[j]
                if first and second and first.box.iou(second.box) > _MAX_SHARED:
                    farther = max((i, j), key=lambda k: _moved(faces[k].box, (found[k] or faces[k]).box))
                    found[farther] = None
        return tuple(found)

    def measure(self, frame: Picture, face: DetectedFace) -> DetectedFace:
        """Give a face that was found the landmarks of BlazeFace and, where its head is tilted, the box too.

        Args:
            frame: uint8 (H, W, 3) BGR.
            face: as the seeker found it.
        """
        closer = self._measure_upright(frame, face, _CERTAIN)
        if closer is None:
            return face
        tilted = abs(measure_tilt(closer)) > math.radians(_TILTED_DEG)
        return DetectedFace(closer.box if tilted else face.box, face.confidence, closer.landmarks)

    def confirm(self, frame: Picture, face: DetectedFace) -> DetectedFace | None:
        """Look closely at a face that the seeker doubts; None where the doubt stays.

        A tilted one counts where YuNet is as sure of it as the seeker must be, once it is turned upright; another one
        where YuNet is surer than that, since it has seen it already.

        Args:
            frame: uint8 (H, W, 3) BGR.
            face: as the seeker found it.
        """
        closer = self._measure_upright(frame, face, _SURE)
        tilted = closer is not None and abs(measure_tilt(closer)) >= math.radians(_TURNED_DEG)
        known = closer if closer is not None and tilted else face
        seen = self._look_again(frame, known)
        if seen is None or seen.confidence < (_SURE_UPRIGHT if tilted else _SURE_CLOSE):
            return None
        return DetectedFace(known.box, seen.confidence, known.landmarks)

    def _measure_upright(self, frame: Picture, face: DetectedFace, least: float) -> DetectedFace | None:
        closer = self._measure(frame, face, least)
        if closer is None or abs(measure_tilt(closer)) < math.radians(_TURNED_DEG):
            return closer
        return self._measure(frame, closer, least) or closer

    def _measure(self, frame: Picture, face: DetectedFace, least: float) -> DetectedFace | None:
        if face.box.w < _SMALL_PX:
            return None
        crop = _cut(frame, face)
        confidence, answer = self._short_range.look(crop.picture)
        points = crop.carry_back(answer)
        (x, y), side = points[0], float(answer[1, 0] * crop.scale)
        found = DetectedFace(
            Box(float(x) - side / 2, float(y) - side / 2, side, side),
            confidence,
            tuple((float(px), float(py)) for px, py in points[2:]),
        )
        return found if confidence >= least and _is_near(face.box, found.box) else None

    def _look_again(self, frame: Picture, face: DetectedFace) -> DetectedFace | None:
        crop = _cut(frame, face)
        answers = self._network.look(crop.picture, _SURE)
        found = [make_face(crop.carry_answer_back(answer)) for answer in answers]
        near = [other for other in found if _is_near(face.box, other.box)]
        return max(near, key=lambda other: other.confidence - _moved(face.box, other.box) / 3, default=None)


def measure_tilt(face: DetectedFace) -> float:
    """Return the angle of the line of a face's eyes against the horizon, radians; 0 where they are not known."""
    if not face.landmarks:
        return 0.0
    (right_x, right_y), (left_x, left_y) = face.landmarks[:2]
    return math.atan2(left_y - right_y, left_x - right_x)


def _cut(frame: Picture, face: DetectedFace) -> UprightCrop:
    side = _REACH * max(face.box.w, face.box.h)
    return cut_upright(frame, face.box.center, side=side, turn=measure_tilt(face), px=CROP_PX)


def _is_near(before: Box, after: Box) -> bool:
    grown = after.w / max(before.w, 1e-6)
    return _moved(before, after) < _MAX_MOVED and 1 / _MAX_GROWN < grown < _MAX_GROWN


def _moved(before: Box, after: Box) -> float:
    return math.dist(before.center, after.center) / max(before.w, before.h, 1e-6)

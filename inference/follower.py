"""Looks at one face closely, on a small crop that is turned upright: where it was, or where one may be."""

from __future__ import annotations

import math
from collections.abc import Sequence

from inference.answers import make_face
from inference.crop import UprightCrop, cut_upright
from inference.planes import AnyPicture
from inference.short_range import CROP_PX, ShortRange
from inference.types import Box, DetectedFace
from inference.yunet import YuNet

_REACH = 2.4  # side of the crop in sides of the face's box
_HINT = 0.05
_SURE = 0.5
# Source: own measurement, `python -m benchmarks.detectors`: what YuNet says of a face in its frame and a share of what
# BlazeFace says of it in a crop; nearly nothing of faces that are too small for it.
_WEIGHT = 0.15
_SURE_TOGETHER = 0.8
_UNSEEN = 0.1
_CERTAIN = 0.75  # below it BlazeFace sees tilts in masked and small faces that are not there
_SMALL_PX = 20.0
_MAX_MOVED = 0.6  # in sides of the box
_MAX_GROWN = 1.6
_SURE_UPRIGHT = 0.78
_SURE_CLOSE = 0.91
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

    def follow(self, frame: AnyPicture, faces: Sequence[DetectedFace]) -> tuple[DetectedFace | None, ...]:
        """Look where each face was; see `FaceDetector.follow`."""
        followed = [self._measure(frame, face, _SURE) or self._look_again(frame, face) for face in faces]
        for i in range(len(faces)):
            for j in range(i):
                first, second = followed[i], followed[j]
                if first and second and first.box.iou(second.box) > _MAX_SHARED:
                    farther = max((i, j), key=lambda k: _moved(faces[k].box, (followed[k] or faces[k]).box))
                    followed[farther] = None
        return tuple(followed)

    def judge(self, frame: AnyPicture, face: DetectedFace) -> DetectedFace | None:
        """Decide whether what the seeker found is a face, and measure it: landmarks and, of a tilted head, the box.

        Both networks have a say. What they doubt together counts where YuNet is very sure of it in a closer look; a
        tilted head where BlazeFace is certain of it, and YuNet sure once it is turned upright.

        Args:
            frame: uint8 (H, W, 3) BGR, or planes.
            face: as the seeker found it.
        Returns:
            The face; None where the doubt stays.
        """
        closer = self._measure_upright(frame, face)
        other = _UNSEEN if face.box.w < _SMALL_PX else 0.0 if closer is None else closer.confidence
        is_face = face.confidence + _WEIGHT * other >= _SURE_TOGETHER
        known = closer if closer is not None and other >= _CERTAIN else face
        tilt = abs(measure_tilt(known)) if known is closer else 0.0
        if is_face:
            box = known.box if tilt > math.radians(_TILTED_DEG) else face.box
            return DetectedFace(box, face.confidence, known.landmarks)
        known = known if tilt >= math.radians(_TURNED_DEG) else face
        second_look = self._look_again(frame, known)
        if second_look is None or second_look.confidence < (_SURE_CLOSE if known is face else _SURE_UPRIGHT):
            return None
        return DetectedFace(known.box, second_look.confidence, known.landmarks)

    def _measure_upright(self, frame: AnyPicture, face: DetectedFace) -> DetectedFace | None:
        closer = self._measure(frame, face, _HINT)
        if closer is None or abs(measure_tilt(closer)) < math.radians(_TURNED_DEG):
            return closer
        return self._measure(frame, closer, _HINT) or closer

    def _measure(self, frame: AnyPicture, face: DetectedFace, least: float) -> DetectedFace | None:
        if face.box.w < _SMALL_PX:
            return None
        crop = _cut(frame, face)
        confidence, answer = self._short_range.predict(crop.picture)
        points = crop.carry_back(answer)
        (x, y), side = points[0], float(answer[1, 0] * crop.scale)
        measured = DetectedFace(
            Box(float(x) - side / 2, float(y) - side / 2, side, side),
            confidence,
            tuple((float(px), float(py)) for px, py in points[2:]),
        )
        return measured if confidence >= least and _is_near(face.box, measured.box) else None

    def _look_again(self, frame: AnyPicture, face: DetectedFace) -> DetectedFace | None:
        crop = _cut(frame, face)
        answers = self._network.predict(crop.picture, _SURE)
        faces = [make_face(crop.carry_answer_back(answer)) for answer in answers]
        near = [other for other in faces if _is_near(face.box, other.box)]
        return max(near, key=lambda other: other.confidence - _moved(face.box, other.box) / 3, default=None)


def measure_tilt(face: DetectedFace) -> float:
    """Return the angle of the line of a face's eyes against the horizon, radians; 0 where they are not known."""
    if not face.landmarks:
        return 0.0
    (right_x, right_y), (left_x, left_y) = face.landmarks[:2]
    return math.atan2(left_y - right_y, left_x - right_x)


def _cut(frame: AnyPicture, face: DetectedFace) -> UprightCrop:
    side = _REACH * max(face.box.w, face.box.h)
    return cut_upright(frame, face.box.center, side=side, turn=measure_tilt(face), px=CROP_PX)


def _is_near(before: Box, after: Box) -> bool:
    grown = after.w / max(before.w, 1e-6)
    return _moved(before, after) < _MAX_MOVED and 1 / _MAX_GROWN < grown < _MAX_GROWN


def _moved(before: Box, after: Box) -> float:
    return math.dist(before.center, after.center) / max(before.w, before.h, 1e-6)

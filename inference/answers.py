"""The output of a detection network as arrays: merged into one answer for each face, and converted to faces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.types import Box, DetectedFace

_MAX_SHARED = 0.35  # of the area of both boxes together
_MAX_COVERED = 0.6  # of the area of the smaller box
_EYES_PULL = 0.75
_DROP = 0.035
_SIDE = (0.7, 0.3)  # of width and height


def keep_one_each(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keep the surest answer of every face: none that overlaps a surer one, none inside or around a surer one.

    Args:
        answers: float32 (n, 15) as `YuNet.predict` gives them.
    Returns:
        float32 (m, 15), the surest first.
    """
    remaining = answers[np.argsort(-answers[:, 4], kind="stable")]
    distinct = []
    while len(remaining):
        distinct.append(remaining[0])
        remaining = remaining[~overlaps(remaining[0], remaining)]
    return np.array(distinct, np.float32).reshape(-1, answers.shape[1])


def keep_apart(faces: Sequence[DetectedFace]) -> tuple[DetectedFace, ...]:
    """Keep the surest of faces whose boxes lie on each other, the surest first."""
    distinct: list[DetectedFace] = []
    for face in sorted(faces, key=lambda face: -face.confidence):
        if not lies_on(face, distinct):
            distinct.append(face)
    return tuple(distinct)


def lies_on(face: DetectedFace, others: Sequence[DetectedFace]) -> bool:
    """Whether a box shows the same face as one of others."""
    boxes = np.array([[other.box.x, other.box.y, other.box.w, other.box.h] for other in others]).reshape(-1, 4)
    return bool(overlaps(np.array([face.box.x, face.box.y, face.box.w, face.box.h]), boxes).any())


def overlaps(box: NDArray[np.floating], boxes: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether each of many boxes (n, 4+) shows the same face as one box (4+,); own limits."""
    corner = np.maximum(box[:2], boxes[:, :2])
    size = np.maximum(np.minimum(box[:2] + box[2:4], boxes[:, :2] + boxes[:, 2:4]) - corner, 0)
    shared = size.prod(axis=1)
    areas, area = boxes[:, 2:4].prod(axis=1), box[2:4].prod()
    same = shared > _MAX_SHARED * (areas + area - shared)
    return np.asarray(same | (shared > _MAX_COVERED * np.minimum(areas, area)), np.bool_)


def make_face(answer: NDArray[np.float32]) -> DetectedFace:
    """Make a face of an answer (15,): the box that BlazeFace would draw, and four of its landmarks.

    The classifier was trained for the square boxes of BlazeFace's full-range model. Source: own fit, least squares on
    the faces of 40 px and more that both networks find in the photographs of `benchmarks.detectors`: half of the boxes
    come within 4 % of the side.
    """
    right_eye, left_eye, nose, right_mouth, left_mouth = answer[5:].reshape(5, 2).astype(np.float64)
    x, y, width, height = answer[:4].astype(np.float64).tolist()
    middle = np.array([x + width / 2, y + height / 2])
    eyes = left_eye - right_eye
    along = eyes / max(float(np.hypot(*eyes)), 1e-6)
    off = float(((right_eye + left_eye) / 2 - middle) @ along)
    center = middle + _EYES_PULL * off * along + _DROP * height * np.array([-along[1], along[0]])
    side = _SIDE[0] * width + _SIDE[1] * height
    points = (right_eye, left_eye, nose, (right_mouth + left_mouth) / 2)
    landmarks = tuple((float(px), float(py)) for px, py in points)
    corner = center - side / 2
    return DetectedFace(Box(float(corner[0]), float(corner[1]), side, side), float(answer[4]), landmarks)

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from skimage import data

from inference.detector import FaceDetector, load_detector
from inference.types import Picture

SIZE = (640, 360)


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return load_detector()


def show_head(x: float, y: float, *, tall_px: float = 90, tilt_deg: float = 0) -> Picture:
    """The astronaut's head on grey, the middle of its face at (x, y); a positive tilt turns it clockwise."""
    turn = cv2.getRotationMatrix2D((221, 117), -tilt_deg, tall_px / 118)
    turn[:, 2] += np.array([x, y]) - (221, 117)
    portrait = np.ascontiguousarray(data.astronaut()[:300, 72:372, ::-1])
    turn[:, 2] += turn[:, :2] @ np.array([72, 0])
    return np.asarray(cv2.warpAffine(portrait, turn, SIZE, borderValue=(120, 120, 120)), np.uint8)


def measure_tilt_deg(landmarks: tuple[tuple[float, float], ...]) -> float:
    (right_x, right_y), (left_x, left_y) = landmarks[:2]
    return math.degrees(math.atan2(left_y - right_y, left_x - right_x))


def test_a_face_that_moved_a_little_is_followed(detector: FaceDetector) -> None:
    known = detector.detect(show_head(300, 180))

    (found,) = detector.follow(show_head(325, 170), known)

    assert found is not None
    assert np.allclose(found.box.center, (325, 170), atol=12)
    assert found.box.iou(known[0].box) < 0.75


def test_a_face_that_left_is_not_followed(detector: FaceDetector) -> None:
    known = detector.detect(show_head(300, 180))

    assert detector.follow(np.full((360, 640, 3), 120, np.uint8), known) == (None,)


def test_a_face_does_not_take_the_place_of_another(detector: FaceDetector) -> None:
    (left,) = detector.detect(show_head(300, 180))
    (right,) = detector.detect(show_head(340, 180))

    assert [face is None for face in detector.follow(show_head(302, 180), (left, right))] == [False, True]


def test_a_face_too_small_to_be_scored_is_followed(detector: FaceDetector) -> None:
    known = detector.detect(show_head(300, 180, tall_px=20))

    (found,) = detector.follow(show_head(304, 181, tall_px=20), known)

    assert found is not None
    assert found.box.w < 20


def test_a_head_that_tilts_step_by_step_is_followed_and_its_eyes_tell_the_tilt(detector: FaceDetector) -> None:
    known = detector.detect(show_head(300, 180))

    for tilt_deg in (10, 25, 40, 55):
        known = tuple(face for face in detector.follow(show_head(300, 180, tilt_deg=tilt_deg), known) if face)

    assert len(known) == 1
    assert measure_tilt_deg(known[0].landmarks) == pytest.approx(55, abs=10)


def test_nobody_is_followed_where_nobody_was_known(detector: FaceDetector) -> None:
    assert detector.follow(show_head(300, 180), ()) == ()


@pytest.mark.parametrize("place", [(-40, 180), (640, 360), (2000, 2000)])
def test_a_face_at_or_past_the_frames_edge_is_no_error(detector: FaceDetector, place: tuple[int, int]) -> None:
    (face,) = detector.detect(show_head(300, 180))
    known = type(face)(type(face.box)(*place, 80, 80), 0.9, face.landmarks)

    assert detector.follow(np.full((360, 640, 3), 120, np.uint8), (known,)) == (None,)

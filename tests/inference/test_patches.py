"""A known face is found again by its grey levels, or not at all."""

import cv2
import numpy as np
import pytest

from inference.patches import find_patch, take_patch
from inference.types import Box, DetectedFace
from tests.clips import face_picture

PORTRAIT = face_picture()
FACE = DetectedFace(Box(170, 70, 110, 110), 0.9, ((200.0, 110.0), (245.0, 108.0), (222.0, 130.0), (222.0, 150.0)))


def move(across, down, *, grow=1.0):
    about = np.float32([[grow, 0, across], [0, grow, down]])
    return cv2.warpAffine(PORTRAIT, about, (512, 512), borderMode=cv2.BORDER_REFLECT)


@pytest.mark.parametrize(("across", "down"), [(0, 0), (7.5, -4.25), (-30, 20), (45, 0)])
def test_a_face_that_moved_is_found_where_it_is_now(across, down):
    found = find_patch(move(across, down), take_patch(PORTRAIT, FACE.box), FACE)
    assert found.box.center == pytest.approx((225 + across, 125 + down), abs=1.2)
    assert (found.box.w, found.box.h, found.confidence) == (110, 110, 0.9)
    assert found.landmarks[0] == pytest.approx((200 + across, 110 + down), abs=1.2)


def test_small_faces_are_found_too():
    small = cv2.resize(PORTRAIT, (96, 96), interpolation=cv2.INTER_AREA)
    face = DetectedFace(Box(32, 13, 21, 21), 0.9)
    found = find_patch(np.roll(small, 4, axis=1), take_patch(small, face.box), face)
    assert found.box.center == pytest.approx((46.5, 23.5), abs=0.5)


def test_a_face_in_other_light_is_found():
    dimmed = (PORTRAIT * 0.6).astype(np.uint8)
    assert find_patch(dimmed, take_patch(PORTRAIT, FACE.box), FACE).box.iou(FACE.box) > 0.95


@pytest.mark.parametrize("shown", [move(90, 0), move(-45, -25, grow=1.3), np.full_like(PORTRAIT, 90)])
def test_a_face_that_left_grew_or_was_covered_is_not_found(shown):
    assert find_patch(shown, take_patch(PORTRAIT, FACE.box), FACE) is None


@pytest.mark.parametrize(
    "box", [Box(-3, 20, 40, 40), Box(480, 470, 40, 40), Box(170, 70, 0.3, 0.3), Box(600, 600, 20, 20)]
)
def test_no_patch_is_taken_of_a_face_at_or_past_the_edge(box):
    assert take_patch(PORTRAIT, box) is None


def test_no_patch_is_taken_of_something_plain():
    assert take_patch(np.full((200, 200, 3), 90, np.uint8), Box(40, 40, 60, 60)) is None


def test_a_face_whose_place_lies_outside_is_not_found():
    patch = take_patch(PORTRAIT, FACE.box)
    assert find_patch(PORTRAIT[:120, :160], patch, FACE) is None

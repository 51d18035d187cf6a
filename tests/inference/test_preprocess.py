from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from inference.preprocess import crop_face, fit_face
from inference.types import Box
from tests.clips import face_picture
from tests.inference.conftest import SPEC

RNG = np.random.default_rng(0)


def _frame(height: int = 120, width: int = 160) -> np.ndarray:
    return RNG.integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("shape", [(48, 48), (48, 48, 1), (48, 48, 3), (7, 300, 3), (300, 7), (1, 1, 3)])
def test_a_face_of_any_shape_becomes_the_models_square(shape: tuple[int, ...]) -> None:
    fitted = fit_face(RNG.integers(0, 256, shape, dtype=np.uint8), 48)

    assert fitted.shape == (48, 48, 1)
    assert fitted.dtype == np.uint8


def test_a_grey_face_of_the_right_size_is_not_changed() -> None:
    face = RNG.integers(0, 256, (48, 48), dtype=np.uint8)

    assert np.array_equal(fit_face(face, 48)[:, :, 0], face)


def test_colour_becomes_luma_in_bgr_order() -> None:
    blue = np.zeros((48, 48, 3), np.uint8)
    blue[:, :, 0] = 255

    assert np.all(fit_face(blue, 48) == 29)


def test_the_crop_is_the_box_and_its_margin() -> None:
    frame = np.zeros((100, 100, 3), np.uint8)
    frame[30:70, 30:70] = 255
    spec = replace(SPEC, crop_margin=0.5)

    crop = crop_face(frame, Box(40, 40, 20, 20), spec)

    assert crop.min() == 255
    assert crop_face(frame, Box(40, 40, 20, 20), replace(spec, crop_margin=1.0)).min() == 0


def test_the_shift_moves_the_crop_down() -> None:
    frame = np.zeros((100, 100, 3), np.uint8)
    frame[50:] = 255
    spec = replace(SPEC, crop_margin=0.0)

    assert crop_face(frame, Box(40, 30, 20, 20), spec).max() == 0
    assert crop_face(frame, Box(40, 30, 20, 20), replace(spec, crop_shift=1.0)).min() == 255


def test_a_box_that_is_not_square_keeps_its_proportions() -> None:
    frame = np.zeros((100, 100, 3), np.uint8)
    cv2.circle(frame, (50, 50), 15, (255, 255, 255), -1)

    crop = crop_face(frame, Box(40, 30, 20, 40), replace(SPEC, crop_margin=0.0))[:, :, 0]

    assert abs(int((crop[24] > 127).sum()) - int((crop[:, 24] > 127).sum())) <= 2


@pytest.mark.parametrize(
    "box", [Box(-20, -20, 60, 60), Box(140, 100, 60, 60), Box(-500, 10, 50, 50), Box(900, 900, 30, 30), Box(5, 5, 0, 0)]
)
def test_a_box_past_the_edge_still_gives_a_crop(box: Box) -> None:
    assert crop_face(_frame(), box, SPEC).shape == (48, 48, 1)


def test_what_lies_outside_repeats_the_edge() -> None:
    frame = np.full((50, 50, 3), 77, np.uint8)

    assert np.all(crop_face(frame, Box(-20, -20, 40, 40), SPEC) == 77)


def test_the_frame_is_left_as_it_was() -> None:
    frame = _frame()
    before = frame.copy()

    crop_face(frame, Box(10, 10, 48, 48), replace(SPEC, crop_margin=0.0))[:] = 0

    assert np.array_equal(frame, before)


@pytest.mark.parametrize("tilt_deg", [-90, -45, -12, 20, 50, 180])
@pytest.mark.parametrize(("face_px", "tolerance"), [(30, 10), (110, 6), (600, 6)])
def test_a_tilted_head_is_turned_upright(tilt_deg, face_px, tolerance):
    scale = face_px / 110
    upright = cv2.resize(face_picture(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    box = Box(170 * scale, 70 * scale, face_px, face_px)
    height, width = upright.shape[:2]
    x, y = box.center[0] - 0.5, box.center[1] - 0.5  # OpenCV counts from the middle of the first pixel
    turn = cv2.getRotationMatrix2D((x, y), -tilt_deg, 1.0)  # and turns counter-clockwise
    tilted = cv2.warpAffine(upright, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    spec = replace(SPEC, crop_shift=-0.05)
    expected = crop_face(upright, box, spec).astype(int)
    assert np.abs(crop_face(tilted, box, spec, tilt_deg=tilt_deg) - expected).mean() < tolerance
    assert np.abs(crop_face(tilted, box, spec) - expected).mean() > 12


def test_a_head_that_is_hardly_tilted_is_cut_as_it_is():
    box = Box(170, 70, 110, 110)
    assert np.array_equal(crop_face(face_picture(), box, SPEC, tilt_deg=4.9), crop_face(face_picture(), box, SPEC))

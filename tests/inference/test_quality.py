"""Faces that are not fit to be scored, each with its reason."""

import cv2
import numpy as np
import pytest

from inference.quality import judge_face, measure_sharpness
from inference.types import Box, DetectedFace, Reason
from tests import clips

FRONTAL = ((35.0, 40.0), (65.0, 40.0), (50.0, 58.0), (50.0, 70.0))


def face(side=100.0, landmarks=FRONTAL):
    return DetectedFace(Box(0, 0, side, side), 0.9, landmarks)


@pytest.fixture(scope="module")
def crop():
    grey = cv2.cvtColor(clips.face_picture()[60:180, 165:285], cv2.COLOR_BGR2GRAY)
    return cv2.resize(grey, (48, 48), interpolation=cv2.INTER_AREA)[..., np.newaxis]


def test_a_plain_frontal_face_is_fit(crop):
    assert judge_face(face(), crop) is None


def test_a_small_face_is_too_small(crop):
    assert judge_face(face(side=20.0), crop) is Reason.TOO_SMALL


def test_a_dark_face_is_too_dark(crop):
    assert judge_face(face(), (crop * 0.08).astype(np.uint8)) is Reason.TOO_DARK


def test_a_burnt_out_face_is_too_bright(crop):
    assert judge_face(face(), np.full_like(crop, 250)) is Reason.TOO_BRIGHT


def test_a_blurred_face_is_blurred(crop):
    blurred = cv2.GaussianBlur(crop, (0, 0), 4)[..., np.newaxis]
    assert measure_sharpness(blurred) < measure_sharpness(crop) / 10
    assert judge_face(face(), blurred) is Reason.BLURRED


@pytest.mark.parametrize(
    "landmarks",
    [
        ((35, 40), (65, 40), (72, 58), (60, 70)),  # turned: the nose is beside an eye
        ((35, 40), (65, 40), (50, 41), (50, 70)),  # thrown back: the nose is at the eyes
        ((35, 40), (65, 40), (50, 75), (50, 70)),  # bowed: the nose is under the mouth
        ((50, 20), (50, 60), (35, 40), (25, 40)),  # lying on the side
        ((50, 40), (50.5, 40), (50, 58), (50, 70)),  # eyes on one spot
    ],
)
def test_a_head_turned_away_is_an_extreme_pose(crop, landmarks):
    assert judge_face(face(landmarks=landmarks), crop) is Reason.EXTREME_POSE


def test_without_landmarks_the_pose_is_not_judged(crop):
    assert judge_face(face(landmarks=()), crop) is None

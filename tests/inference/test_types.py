from __future__ import annotations

import math
import subprocess
import sys

import pytest

from inference.types import EMOTIONS, Box, Emotion, FaceReading, Reason

HAPPY = tuple(0.94 if emotion is Emotion.HAPPY else 0.01 for emotion in EMOTIONS)


def test_the_emotions_stand_in_the_order_of_the_glossary() -> None:
    assert [str(e) for e in EMOTIONS] == ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]


def test_a_box_overlaps_itself_wholly() -> None:
    assert Box(3, 4, 10, 20).iou(Box(3, 4, 10, 20)) == 1.0


def test_half_a_box_aside_is_a_third_of_the_union() -> None:
    assert math.isclose(Box(0, 0, 10, 10).iou(Box(5, 0, 10, 10)), 1 / 3)


@pytest.mark.parametrize("other", [Box(10, 0, 5, 5), Box(100, 100, 5, 5), Box(2, 2, 0, 0)])
def test_boxes_that_share_no_area_do_not_overlap(other: Box) -> None:
    assert Box(0, 0, 10, 10).iou(other) == 0.0


def test_a_box_knows_its_centre_and_area() -> None:
    assert Box(10, 20, 4, 6).center == (12, 23)
    assert Box(10, 20, 4, 6).area == 24
    assert Box(10, 20, -4, 6).area == 0


def test_the_highest_score_is_dominant() -> None:
    assert FaceReading(1, Box(0, 0, 1, 1), HAPPY, None).dominant is Emotion.HAPPY


def test_an_unsure_reading_has_scores_and_no_verdict() -> None:
    reading = FaceReading(1, Box(0, 0, 1, 1), HAPPY, Reason.LOW_CONFIDENCE)

    assert reading.is_scored
    assert reading.dominant is None


def test_an_unscored_face_has_no_verdict() -> None:
    reading = FaceReading(1, Box(0, 0, 1, 1), None, Reason.TOO_SMALL)

    assert not reading.is_scored
    assert reading.dominant is None


def test_the_values_load_without_cv2_or_tensorflow() -> None:
    program = (
        "import importlib.util as u, sys;"
        "s = u.spec_from_file_location('t', 'inference/types.py'); m = u.module_from_spec(s); sys.modules['t'] = m;"
        "s.loader.exec_module(m); print({'cv2', 'tensorflow', 'keras'} & set(sys.modules))"
    )

    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "set()"

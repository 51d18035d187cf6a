"""What the seeker believes: a face that fills the frame shows little of itself, but nothing else looks like it."""

import cv2
import numpy as np
import pytest

from inference.detector import load_detector
from inference.seeker import Seeker
from inference.types import Box
from tests.clips import face_picture


class Network:
    """Sees one thing, with this confidence, over this share of the width of pictures of `px` px only."""

    def __init__(self, confidence, share, px=128):
        self.confidence, self.share, self.px = confidence, share, px

    def predict(self, picture, least):
        height, width = picture.shape[:2]
        if max(height, width) != self.px or self.confidence < least:
            return np.empty((0, 15), np.float32)
        side = self.share * width
        return np.array([[width * 0.1, height * 0.1, side, side, self.confidence, *[0.0] * 10]], np.float32)


@pytest.mark.parametrize(
    ("confidence", "share", "px", "expected"),
    [
        (0.4, 0.7, 128, [0.8]),  # large in the frame, seen from afar
        (0.9, 0.7, 128, [0.9]),
        (0.3, 0.7, 128, []),
        (0.4, 0.2, 128, []),  # small in it
        (0.5, 0.2, 128, [0.5]),
        (0.4, 0.7, 256, []),  # seen from near only
        (0.5, 0.7, 256, [0.5]),
    ],
)
def test_what_fills_the_frame_from_afar_is_believed(confidence, share, px, expected):
    answers = Seeker(Network(confidence, share, px)).seek(np.zeros((480, 480, 3), np.uint8))
    assert answers[:, 4].tolist() == pytest.approx(expected)


def test_what_fills_a_part_of_the_frame_is_not_believed_for_that():
    seeker = Seeker(Network(0.4, 0.7))
    frame = np.zeros((720, 1280, 3), np.uint8)
    assert len(seeker.seek(frame, within=Box(0, 0, 128, 128))) == 0


@pytest.mark.parametrize("height_px", [40, 56])
def test_a_masked_face_that_fills_the_frame_is_found(height_px):
    portrait = face_picture().copy()
    portrait[105:190, 160:290] = 40  # from under the eyes
    cut = portrait[66:178, 175:269]
    small = cv2.resize(cut, (height_px * 94 // 112, height_px), interpolation=cv2.INTER_AREA)
    shown = cv2.resize(small, None, fx=480 / height_px, fy=480 / height_px, interpolation=cv2.INTER_CUBIC)
    (face,) = load_detector().detect(shown)
    assert face.box.iou(Box(0, 0, shown.shape[1], shown.shape[0])) > 0.4

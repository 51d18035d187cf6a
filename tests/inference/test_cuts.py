"""A cut is a place that changed; people who move, light and a camera that turns a little are none."""

import cv2
import numpy as np
import pytest
from skimage import data

from inference.cuts import is_cut, is_steady, sketch_frame
from inference.types import Box
from tests.clips import face_picture

SIZE = (640, 360)


def room(name="coffee"):
    return cv2.resize(cv2.cvtColor(getattr(data, name)(), cv2.COLOR_RGB2BGR), SIZE, interpolation=cv2.INTER_AREA)


def with_people(frame, *places):
    """The frame with the astronaut's bust at each place (left of the bust), and the boxes of the faces."""
    frame, bust = frame.copy(), cv2.resize(face_picture()[:420], (225, 190))
    for left in places:
        frame[170:, left : left + 225] = bust
    return frame, [Box(left + 74, 195, 50, 62) for left in places]


def cut(before, after, people=()):
    return is_cut(sketch_frame(before), sketch_frame(after), people, SIZE)


def test_the_same_frame_is_steady_and_no_cut():
    assert is_steady(sketch_frame(room()), sketch_frame(room()))
    assert not cut(room(), room())


def test_another_place_is_a_cut():
    assert not is_steady(sketch_frame(room()), sketch_frame(room("rocket")))
    assert cut(room(), room("rocket"))


def test_people_who_appear_in_a_room_are_no_cut():
    full, people = with_people(room(), 20, 380)
    assert not cut(room(), full, people)
    assert not cut(full, room(), people)


def test_people_who_appear_before_a_plain_wall_are_no_cut():
    wall = np.full((360, 640, 3), 90, np.uint8)
    full, people = with_people(wall, 20, 380)
    assert not cut(wall, full, people)


def test_another_place_behind_the_same_people_is_a_cut():
    (before, people), (after, _) = with_people(room(), 200), with_people(room("rocket"), 200)
    assert cut(before, after, people)


@pytest.mark.parametrize("gain", [0.3, 0.6, 1.5])
def test_a_change_of_light_is_no_cut(gain):
    assert not cut(room(), np.clip(room() * gain, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("shift", [10, 30, 60])
def test_a_camera_that_turns_a_little_is_no_cut(shift):
    wide = cv2.resize(room(), (760, 428))
    assert not cut(wide[:360, :640], wide[10:370, shift : shift + 640])


def test_a_wall_that_turns_black_is_a_cut():
    assert cut(np.full((360, 640, 3), 120, np.uint8), np.zeros((360, 640, 3), np.uint8))


@pytest.mark.parametrize("shape", [(1, 1, 3), (10, 2000, 3), (2160, 3840, 3)])
def test_a_frame_of_any_shape_has_a_sketch(shape):
    assert sketch_frame(np.zeros(shape, np.uint8)).shape == (36, 64)

"""Coarse colours: the same figure looks the same, another one does not, and what is out of sight says nothing."""

import numpy as np
import pytest

from inference.colours import compare_colours, measure_colours
from inference.types import Box

FACE = Box(60, 60, 40, 40)


def figure(hair, face, chest):
    """A frame with hair above the face's box, the face in it and a chest below, BGR."""
    frame = np.full((240, 160, 3), 128, np.uint8)
    frame[:68], frame[68:105], frame[105:] = hair, face, chest
    return frame


ONE = figure((20, 30, 40), (120, 150, 200), (180, 60, 30))


def test_a_figure_is_wholly_like_itself():
    colours = measure_colours(ONE, FACE)
    assert colours.shape == (3, 448) and colours.dtype == np.float32
    assert compare_colours(colours, colours) == pytest.approx(1)


@pytest.mark.parametrize("gain", [0.7, 0.85, 1.2])
def test_a_change_of_the_light_changes_little(gain):
    dimmed = (ONE * gain).astype(np.uint8)
    assert compare_colours(measure_colours(ONE, FACE), measure_colours(dimmed, FACE)) > 0.88


def test_other_clothes_make_another_figure():
    other = figure((20, 30, 40), (120, 150, 200), (40, 40, 190))
    assert compare_colours(measure_colours(ONE, FACE), measure_colours(other, FACE)) < 0.75


def test_what_is_out_of_sight_is_left_out_of_the_comparison():
    whole, head = measure_colours(ONE, FACE), measure_colours(ONE[:105], FACE)
    assert not head[2].any()
    assert compare_colours(whole, head) == pytest.approx(1, abs=0.02)


def test_a_box_outside_the_frame_has_no_colours():
    nothing = measure_colours(ONE, Box(500, 500, 40, 40))
    assert not nothing.any()
    assert compare_colours(nothing, measure_colours(ONE, FACE)) is None

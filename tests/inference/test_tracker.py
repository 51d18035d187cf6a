"""The same face keeps its number; another face gets another."""

import math
from itertools import permutations

import numpy as np
import pytest

from inference.assignment import assign_pairs
from inference.colours import measure_colours
from inference.tracker import FaceTracker, KnownFace, Sighting
from inference.types import Box

WHOLE = Box(50, 50, 100, 100)


def dressed(bgr):
    """The colours of a figure that is dressed all in one."""
    return measure_colours(np.full((400, 200, 3), bgr, np.uint8), WHOLE)


RED, BLUE, GREEN = dressed((40, 40, 200)), dressed((200, 60, 40)), dressed((40, 180, 60))


def at(x, y=100.0, side=80.0, colours=None):
    return Sighting(Box(x - side / 2, y - side / 2, side, side), colours)


def test_numbers_are_given_in_order_of_appearance_and_kept():
    tracker = FaceTracker()
    assert tracker.update((at(100), at(400)), 0) == (1, 2)
    assert tracker.update((at(405), at(108)), 200) == (2, 1)


def test_two_faces_that_cross_keep_their_numbers():
    tracker = FaceTracker()
    for step in range(21):
        left, right = at(100 + 20 * step, 100), at(500 - 20 * step, 130)
        assert tracker.update((left, right), 200 * step) == (1, 2)


def test_a_face_lost_for_a_second_keeps_its_number():
    tracker = FaceTracker()
    tracker.update((at(100),), 0)
    tracker.update((), 200)
    assert tracker.update((at(110),), 1200) == (1,)


def test_a_face_that_left_for_long_gets_a_new_number():
    tracker = FaceTracker()
    tracker.update((at(100, colours=RED),), 0)
    assert tracker.update((at(100, colours=RED),), 10_200) == (2,)
    assert tracker.active == (2,)


def test_a_face_that_was_away_for_nine_seconds_keeps_its_number_where_its_colours_say_so():
    tracker = FaceTracker()
    tracker.update((at(100, colours=RED),), 0)
    assert tracker.update((at(110, colours=RED),), 9000) == (1,)


@pytest.mark.parametrize("colours", [BLUE, None])
def test_somebody_else_in_the_same_place_gets_a_new_number(colours):
    tracker = FaceTracker()
    tracker.update((at(100, colours=RED),), 0)
    assert tracker.update((at(100, colours=colours),), 4000) == (2,)


def test_a_figure_of_other_colours_is_another_one_at_once():
    tracker = FaceTracker()
    tracker.update((at(100, colours=RED),), 0)
    assert tracker.update((at(100, colours=BLUE),), 200) == (2,)


def test_where_the_picture_jumped_a_number_needs_the_proof_of_its_colours():
    tracker = FaceTracker()
    tracker.update((at(100, colours=RED),), 0)
    assert tracker.update((at(100),), 200, has_jumped=True) == (2,)


def test_colours_tell_two_apart_who_meet_and_turn_back():
    tracker = FaceTracker()
    for step in range(11):  # they come together until they touch, then go back the way they came
        way = 20 * min(step, 10 - step)
        left, right = at(100 + way, colours=RED), at(320 - way, colours=BLUE)
        assert tracker.update((left, right), 200 * step) == (1, 2)


def test_two_who_cannot_be_told_apart_get_new_numbers():
    tracker = FaceTracker()
    tracker.update((at(100), at(190)), 0)
    assert tracker.update((at(145, 60), at(145, 140)), 200) == (3, 4)
    assert tracker.active == (3, 4)


def test_one_of_two_who_may_be_either_gets_a_new_number():
    tracker = FaceTracker()
    tracker.update((at(100), at(190)), 0)
    assert tracker.update((at(145),), 200) == (3,)


def test_no_number_outlives_a_cut():
    tracker = FaceTracker()
    tracker.update((at(100, colours=RED),), 0)
    tracker.forget()
    assert tracker.update((at(100, colours=RED),), 200) == (2,)


def test_a_picture_that_shrinks_takes_its_faces_along():
    tracker = FaceTracker()
    tracker.update((at(400, 300, side=80),), 0)
    tracker.rescale(0.25, 0.25)
    assert tracker.update((at(100, 75, side=20),), 200) == (1,)


def test_a_face_that_an_earlier_reader_knew_keeps_its_number_and_new_ones_follow_it():
    tracker = FaceTracker(first_number=4, known=[KnownFace(3, at(100).box)])
    assert tracker.update((at(110), at(500)), 0) == (3, 4)


def test_a_known_face_that_does_not_come_back_is_forgotten():
    tracker = FaceTracker(first_number=2, known=[KnownFace(1, at(100).box)])
    assert tracker.update((), 0) == ()
    assert tracker.update((at(100),), 10_200) == (2,)


@pytest.mark.parametrize(("every_ms", "colours"), [(100, [None] * 3), (200, [None] * 3), (500, [RED, BLUE, GREEN])])
@pytest.mark.parametrize("seed", range(20))
def test_nobody_takes_over_the_number_of_somebody_else(seed, every_ms, colours):
    """Three who walk about at random: numbers may end, and never pass on. Half a second apart, colours are needed."""
    rng = np.random.default_rng(seed)
    places, speeds = rng.uniform(100, 600, (3, 2)), rng.normal(0, 90, (3, 2))
    tracker, owner = FaceTracker(), {}
    for step in range(60):
        speeds += rng.normal(0, 10, (3, 2))
        places += speeds * every_ms / 1000 + rng.normal(0, 1.5, (3, 2))
        speeds[(places < 50) | (places > 650)] *= -1
        seen = [who for who in rng.permutation(3) if rng.random() > 0.1]
        numbers = tracker.update([at(*places[who], colours=colours[who]) for who in seen], step * every_ms)
        for who, number in zip(seen, numbers, strict=True):
            assert owner.setdefault(number, who) == who


def test_a_face_elsewhere_is_another_face():
    tracker = FaceTracker()
    tracker.update((at(100),), 0)
    assert tracker.update((at(600),), 200) == (2,)


def test_a_face_of_another_size_is_another_face():
    tracker = FaceTracker()
    tracker.update((at(100, side=40),), 0)
    assert tracker.update((at(100, side=160),), 200) == (2,)


def test_a_newcomer_beside_a_known_face_gets_the_next_number():
    tracker = FaceTracker()
    tracker.update((at(100),), 0)
    assert tracker.update((at(210), at(102)), 200) == (2, 1)


def test_two_trackers_never_share_a_number_series():
    first, second = FaceTracker(), FaceTracker()
    first.update((at(100), at(400)), 0)
    assert second.update((at(100),), 0) == (1,)


def test_no_face_is_no_number():
    assert FaceTracker().update((), 0) == ()


def test_the_assignment_has_the_least_total_cost():
    rng = np.random.default_rng(4)
    for _ in range(50):
        rows, columns = rng.integers(1, 5, 2)
        costs = rng.uniform(0, 9, (rows, columns)).tolist()
        pairs = assign_pairs(costs)
        short, long = sorted((rows, columns))
        tried = (
            sum(costs[i][p[i]] if rows <= columns else costs[p[i]][i] for i in range(short))
            for p in permutations(range(long), int(short))
        )
        assert sum(costs[row][column] for row, column in pairs) == pytest.approx(min(tried))


def test_a_forbidden_pair_is_never_made():
    assert assign_pairs([[math.inf, 1.0], [math.inf, 2.0]]) == [(0, 1)]
    assert assign_pairs([[math.inf]]) == []
    assert assign_pairs([]) == []

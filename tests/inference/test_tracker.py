"""The same face keeps its number; another face gets another."""

import math
from itertools import permutations

import numpy as np
import pytest

from inference.assignment import assign_pairs
from inference.tracker import FaceTracker
from inference.types import Box


def at(x, y=100.0, side=80.0):
    return Box(x - side / 2, y - side / 2, side, side)


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
    tracker.update((at(100),), 0)
    assert tracker.update((at(100),), 5000) == (2,)
    assert tracker.active == (2,)


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

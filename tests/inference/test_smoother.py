"""Scores that are steady over time, by the clock and not by the count of frames."""

import math

import numpy as np
import pytest

from inference.smoother import ScoreSmoother, SmootherConfig


def only(index):
    return np.eye(7, dtype=np.float32)[index]


def test_the_first_scores_pass_unchanged():
    np.testing.assert_allclose(ScoreSmoother().smooth(1, only(3), 0), only(3))


def test_a_change_shows_at_63_percent_after_the_time_constant():
    smoother = ScoreSmoother(SmootherConfig(time_constant_ms=300))
    smoother.smooth(1, only(3), 0)
    assert smoother.smooth(1, only(6), 300)[6] == pytest.approx(1 - math.exp(-1), abs=1e-6)


def test_one_long_step_equals_two_short_ones():
    whole, halves = ScoreSmoother(), ScoreSmoother()
    for smoother, times in ((whole, (400,)), (halves, (200, 400))):
        smoother.smooth(1, only(0), 0)
        for t_ms in times:
            last = smoother.smooth(1, only(5), t_ms)
        assert last[5] == pytest.approx(1 - math.exp(-400 / 300), abs=1e-6)


def test_every_row_sums_to_one():
    smoother, rng = ScoreSmoother(), np.random.default_rng(1)
    for t_ms in range(0, 2000, 70):
        row = rng.dirichlet(np.ones(7)).astype(np.float32)
        assert smoother.smooth(1, row, t_ms).sum() == pytest.approx(1, abs=1e-6)


def test_a_long_gap_starts_afresh():
    smoother = ScoreSmoother()
    smoother.smooth(1, only(0), 0)
    np.testing.assert_allclose(smoother.smooth(1, only(5), 3000), only(5))


def test_tracks_do_not_touch_each_other():
    smoother = ScoreSmoother()
    smoother.smooth(1, only(0), 0)
    np.testing.assert_allclose(smoother.smooth(2, only(5), 100), only(5))


def test_a_track_that_left_is_forgotten():
    smoother = ScoreSmoother()
    smoother.smooth(1, only(0), 0)
    smoother.keep_only(())
    np.testing.assert_allclose(smoother.smooth(1, only(5), 100), only(5))

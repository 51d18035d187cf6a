"""Shares, counts and stretches, and comparisons: known answers, and SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from webplatform.results.bins import Seconds
from webplatform.results.comparing import compare_paired, compare_unpaired, holm
from webplatform.results.measures import interval_of, measured

NAN = np.nan


def seconds_of(curve: list[float], verdicts: list[int], scored: list[int] | None = None) -> Seconds:
    """One expression; five readings a second where there is a value."""
    known = np.array([0 if np.isnan(value) else 5 for value in curve]) if scored is None else np.array(scored)
    return Seconds(np.array(curve)[:, None], known, np.zeros(len(curve), int), np.array(verdicts)[:, None])


def test_a_stretch_adds_up_to_mean_share_times_and_longest():
    found = measured(seconds_of([0.6, 0.7, 0.1, 0.5, NAN, 0.5, 0.0, 0.2], [5, 5, 0, 3, 0, 1, 0, 0]), threshold=0.5)
    mean, share, times, longest = found[:, 0]
    assert mean == pytest.approx(2.6 / 7)
    assert share == pytest.approx(14 / 35)
    assert times == pytest.approx(3 / (7 / 60))  # seconds 0 to 1, 3, and 5: the gap ends a stretch
    assert longest == 2


def test_a_curve_that_stays_over_the_threshold_is_one_stretch():
    assert measured(seconds_of([0.9] * 30, [5] * 30), threshold=0.9)[2:, 0].tolist() == [2.0, 30.0]


def test_nothing_scored_measures_nothing():
    assert np.isnan(measured(seconds_of([NAN, NAN], [0, 0]), threshold=0.5)).all()
    assert np.isnan(measured(seconds_of([], []), threshold=0.5)).all()


def test_an_interval_counts_who_has_a_value():
    found = interval_of(np.array([[0.2, NAN, 0.5], [0.4, NAN, NAN], [0.6, 0.7, NAN]]), seed=1)
    assert found.value == pytest.approx([0.4, 0.7, 0.5])
    assert found.n.tolist() == [3, 1, 1]
    assert np.isnan(found.low).tolist() == [False, True, True]
    assert (found.low[0], found.high[0]) == (pytest.approx(0.2), pytest.approx(0.6))


def test_pairs_are_compared_by_their_own_differences():
    first, second = np.array([1.0, 2, 3, 4, NAN]), np.array([2.0, 4, 4, 7, 9])
    found = compare_paired(first, second, seed=1)
    assert (found.first, found.second, found.difference) == (2.5, 4.25, 1.75)
    assert (found.n_first, found.n_second) == (4, 4)
    assert found.effect == pytest.approx(1.75 / np.std([1, 2, 1, 3], ddof=1))
    assert found.p == pytest.approx(2 / 16)  # only this one of 16 ways to flip signs, and its mirror, go so far
    assert found.low <= 1.75 <= found.high


def test_others_are_compared_by_their_pooled_spread():
    first, second = np.array([1.0, 2, 3]), np.array([4.0, 6, NAN])
    found = compare_unpaired(first, second, seed=1)
    pooled = np.sqrt((2 * 1 + 1 * 2) / 3)
    assert found.difference == 3
    assert found.effect == pytest.approx(3 / pooled * (1 - 3 / (4 * 5 - 9)))
    assert found.p == pytest.approx(2 / 10)  # one of ten ways goes so far; two-sided is twice that
    assert (found.n_first, found.n_second) == (3, 2)


def test_the_tests_are_scipys():
    rng = np.random.default_rng(3)
    first, second = rng.normal(0, 1, 9), rng.normal(0.8, 1, 9)
    own = stats.permutation_test((second - first,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert compare_paired(first, second, seed=1).p == pytest.approx(own.pvalue)
    free = stats.permutation_test(
        (first[:6], second[:6]), lambda a, b: np.mean(b) - np.mean(a), n_resamples=np.inf, vectorized=False
    )
    assert compare_unpaired(first[:6], second[:6], seed=1).p == pytest.approx(free.pvalue)


def test_too_few_people_are_told_and_not_tested():
    alone = compare_paired(np.array([0.2]), np.array([0.5]), seed=1)
    assert alone.difference == pytest.approx(0.3)
    assert np.isnan([alone.low, alone.high, alone.effect, alone.p]).all()
    nobody = compare_unpaired(np.array([NAN]), np.array([0.5, 0.6]), seed=1)
    assert np.isnan([nobody.first, nobody.difference, nobody.p]).all()
    assert (nobody.n_first, nobody.n_second) == (0, 2)


def test_a_difference_without_a_spread_has_no_effect_size():
    found = compare_paired(np.array([0.1, 0.2, 0.3]), np.array([0.3, 0.4, 0.5]), seed=1)
    assert np.isnan(found.effect)
    assert found.p == pytest.approx(0.25)


def test_holm_corrects_for_how_many_were_tested():
    """By hand: 0.01 x 4, 0.02 x 3, 0.03 x 2, 0.5 x 1, each at least the one before; an untested one is not counted."""
    assert holm(np.array([0.03, 0.01, NAN, 0.5, 0.02])) == pytest.approx([0.06, 0.04, NAN, 0.5, 0.06], nan_ok=True)
    assert holm(np.array([0.9, 0.8])) == pytest.approx([1.0, 1.0])
    assert np.isnan(holm(np.array([NAN, NAN]))).all()

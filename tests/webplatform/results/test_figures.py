"""Curves over people, against hand-made numbers and SciPy's bootstrap."""

from __future__ import annotations

import numpy as np
import pytest

from webplatform.results.figures import mean_band, mean_by, stacked

NAN = np.nan


def people(*rows: list[float]) -> np.ndarray:
    """One expression, a person a row."""
    return np.array(rows, dtype=float)[:, :, None]


def test_a_mean_curve_counts_who_has_a_value_at_each_second():
    band = mean_band(people([0.2, 0.4, NAN], [0.4, NAN, NAN], [0.9, 0.8, NAN]), seed=1)
    assert band.mean[:, 0] == pytest.approx([0.5, 0.6, NAN], nan_ok=True)
    assert band.n.tolist() == [3, 2, 0]


def test_one_person_has_a_curve_and_no_band():
    band = mean_band(people([0.2, 0.4]), seed=1)
    assert band.mean[:, 0].tolist() == [0.2, 0.4]
    assert np.isnan(band.low).all() and np.isnan(band.high).all()


def test_nobody_has_an_empty_curve():
    band = mean_band(np.zeros((0, 0, 7)), seed=1)
    assert band.mean.shape == (0, 7)
    assert band.n.shape == (0,)


def test_people_who_agree_have_a_band_without_width():
    band = mean_band(people([0.3, 0.6], [0.3, 0.6], [0.3, 0.6]), seed=1)
    assert band.low[:, 0] == pytest.approx([0.3, 0.6])
    assert band.high[:, 0] == pytest.approx([0.3, 0.6])


def test_the_same_seed_gives_the_same_band_and_another_one_hardly_differs():
    values = np.random.default_rng(0).random((12, 5, 7))
    one, same, other = (mean_band(values, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(one.low, same.low)
    assert not np.array_equal(one.low, other.low)
    assert one.low == pytest.approx(other.low, abs=0.05)


def test_the_band_is_what_scipys_bootstrap_gives():
    values = np.random.default_rng(5).random((15, 4, 2))
    band = mean_band(values, seed=1, resamples=20_000)
    from scipy import stats  # only here: each process that collects would import it

    found = stats.bootstrap(
        (values,), np.mean, axis=0, n_resamples=20_000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    assert band.low == pytest.approx(found.low, abs=0.004)
    assert band.high == pytest.approx(found.high, abs=0.004)


def test_a_band_of_two_people_reaches_from_one_to_the_other():
    """Of four equally likely draws one holds the first person alone and one the second."""
    band = mean_band(people([0.0], [1.0]), seed=1)
    assert (band.low[0, 0], band.high[0, 0]) == (0.0, 1.0)


def test_a_draw_without_anybody_who_was_seen_does_not_count():
    values = people(*[[NAN]] * 8, [0.2], [0.4])
    band = mean_band(values, seed=1)
    assert band.mean[0, 0] == pytest.approx(0.3)
    assert (band.low[0, 0], band.high[0, 0]) == (pytest.approx(0.2), pytest.approx(0.4))


def test_a_long_curve_is_drawn_piece_by_piece_and_stays_one_draw():
    values = np.random.default_rng(5).random((4, 700, 7))
    whole = mean_band(values, seed=1)
    assert whole.low[600:601] == pytest.approx(mean_band(values[:, 600:601], seed=1).low)


def test_each_persons_sessions_are_a_mean_first():
    """Three sessions of one person and one of another: the second counts as much as the first."""
    values = people([0.1, NAN], [0.2, NAN], [0.3, 0.5], [0.8, NAN])
    keys, means = mean_by(values, ["a", "a", "a", "b"])
    assert keys == ["a", "b"]
    assert means[:, :, 0] == pytest.approx(np.array([[0.2, 0.5], [0.8, NAN]]), nan_ok=True)


def test_shorter_curves_end_in_nothing():
    whole = stacked([np.ones((2, 7)), np.ones((3, 7))])
    assert whole.shape == (2, 3, 7)
    assert np.isnan(whole[0, 2]).all()
    assert stacked([]).shape == (0, 0, 0)

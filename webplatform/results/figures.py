"""Curves over people: everybody counts once, n is told at every second, and the band is a bootstrap over people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
LEVEL = 0.95
_CELLS = 2_000_000  # resamples times columns in memory at once: 16 MB of float64

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Band:
    """A mean curve of T seconds and E expressions.

    Attributes:
        mean: (T, E) float64, mean over the people who have a value; NaN where nobody has.
        low: (T, E) float64, lower end of the pointwise interval; NaN where fewer than two people have a value.
        high: (T, E) float64, its upper end.
        n: (T,) int64, people who have a value at each second.
    """

    mean: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]


def stacked(curves: Sequence[Floats]) -> Floats:
    """Curves of different lengths as one array, the shorter ones filled up with NaN.

    Args:
        curves: S arrays of shape (T_i, E).

    Returns:
        (S, max T_i, E) float64.
    """
    longest = max((len(curve) for curve in curves), default=0)
    width = curves[0].shape[1] if curves else 0
    array = np.full((len(curves), longest, width), np.nan)
    for index, curve in enumerate(curves):
        array[index, : len(curve)] = curve
    return array


def mean_by(values: Floats, keys: Sequence[object]) -> tuple[list[object], Floats]:
    """The mean of the rows of each key, over those that have a value.

    Args:
        values: (S, ...) float64; NaN is no value.
        keys: S keys, one a row.

    Returns:
        The K different keys in the order in which they come first, and their (K, ...) means; NaN where no row of the
        key has a value.
    """
    different = list(dict.fromkeys(keys))
    index_of = {key: number for number, key in enumerate(different)}
    member = np.zeros((len(different), len(keys)))
    for row, key in enumerate(keys):
        member[index_of[key], row] = 1
    flat = values.reshape(len(keys), int(np.prod(values.shape[1:])))
    means = _divided(member @ np.nan_to_num(flat), member @ ~np.isnan(flat))
    return different, means.reshape(len(different), *values.shape[1:])


def mean_band(values: Floats, *, seed: int, resamples: int = RESAMPLES, level: float = LEVEL) -> Band:
    """The mean curve of people, with a pointwise bootstrap band.

    People are drawn with replacement, whole curves at a time; the band is the percentile interval of the means at each
    second. It is pointwise: at a level of 0.95, one second in twenty is expected to lie outside.

    Args:
        values: (P, T, E) float64, one curve a person; NaN is no value.
        seed: of the draws; the same seed and values give the same band.
        resamples: how often P people are drawn.
        level: between 0 and 1.

    Source: percentile bootstrap, B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    people, seconds, width = values.shape
    flat = values.reshape(people, seconds * width)
    has_value = ~np.isnan(flat)
    filled = np.nan_to_num(flat)
    mean = _divided(filled.sum(axis=0), has_value.sum(axis=0))
    low, high = np.full(flat.shape[1], np.nan), np.full(flat.shape[1], np.nan)
    drawn = _draws(people, resamples, seed)
    for start in range(0, flat.shape[1] if people > 1 else 0, max(1, _CELLS // resamples)):
        part = slice(start, start + max(1, _CELLS // resamples))
        means = _divided(drawn @ filled[:, part], drawn @ has_value[:, part])
        low[part], high[part] = _interval_ends(means, level)
    alone = has_value.sum(axis=0) < 2
    low[alone] = high[alone] = np.nan
    shape = (seconds, width)
    n = has_value.reshape(people, seconds, width).any(axis=2).sum(axis=0)
    return Band(mean.reshape(shape), low.reshape(shape), high.reshape(shape), n.astype(np.int64))


def _draws(people: int, resamples: int, seed: int) -> Floats:
    """How often each person is in each draw: (resamples, people)."""
    if people < 2:
        return np.zeros((resamples, people))
    numbers = np.random.default_rng(seed).integers(0, people, (resamples, people))
    places = numbers + people * np.arange(resamples)[:, None]
    return np.bincount(places.ravel(), minlength=resamples * people).reshape(resamples, people).astype(np.float64)


def _interval_ends(means: Floats, level: float) -> tuple[Floats, Floats]:
    """The middle `level` of each column's known values, by linear interpolation; NaN where there is none."""
    means = np.sort(means, axis=0)  # NaN comes last
    last = (~np.isnan(means)).sum(axis=0) - 1
    ends = []
    for share in ((1 - level) / 2, (1 + level) / 2):
        exact = np.maximum(last, 0) * share
        below = np.floor(exact).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(last, 0))
        lower = np.take_along_axis(means, below[None], axis=0)[0]
        upper = np.take_along_axis(means, above[None], axis=0)[0]
        ends.append(lower + (exact - below) * (upper - lower))
    return ends[0], ends[1]


def _divided(sums: Floats, counts: Floats) -> Floats:
    quotient = np.full(np.shape(sums), np.nan)
    np.divide(sums, counts, out=quotient, where=np.asarray(counts) > 0)
    return quotient

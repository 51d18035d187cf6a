"""The measures of one person's stretch, and their means over people with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webplatform.results.bins import Seconds
from webplatform.results.figures import LEVEL, RESAMPLES, Floats

MEASURES = ("mean", "share", "times", "longest")
SECONDS_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Interval:
    """Means over people with a bootstrap interval, E of them.

    Attributes:
        value: (E,) float64, mean over the people who have a value; NaN without any.
        low: (E,) float64, lower end; NaN where fewer than two people have a value.
        high: (E,) float64, upper end.
        n: (E,) int64, people who have a value.
    """

    value: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]


def measured(seconds: Seconds, *, threshold: float) -> Floats:
    """The four measures of one person's stretch, in the order of MEASURES.

    Args:
        seconds: T seconds.
        threshold: 0 to 1; a second is over it where its mean score is at least that.

    Returns:
        (4, 7) float64: the mean of the seconds' mean scores (0 to 1); the share of scored readings whose verdict the
        expression is (0 to 1); how often a minute that was seen the curve rises to the threshold; the longest stretch
        over the threshold, s. A second without a value ends a stretch. All NaN where nothing was scored.
    """
    has_value = ~np.isnan(seconds.values[:, 0])
    if not has_value.any():
        return np.full((len(MEASURES), seconds.values.shape[1]), np.nan)
    over = np.nan_to_num(seconds.values, nan=-1.0) >= threshold
    starts, longest = _stretches(over)
    return np.stack(
        [
            seconds.values[has_value].mean(axis=0),
            seconds.verdicts.sum(axis=0) / seconds.scored.sum(),
            starts / (has_value.sum() / SECONDS_A_MINUTE),
            longest,
        ]
    )


def _stretches(over: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """How many unbroken runs each column has, and how long the longest is."""
    framed = np.zeros((len(over) + 2, over.shape[1]), dtype=np.int64)
    framed[1:-1] = over
    steps = np.diff(framed, axis=0)
    starts = (steps == 1).sum(axis=0).astype(np.float64)
    longest = np.zeros(over.shape[1])
    for column in range(over.shape[1]):
        begun, ended = np.flatnonzero(steps[:, column] == 1), np.flatnonzero(steps[:, column] == -1)
        longest[column] = (ended - begun).max(initial=0)
    return starts, longest


def interval_of(values: Floats, *, seed: int, resamples: int = RESAMPLES, level: float = LEVEL) -> Interval:
    """The mean of each column over people, with the percentile interval of SciPy's bootstrap.

    Args:
        values: (P, E) float64, a person a row; NaN is no value.
        seed: of the draws.
        resamples: how often P people are drawn.
        level: between 0 and 1.

    Source: scipy.stats.bootstrap, method "percentile".
    """
    has_value = ~np.isnan(values)
    n = has_value.sum(axis=0)
    value, low, high = (np.full(values.shape[1], np.nan) for _ in range(3))
    for column in range(values.shape[1]):
        sample = values[has_value[:, column], column]
        if len(sample):
            value[column] = sample.mean()
        if len(sample) > 1:
            ends = bootstrap_mean(sample, seed=seed, resamples=resamples, level=level)
            low[column], high[column] = ends
    return Interval(value, low, high, n.astype(np.int64))


def bootstrap_mean(
    sample: Floats, *, seed: int, resamples: int = RESAMPLES, level: float = LEVEL
) -> tuple[float, float]:
    """The percentile interval of the mean of (P,) values, P at least 2."""
    from scipy import stats  # a second of every process's start, and only results need it

    result = stats.bootstrap(
        (sample,),
        np.mean,
        n_resamples=resamples,
        confidence_level=level,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(seed),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)

"""Two conditions, or two groups, beside each other: difference, interval, effect size, permutation test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from webplatform.results.figures import LEVEL, RESAMPLES, Floats
from webplatform.results.measures import bootstrap_mean

PERMUTATIONS = 9999  # all of them where there are no more


@dataclass(frozen=True, slots=True)
class Difference:
    """One expression's difference, second minus first.

    Attributes:
        first: mean of the first condition over the people compared; NaN without any.
        second: mean of the second condition.
        difference: second minus first.
        low: lower end of the difference's bootstrap interval; NaN where fewer than two people are on a side.
        high: its upper end.
        effect: Cohen's d_z where the same people are compared, Hedges' g where others are; NaN without a spread.
        p: of the two-sided permutation test; NaN where fewer than two people are on a side.
        n_first: people with a value in the first condition; the pairs, where pairs are compared.
        n_second: people with a value in the second condition.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    effect: float
    p: float
    n_first: int
    n_second: int


def compare_paired(first: Floats, second: Floats, *, seed: int, resamples: int = RESAMPLES) -> Difference:
    """The same people in two conditions.

    The interval is the bootstrap's over people, of their own differences. The effect size is Cohen's d_z: the mean of
    the differences divided by their standard deviation (with n - 1). The test flips the signs of the differences: all
    2^n ways where these are at most 9,999, else 9,999 drawn ones.

    Args:
        first: (P,) float64; NaN is no value, and such a person is in no pair.
        second: (P,) float64, the same people in the same order.
        seed: of bootstrap and permutations.
        resamples: of the bootstrap.

    Source: d_z: J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988, section 2.3.5;
    scipy.stats.permutation_test, permutation_type "samples".
    """
    has_both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[has_both], second[has_both]
    differences = second - first
    n = len(differences)
    if n < 2:
        return _untested(first, second)
    low, high = bootstrap_mean(differences, seed=seed, resamples=resamples)
    spread = differences.std(ddof=1)
    p = _permutation((differences,), _mean, "samples", seed)
    mean = differences.mean()
    return Difference(first.mean(), second.mean(), mean, low, high, _ratio(mean, spread, differences), p, n, n)


def compare_unpaired(first: Floats, second: Floats, *, seed: int, resamples: int = RESAMPLES) -> Difference:
    """Other people in each condition.

    The interval is the bootstrap's, people drawn anew on each side. The effect size is Hedges' g: the difference
    divided by the pooled standard deviation, times 1 - 3 / (4 (n1 + n2) - 9). The test gives people to the two sides
    anew: all ways where these are at most 9,999, else 9,999 drawn ones.

    Args:
        first: (P1,) float64; NaN is no value.
        second: (P2,) float64; NaN is no value.
        seed: of bootstrap and permutations.
        resamples: of the bootstrap.

    Source: g: L. Hedges, Distribution theory for Glass's estimator of effect size, 1981, approximation of equation 6;
    scipy.stats.permutation_test, permutation_type "independent".
    """
    first, second = first[~np.isnan(first)], second[~np.isnan(second)]
    n1, n2 = len(first), len(second)
    if n1 < 2 or n2 < 2:
        return _untested(first, second)
    from scipy import stats  # a second of every process's start, and only results need it

    result = stats.bootstrap(
        (first, second),
        _apart,
        n_resamples=resamples,
        confidence_level=LEVEL,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(seed),
    )
    low, high = map(float, result.confidence_interval)
    pooled = np.sqrt(((n1 - 1) * first.var(ddof=1) + (n2 - 1) * second.var(ddof=1)) / (n1 + n2 - 2))
    difference = second.mean() - first.mean()
    effect = _ratio(difference, pooled, np.concatenate([first, second])) * (1 - 3 / (4 * (n1 + n2) - 9))
    p = _permutation((first, second), _apart, "independent", seed)
    return Difference(first.mean(), second.mean(), difference, low, high, effect, p, n1, n2)


def holm(p: Floats) -> Floats:
    """The p-values corrected for being several, by Holm's step-down method; NaN stays NaN and is not counted.

    Args:
        p: (E,) float64, 0 to 1.

    Returns:
        (E,) float64: the largest of all smaller ones' (m - rank) p, at most 1.

    Source: S. Holm, A simple sequentially rejective multiple test procedure, 1979.
    """
    corrected = np.full(len(p), np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    steps = p[order] * (len(order) - np.arange(len(order)))
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1) if len(order) else steps
    return corrected


def _untested(first: Floats, second: Floats) -> Difference:
    means = [float(side.mean()) if len(side) else np.nan for side in (first, second)]
    nothing = (np.nan, np.nan, np.nan, np.nan)
    return Difference(means[0], means[1], means[1] - means[0], *nothing, len(first), len(second))


def _mean(sample: Floats, axis: int = -1) -> Floats:
    return np.mean(sample, axis=axis)


def _apart(first: Floats, second: Floats, axis: int = -1) -> Floats:
    return np.mean(second, axis=axis) - np.mean(first, axis=axis)


def _permutation(data: tuple[Floats, ...], statistic: object, kind: str, seed: int) -> float:
    from scipy import stats  # a second of every process's start, and only results need it

    result = stats.permutation_test(
        data,
        statistic,
        permutation_type=kind,
        vectorized=True,
        n_resamples=PERMUTATIONS,
        rng=np.random.default_rng(seed),
    )
    return float(result.pvalue)


def _ratio(difference: float, spread: float, sample: Floats) -> float:
    """Difference over spread; NaN where the spread is nothing but rounding."""
    least = np.finfo(np.float64).eps * max(1.0, float(np.abs(sample).max())) * 8
    return float(difference / spread) if spread > least else float("nan")

"""Steady scores: each face's scores smoothed over time, in ms."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SmootherConfig:
    """How scores are smoothed.

    Args:
        time_constant_ms: after this time a changed expression shows at 63 %. Source: own; spontaneous expressions
            last 500 to 4000 ms (Ekman & Friesen 1982; Matsumoto & Hwang 2011), so 300 ms calms single frames
            and lets even the short ones through.
        reset_after_ms: a longer gap between two scores of a face starts afresh. Source: own.
    """

    time_constant_ms: float = 300.0
    reset_after_ms: int = 1500


@dataclass(slots=True)
class _Level:
    t_ms: int
    scores: NDArray[np.float64]


class ScoreSmoother:
    """Exponential smoothing of scores, one level for each track; all state is in the instance.

    `level = level + (1 - exp(-dt / time_constant)) * (scores - level)`, with dt the time since the track's last
    scores, so irregular gaps are weighed right. Source: the exponential moving average for unevenly spaced samples
    (Eckner 2012, "Algorithms for Unevenly Spaced Time Series: Moving Averages and Other Rolling Operators").
    """

    def __init__(self, config: SmootherConfig | None = None) -> None:
        self._config = config or SmootherConfig()
        self._levels: dict[int, _Level] = {}

    def smooth(self, track: int, scores: NDArray[np.float32], t_ms: int) -> NDArray[np.float32]:
        """Take in the scores of one face and return its smoothed ones.

        Args:
            track: the face's number.
            scores: float32 (7,), sums to 1.
            t_ms: when, in ms; not before the track's last call.
        Returns:
            float32 (7,), sums to 1.
        """
        smoothed = scores.astype(np.float64)
        level = self._levels.get(track)
        if level is not None and t_ms - level.t_ms <= self._config.reset_after_ms:
            weight = 1.0 - math.exp(-max(t_ms - level.t_ms, 0) / self._config.time_constant_ms)
            smoothed = level.scores + weight * (smoothed - level.scores)
        smoothed = smoothed / smoothed.sum()
        self._levels[track] = _Level(t_ms, smoothed)
        return np.asarray(smoothed, dtype=np.float32)

    def keep_only(self, tracks: Iterable[int]) -> None:
        """Forget every track but these: a number that has left never comes back."""
        remaining = set(tracks)
        self._levels = {track: level for track, level in self._levels.items() if track in remaining}

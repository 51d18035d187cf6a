"""Readings added up in quarter seconds and set on a clock."""

from __future__ import annotations

import numpy as np
import pytest

from webplatform.results.bins import Moment, folded, on_clock, unpacked

HAPPY, SAD = 3, 4


def scores(**shown: float) -> tuple[float, ...]:
    return tuple(shown.get(name, 0.0) for name in ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"))


READINGS = [
    Moment(0, scores(happy=0.8, sad=0.2), "happy"),
    Moment(200, scores(happy=0.6, sad=0.4), "happy"),
    Moment(900, scores(happy=0.4, sad=0.6), None),
    Moment(1000, None, None),
    Moment(2600, scores(sad=1.0), "sad"),
]


def test_a_second_is_the_mean_of_its_readings():
    seconds = on_clock(folded(READINGS))
    assert seconds.values[:, HAPPY] == pytest.approx([0.6, np.nan, 0.0], nan_ok=True)
    assert seconds.values[:, SAD] == pytest.approx([0.4, np.nan, 1.0], nan_ok=True)
    assert seconds.scored.tolist() == [3, 0, 1]
    assert seconds.unscored.tolist() == [0, 1, 0]
    assert seconds.verdicts[:, HAPPY].tolist() == [2, 0, 0]


def test_readings_without_a_verdict_can_stay_out():
    seconds = on_clock(folded(READINGS), sure_only=True)
    assert seconds.values[0, HAPPY] == pytest.approx(0.7)
    assert seconds.scored.tolist() == [2, 0, 1]


def test_a_clock_may_start_at_any_quarter_second():
    seconds = on_clock(folded(READINGS), from_ms=760)
    assert len(seconds) == 2
    assert seconds.scored.tolist() == [1, 1]
    assert seconds.unscored.tolist() == [1, 0]


def test_a_stretch_ends_before_its_end():
    assert on_clock(folded(READINGS), to_ms=2500).scored.tolist() == [3, 0, 0]
    assert len(on_clock(folded(READINGS), from_ms=2000, to_ms=1000)) == 0
    assert len(on_clock(folded(READINGS), from_ms=90_000)) == 0


def test_what_is_packed_comes_back():
    bins = folded(READINGS)
    again = unpacked(bins.packed())
    for name in ("sums", "sure_sums", "scored", "unscored", "verdicts"):
        assert np.array_equal(getattr(again, name), getattr(bins, name))


def test_nothing_is_packed_as_nothing():
    assert len(unpacked(folded([]).packed())) == 0
    with pytest.raises(ValueError, match="no whole number"):
        unpacked(b"12345")

"""Counts and times of a live session."""

import pytest

from webplatform.live.protocol import Dropped, FrameMessage
from webplatform.live.recording import LiveRecording
from webplatform.live.statistics import LiveStatistics, Times


def test_percentiles_are_right_to_five_percent():
    times = Times()
    for ms in range(1, 1001):
        times.add(ms)
    summary = times.summary()
    assert summary["n"] == 1000
    assert [summary[name] for name in ("p50", "p95", "p99")] == pytest.approx([500, 950, 990], rel=0.05)


def test_no_times_have_no_percentiles():
    assert Times().summary() == {"n": 0, "p50": None, "p95": None, "p99": None}


def test_a_million_times_take_no_more_room_than_a_few_hundred():
    times = Times()
    for ms in range(100_000):
        times.add(ms / 10)
    assert len(times.bins) < 260


def test_what_was_stored_is_counted_on():
    statistics = LiveStatistics(received=5, answered=4, sent=6, last_ms=400)
    statistics.dropped["busy"] += 1
    statistics.server.add(20)
    again = LiveStatistics.of(statistics.data())
    assert again == statistics
    assert LiveStatistics.of({}) == LiveStatistics()


def test_more_frames_than_the_rate_allows_are_dropped_and_counted(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("webplatform.live.recording.time.monotonic", lambda: clock[0])
    recording = LiveRecording(None, "", 1, None, None, LiveStatistics())
    kept = 0
    for seq in range(300):  # ten seconds of 30 frames a second, where 10 are allowed
        kept += recording.take(FrameMessage(seq, seq, b""), 10) is None
        clock[0] += 1 / 30
    assert 100 <= kept <= 102
    assert recording.statistics.dropped == {Dropped.RATE.value: 300 - kept}

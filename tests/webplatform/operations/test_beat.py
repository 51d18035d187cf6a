"""The beat goes on whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import Celery

from webplatform.celery import app as platform_app
from webplatform.operations.beat import SteadyScheduler

EVERY_S = 5.0
FOUR_YEARS = timedelta(days=4 * 365)


class Clock:
    """What every Celery application takes for the time."""

    at = datetime(2026, 11, 27, 9, tzinfo=UTC)


class Beat(SteadyScheduler):
    """A scheduler that sends nothing away, and counts."""

    sent = 0

    def apply_entry(self, entry: object, producer: object = None) -> None:
        self.sent += 1

    @property
    def producer(self) -> None:
        return None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(Celery, "now", lambda app: clock.at)
    return clock


def begun(folder: Path) -> Beat:
    app = Celery("steady", set_as_current=False)
    app.conf.beat_schedule = {"look": {"task": "look", "schedule": EVERY_S}}
    return Beat(app=app, schedule_filename=str(folder / "schedule"))


def live(beat: Beat, clock: Clock, seconds: int) -> int:
    """Let the clock run; how often the task was sent meanwhile."""
    before = beat.sent
    for _second in range(seconds):
        for _task in range(3):
            beat.tick()
        clock.at += timedelta(seconds=1)
    return beat.sent - before


@pytest.mark.parametrize("jump", [FOUR_YEARS, timedelta(hours=1)])
def test_the_beat_goes_on_when_a_clock_that_was_ahead_is_set_right(clock: Clock, tmp_path: Path, jump: timedelta):
    beat = begun(tmp_path)
    live(beat, clock, 20)
    clock.at += jump
    assert live(beat, clock, 20) >= 3
    clock.at -= jump
    assert live(beat, clock, 20) >= 3
    beat.close()


def test_a_beat_that_is_started_again_does_not_wait_for_the_time_in_its_file(clock: Clock, tmp_path: Path):
    clock.at += FOUR_YEARS
    beat = begun(tmp_path)
    live(beat, clock, 20)
    beat.close()
    clock.at -= FOUR_YEARS
    again = begun(tmp_path)
    assert live(again, clock, 20) >= 3
    again.close()


def test_without_a_jump_nothing_is_sent_more_often_than_it_should_be(clock: Clock, tmp_path: Path):
    beat = begun(tmp_path)
    assert live(beat, clock, 50) <= 11
    beat.close()


def test_the_platform_uses_this_scheduler():
    assert platform_app.conf.beat_scheduler == f"{SteadyScheduler.__module__}:{SteadyScheduler.__name__}"

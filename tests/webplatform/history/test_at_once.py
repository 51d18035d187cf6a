"""Two hands on one session at the same time, each on a database connection of its own."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from tests.webplatform.history.readings import face, frame
from webplatform.common.errors import Conflict
from webplatform.history.models import Observation, Session, Track
from webplatform.history.services import append_readings, close_session, delete_session

pytestmark = pytest.mark.django_db(transaction=True)


class Writer(threading.Thread):
    """A worker that appends one frame after the other until it is refused."""

    def __init__(self, session: Session) -> None:
        super().__init__(daemon=True)
        self.session = Session.objects.get(pk=session.pk)
        self.has_written = threading.Event()
        self.ended_with: Exception | None = None

    def run(self) -> None:
        try:
            for number in range(100_000):
                append_readings(session=self.session, readings=[frame(200 * number, face(1 + number % 5, happy=1.0))])
                self.has_written.set()
                threading.Event().wait(
                    0.005
                )  # SQLite's lock is not fair: a writer without a breath lets nobody else in
        except Exception as error:  # kept for the test to look at
            self.ended_with = error
        finally:
            connection.close()


def _interrupted_by(session, act):
    writer = Writer(session)
    writer.start()
    assert writer.has_written.wait(30)
    act()
    writer.join(30)
    assert not writer.is_alive()
    return writer.ended_with


def test_a_worker_learns_that_its_session_was_deleted_and_leaves_nothing_behind(session, owner):
    ended_with = _interrupted_by(session, lambda: delete_session(session=session, user=owner))
    assert isinstance(ended_with, Conflict)
    assert not Session.objects.exists()
    assert not Track.objects.exists()
    assert not Observation.objects.exists()


def test_a_closed_session_has_a_summary_of_everything_it_holds(session):
    ended_with = _interrupted_by(session, lambda: close_session(session=session, duration_ms=1000, is_partial=False))
    assert isinstance(ended_with, Conflict)
    closed = Session.objects.get()
    held = closed.summary["observations"] + closed.summary["glimpses"]["observations"]
    assert held == Observation.objects.count() == closed.frames_scored

"""The erasure log gets its line, also if the process dies after the commit or the disk is full."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.full_disk import files_end_at
from webplatform.history import erasure_log, erasure_log_lines
from webplatform.history.erasing import erase_session
from webplatform.history.models import LedgerLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def erased(session, django_capture_on_commit_callbacks) -> str:
    """A session that was erased by a process that died before anything followed the commit."""
    with django_capture_on_commit_callbacks(execute=False):
        erase_session(session=session)
    return str(session.pk)


@pytest.fixture
def later(monkeypatch):
    monkeypatch.setattr(erasure_log_lines, "LEFT_AFTER", -erasure_log_lines.LEFT_AFTER)


def subjects() -> list[str]:
    return [entry["subject"] for entry in erasure_log.entries()]


def test_a_line_that_a_dying_process_left_is_written_by_the_housekeeper(erased, later):
    assert subjects() == []
    assert erasure_log_lines.write_pending_lines() == 1
    assert (subjects(), LedgerLine.objects.count(), erasure_log_lines.write_pending_lines()) == ([erased], 0, 0)


def test_a_line_that_is_being_written_is_left_alone(erased):
    assert (erasure_log_lines.write_pending_lines(), LedgerLine.objects.count()) == (0, 1)


def test_a_full_disk_costs_no_line(session, later, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False) as follows:
        erase_session(session=session)
    with files_end_at(0):
        for follow in follows:
            with suppress(OSError):  # the platform logs it and goes on
                follow()
    assert LedgerLine.objects.count() == 1
    erasure_log_lines.write_pending_lines()
    assert subjects() == [str(session.pk)]


def test_what_was_committed_is_in_the_erasure_log_at_once(session, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erase_session(session=session)
    assert (subjects(), LedgerLine.objects.count()) == ([str(session.pk)], 0)

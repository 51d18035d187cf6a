"""Restarts of a worker, a database or a clock cost a job no attempt."""

import time
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from webplatform.analysis import stale_jobs, work
from webplatform.analysis.models import AnalysisJob
from webplatform.common.system import worker_shutdown
from webplatform.jobs import heartbeat, outages
from webplatform.jobs.requeue import unsent

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked_to_end(monkeypatch):
    """`asked_to_end()`: the worker gets SIGTERM."""
    yield worker_shutdown.note_shutdown
    worker_shutdown._is_ending.clear()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_asked_to_end_hands_its_job_back_at_no_cost(submit, fake_engine, asked_to_end, monkeypatch):
    monkeypatch.setattr(heartbeat, "CHECK_EVERY_S", 0.02)
    for _restart in range(4):
        job = AnalysisJob.objects.first() or submit()

        def end_and_read_on(at: int) -> None:
            if at == 5:
                asked_to_end()
                _await(lambda: AnalysisJob.objects.get().state == "queued")

        fake_engine.on_step = end_and_read_on
        work.run_job(job.pk)
        worker_shutdown._is_ending.clear()
        now = AnalysisJob.objects.get()
        assert (now.state, now.attempts, now.lease, now.enqueued_at) == ("queued", 0, None, None)
    fake_engine.on_step = lambda at: None
    work.run_job(job.pk)
    now = AnalysisJob.objects.get()
    assert (now.state, now.attempts, now.session.frames_sampled) == ("done", 1, 10)


def test_a_database_that_was_away_costs_no_attempt(submit, fake_engine, monkeypatch):
    job = submit()

    def lose_database(at: int) -> None:
        if at == 5:
            raise OperationalError("terminating connection due to administrator command")

    fake_engine.on_step = lose_database
    monkeypatch.setattr(outages, "connection", SimpleNamespace(is_usable=lambda: False, close=lambda: None))
    work.run_job(job.pk)
    now = AnalysisJob.objects.get()
    assert (now.state, now.attempts, now.session.state) == ("queued", 0, "open")


def test_a_dead_job_is_found_also_after_the_clock_was_set_back(submit):
    submit()
    AnalysisJob.objects.update(state="running", lease=uuid4(), heartbeat_at=timezone.now() + timedelta(days=2))
    assert stale_jobs.release_stale_jobs() == 1
    AnalysisJob.objects.update(enqueued_at=timezone.now() + timedelta(days=2), queued_at=timezone.now())
    assert unsent(AnalysisJob.objects.all()).count() == 1


def _await(condition) -> None:
    deadline_s = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)

"""What every kind of job rests on: one claims it, a late writer is refused, a stale one is requeued or given up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from webplatform.analysis.models import AnalysisJob, PlaybackCopy, Stretch
from webplatform.exporting.models import ExportJob
from webplatform.jobs.leases import claim, hand_back
from webplatform.jobs.requeue import LONGEST_WAIT, release, release_stale, unsent
from webplatform.learning.models import Comparison, Dataset, TrainingRun
from webplatform.results.models import StudyFigures
from webplatform.retention.models import DataExport
from webplatform.retention.services import request_export
from webplatform.retention.work import give_up

KINDS = (AnalysisJob, Stretch, PlaybackCopy, ExportJob, DataExport, StudyFigures, Dataset, TrainingRun, Comparison)
ROWS = DataExport.objects.all()

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(owner):
    """A job of the plainest kind, waiting."""
    return request_export(of=owner, language="en")


def age(**fields: object) -> None:
    DataExport.objects.update(**fields)


def test_of_two_workers_one_gets_the_job(job):
    first = claim(ROWS, job.pk)
    assert (first.state, first.attempts, first.held.count()) == ("running", 1, 1)
    assert claim(ROWS, job.pk) is None


def test_a_worker_that_comes_late_may_not_write_to_a_job_that_another_one_has(job):
    late = claim(ROWS, job.pk)
    age(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert release_stale(ROWS, give_up) == [job]
    second = claim(ROWS, job.pk)
    assert not late.held.update(state="done")
    assert not hand_back(late.held)
    assert (second.attempts, second.held.update(state="done")) == (2, 1)
    assert not second.held.exists()


def test_a_job_whose_worker_showed_a_heartbeat_meanwhile_is_neither_requeued_nor_given_up(job):
    claim(ROWS, job.pk)
    for attempts in (1, 3):
        age(attempts=attempts, heartbeat_at=timezone.now() - timedelta(hours=1))
        seen = ROWS.get()
        age(heartbeat_at=timezone.now())
        assert not release(seen, give_up)
    assert ROWS.get().state == "running"


def test_a_job_is_given_up_after_as_many_attempts_as_the_operator_allows(job, settings):
    settings.RAUT_JOB_MAX_ATTEMPTS = 2
    for state in ("queued", "failed"):
        claim(ROWS, job.pk)
        age(heartbeat_at=timezone.now() - timedelta(hours=1))
        release_stale(ROWS, give_up)
        assert ROWS.get().state == state


def test_a_message_is_sent_again_at_doubling_intervals_up_to_the_longest(job):
    now = timezone.now()
    for queued_s, sent_s, is_due in ((60, 30, False), (60, 40, True), (1, 1, False), (36_000, 590, False)):
        age(asked_at=now - timedelta(seconds=queued_s), enqueued_at=now - timedelta(seconds=sent_s))
        assert unsent(ROWS).exists() == is_due
    age(enqueued_at=now - LONGEST_WAIT - timedelta(seconds=1))
    assert unsent(ROWS).exists()
    age(enqueued_at=now + timedelta(days=2))  # the clock was set back
    assert unsent(ROWS).exists()


@pytest.mark.parametrize("kind", KINDS)
def test_waiting_jobs_of_every_kind_are_found_by_a_column_that_they_have(kind):
    assert list(unsent(kind.objects.all())) == []
    assert release_stale(kind.objects.all(), give_up) == []

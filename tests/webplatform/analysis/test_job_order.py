"""Whose video is read next, and what those who wait are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from webplatform.accounts.models import User
from webplatform.analysis import tasks, work
from webplatform.analysis.job_order import USUAL_BYTES_PER_S, measured_rate, next_job, waiting_turns
from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.analysis.progress import publish_turns
from webplatform.history.models import Session
from webplatform.studies.services import personal_study

MINUTE = 60 * USUAL_BYTES_PER_S


@pytest.fixture
def waits(owner, consent_of):
    """`waits(user, title, minutes)`: a video that takes so many minutes, and waits since so many seconds."""

    def add(user: User, title: str, minutes: float, *, since_s: float = 0, **job) -> AnalysisJob:
        session = Session.objects.create(
            study=personal_study(user),
            consent=consent_of(user),
            created_by=user,
            title=title,
            source="upload",
            every_ms=200,
        )
        MediaFile.objects.create(session=session, stored_name="a", size_bytes=int(minutes * MINUTE), sha256="0" * 64)
        queued_at = timezone.now() - timedelta(seconds=since_s)
        return AnalysisJob.objects.create(session=session, queued_at=queued_at, **job)

    return add


def titles() -> list[str]:
    names = dict(AnalysisJob.objects.values_list("pk", "session__title"))
    return [names[turn.job] for turn in waiting_turns()]


def test_many_videos_of_one_person_do_not_hold_up_anothers_one(waits, owner, stranger):
    for n in range(5):
        waits(owner, f"many {n}", 2, since_s=60 - n)
    waits(stranger, "one", 2, since_s=5)
    assert titles() == ["many 0", "one", "many 1", "many 2", "many 3", "many 4"]


def test_a_short_video_does_not_wait_behind_an_hour_of_somebody_else(waits, owner, stranger):
    waits(owner, "an hour", 60, since_s=60)
    waits(stranger, "a minute", 1)
    assert titles() == ["a minute", "an hour"]


def test_what_runs_already_counts_for_its_person(waits, owner, stranger):
    waits(owner, "runs", 30, state=AnalysisJob.State.RUNNING)
    waits(owner, "mine", 1, since_s=30)
    waits(stranger, "other", 5)
    assert titles() == ["other", "mine"]


def test_nobody_waits_for_ever(waits, owner, stranger):
    waits(owner, "an hour", 60, since_s=3600)
    for n in range(3):
        waits(stranger, f"short {n}", 1)
    assert titles()[0] == "an hour"


def test_the_expected_time_rests_on_what_was_measured_and_on_how_many_jobs_run(waits, owner, stranger):
    now = timezone.now()
    done = {"state": AnalysisJob.State.DONE, "started_at": now - timedelta(seconds=30), "finished_at": now}
    waits(owner, "read", 1, **done)
    assert measured_rate() == pytest.approx(2 * USUAL_BYTES_PER_S)
    for n in range(2):
        waits(owner, f"runs {n}", 2, state=AnalysisJob.State.RUNNING, progress=0.5)
    waits(stranger, "first", 1)
    waits(stranger, "second", 1)
    # Two jobs run, each with 30.5 s left; then 31 s of the first one, on either of them.
    assert [round(turn.wait_s, 1) for turn in waiting_turns()] == [30.5, 46.0]


def test_programs_see_place_and_time_of_a_job_that_waits_and_of_no_other(waits, owner, stranger, api_of):
    waits(stranger, "runs", 1, state=AnalysisJob.State.RUNNING)
    waits(stranger, "before", 1, since_s=60)
    job = waits(owner, "mine", 3)
    told = api_of(owner).get(reverse("api-analysis", args=[job.pk])).json()
    assert (told["queue_place"], told["starts_in_s"]) == (2, pytest.approx(122, abs=1))
    AnalysisJob.objects.filter(pk=job.pk).update(state=AnalysisJob.State.FAILED)
    told = api_of(owner).get(reverse("api-analysis", args=[job.pk])).json()
    assert (told["queue_place"], told["starts_in_s"]) == (None, None)


def test_a_list_of_jobs_reads_the_order_once(waits, owner, api_of, django_assert_max_num_queries):
    for n in range(10):
        waits(owner, f"many {n}", 1)
    with django_assert_max_num_queries(18):
        rows = api_of(owner).get(reverse("api-analyses")).json()["results"]
    assert sorted(row["queue_place"] for row in rows) == list(range(1, 11))


def test_a_message_starts_the_job_whose_turn_it_is(waits, owner, stranger, monkeypatch):
    first = waits(owner, "an hour", 60, since_s=10)
    short = waits(stranger, "a minute", 1)
    begun = []
    monkeypatch.setattr(work, "run_job", begun.append)
    tasks.analyse(str(first.pk))
    assert begun == [short.pk]
    AnalysisJob.objects.update(state=AnalysisJob.State.CANCELLED)
    assert next_job() is None
    tasks.analyse(str(first.pk))
    assert begun == [short.pk, first.pk]


def test_telling_those_who_wait_reads_the_order_once(waits, owner, django_assert_num_queries):
    for n in range(5):
        waits(owner, f"many {n}", 1)
    with django_assert_num_queries(3 + 5 * 2):  # the order; of each its job and who is told
        publish_turns()

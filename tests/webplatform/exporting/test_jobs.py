"""An export job's life: who may, how it ends, and that nothing of it outlives what it holds."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from webplatform.accounts.events import account_disabled
from webplatform.accounts.models import User
from webplatform.analysis.models import MediaFile
from webplatform.common.errors import Conflict, Invalid, KeyGone, NotFound
from webplatform.consent.services import withdraw_consent
from webplatform.exporting import content as contents
from webplatform.exporting.job_endings import lost_files
from webplatform.exporting.models import ExportJob, export_jobs_folder
from webplatform.exporting.options import Options, checked_options
from webplatform.exporting.services import MOST_WAITING, delete_export_job, request_export_job
from webplatform.exporting.work import give_up, run_export_job
from webplatform.history.erasing import close_readings, erase_session
from webplatform.history.models import Session
from webplatform.jobs.requeue import release_stale, unsent
from webplatform.retention.erasing import erase_account_data
from webplatform.retention.purge import dry_run_purge, purge
from webplatform.studies.models import Membership
from webplatform.vault.keys import key_of

CSV = ExportJob.Format.CSV


def ask(user, *sessions, kind=CSV, options=None):
    keys = [session.pk for session in sessions]
    return request_export_job(user=user, kind=kind, options=options or Options(), language="en", sessions=keys)


def is_gone(job: ExportJob) -> bool:
    """Whether nobody can read the file: there is neither the file nor its key."""
    with pytest.raises(KeyGone):
        key_of(job.key_name)
    return list(export_jobs_folder().glob(f"{job.pk}*")) == []


def state_of(job: ExportJob) -> str:
    return ExportJob.objects.get(pk=job.pk).state


class TestWhoMay:
    def test_a_viewer_may_and_only_they_reach_it(self, told, viewer, owner):
        job = ask(viewer, told)
        assert list(ExportJob.objects.for_user(viewer)) == [job]
        assert list(ExportJob.objects.for_user(owner)) == []

    def test_a_stranger_may_not(self, told, stranger):
        with pytest.raises(NotFound):
            ask(stranger, told)

    def test_who_left_the_study_does_not_reach_it_any_more(self, told, viewer):
        job = ask(viewer, told)
        run_export_job(job.pk)
        Membership.objects.filter(user=viewer).delete()
        assert list(ExportJob.objects.for_user(viewer)) == []

    def test_who_left_before_it_was_made_gets_nothing(self, told, viewer):
        job = ask(viewer, told)
        Membership.objects.filter(user=viewer).delete()
        run_export_job(job.pk)
        assert state_of(job) == "failed"


class TestRefusals:
    def test_nothing_to_export(self, told, owner):
        Session.objects.filter(pk=told.pk).update(state="failed")
        with pytest.raises(Conflict, match="nothing to export"):
            ask(owner, told)

    def test_an_unknown_kind_or_face_and_faces_of_several(self, told, session_like, owner):
        with pytest.raises(Invalid, match="no such kind"):
            ask(owner, told, kind="exe")
        with pytest.raises(Invalid, match="no face 9"):
            ask(owner, told, options=checked_options(faces=[9]))
        with pytest.raises(Invalid, match="one session only"):
            ask(owner, told, session_like(told), options=checked_options(faces=[1]))

    def test_blurring_the_others_needs_somebody_who_is_not_one(self):
        with pytest.raises(Invalid, match="Choose the faces"):
            checked_options(blur="others")
        with pytest.raises(Invalid):
            checked_options(blur="nonsense")

    def test_too_many_at_once(self, told, owner):
        for _n in range(MOST_WAITING):
            ask(owner, told)
        with pytest.raises(Conflict, match="Wait until one is done"):
            ask(owner, told)


class TestEnding:
    def test_a_withdrawal_ends_a_copy_that_was_made_before(self, told, owner, made, django_capture_on_commit_callbacks):
        job = made("csv", told)
        with django_capture_on_commit_callbacks(execute=True):
            withdraw_consent(of=owner)
        assert is_gone(job)
        assert state_of(job) == "ended"

    def test_taking_back_only_the_video_ends_only_what_shows_it(
        self, told, owner, made, django_capture_on_commit_callbacks
    ):
        table, video = made("csv", told), made("csv", told)
        ExportJob.objects.filter(pk=video.pk).update(format="video")
        with django_capture_on_commit_callbacks(execute=True):
            withdraw_consent(of=owner, scopes=["keep_media"])
        assert (state_of(table), state_of(video)) == ("done", "ended")
        assert is_gone(video)

    def test_an_erased_session_takes_along_what_it_is_in(
        self, told, session_like, made, django_capture_on_commit_callbacks
    ):
        other = session_like(told)
        both, only_other = made("csv", told, other), made("csv", other)
        with django_capture_on_commit_callbacks(execute=True):
            erase_session(session=told)
        assert is_gone(both)
        assert (state_of(both), state_of(only_other)) == ("ended", "done")
        assert "deleted" in ExportJob.objects.get(pk=both.pk).error_message

    def test_readings_whose_time_is_over_take_it_along(self, told, made, django_capture_on_commit_callbacks):
        job = made("csv", told)
        with django_capture_on_commit_callbacks(execute=True):
            close_readings(session=told)
        assert is_gone(job)

    def test_a_worker_that_is_at_it_writes_nothing_any_more(self, told, owner, monkeypatch, settings):
        job = ask(owner, told)
        pages = contents._pages

        def erased_meanwhile(session, faces):
            yield from pages(session, faces)
            erase_session(session=Session.objects.get(pk=session.pk))

        monkeypatch.setattr(contents, "_pages", erased_meanwhile)
        run_export_job(job.pk)
        assert is_gone(job)
        assert state_of(job) == "ended"

    def test_deleting_it(self, told, made, django_capture_on_commit_callbacks):
        job = made("csv", told)
        with django_capture_on_commit_callbacks(execute=True):
            delete_export_job(job=job)
        assert is_gone(job)
        assert not ExportJob.objects.exists()

    def test_an_erased_account_takes_its_exports_along(self, told, made, viewer, django_capture_on_commit_callbacks):
        job = ask(viewer, told)
        run_export_job(job.pk)
        with django_capture_on_commit_callbacks(execute=True):
            erase_account_data(viewer)
        assert is_gone(job)
        assert not ExportJob.objects.exists()

    def test_a_disabled_account_makes_none(self, told, viewer):
        job = ask(viewer, told)
        account_disabled.send(sender=User, user=viewer)
        run_export_job(job.pk)
        assert state_of(job) == "ended"


class TestRetention:
    def test_it_expires_by_the_servers_days(self, told, made, settings, django_capture_on_commit_callbacks):
        settings.RAUT_EXPORT_DAYS = 2
        job = made("csv", told)
        assert job.expires_at - job.finished_at == pytest.approx(timedelta(days=2), abs=timedelta(seconds=5))
        later = timezone.now() + timedelta(days=3)
        assert dry_run_purge(now=later)["exports"] == 1
        with django_capture_on_commit_callbacks(execute=True):
            purge(now=later)
        assert is_gone(job)

    def test_it_never_outlives_the_readings_in_it(self, told, made):
        Session.objects.filter(pk=told.pk).update(
            closed_at=timezone.now() - told.study.retention.observation_time + timedelta(days=1)
        )
        job = made("csv", told)
        assert job.expires_at - timezone.now() < timedelta(days=1)

    def test_what_a_dead_worker_left_goes(self, told, made):
        job = made("csv", told)
        left = export_jobs_folder() / f"{uuid4()}.abc.part"
        left.write_bytes(b"half")
        assert lost_files(timezone.now() + timedelta(days=2)) == [left]
        purge(now=timezone.now() + timedelta(days=2))
        assert not left.exists()
        assert job.file.exists()


class TestWorkers:
    def test_a_message_that_comes_twice_makes_one_file(self, told, made):
        job = made("csv", told)
        run_export_job(job.pk)
        assert ExportJob.objects.get(pk=job.pk).attempts == 1

    def test_a_worker_that_died_is_followed_by_another_and_at_last_given_up(self, told, owner):
        job = ask(owner, told)
        silent = {"state": "running", "lease": uuid4(), "heartbeat_at": timezone.now() - timedelta(hours=1)}
        ExportJob.objects.filter(pk=job.pk).update(**silent, attempts=1)
        release_stale(ExportJob.objects.all(), give_up)
        assert state_of(job) == "queued"
        assert [*unsent(ExportJob.objects.all())] == [job]
        ExportJob.objects.filter(pk=job.pk).update(**silent, attempts=3)
        release_stale(ExportJob.objects.all(), give_up)
        assert state_of(job) == "failed"
        assert "stopped 3 times" in ExportJob.objects.get(pk=job.pk).error_message

    def test_what_goes_wrong_is_said_and_leaves_nothing(self, told, owner, monkeypatch):
        job = ask(owner, told)
        monkeypatch.setattr(contents, "_pages", lambda session, faces: iter([[object()]]))
        run_export_job(job.pk)
        job.refresh_from_db()
        assert (job.state, job.error_code) == ("failed", "internal")
        assert list(export_jobs_folder().glob("*.part")) == []

    def test_the_file_is_sealed(self, told, made):
        job = made("csv", told)
        assert b"t_ms" not in job.file.read_bytes()


def test_no_video_where_none_is_kept(told, owner):
    with pytest.raises(Conflict, match="No video"):
        ask(owner, told, kind="video")
    assert not MediaFile.objects.exists()

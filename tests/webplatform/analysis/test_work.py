"""The worker's part: claiming, reading, stopping, and ending in a state that says what happened."""

import os
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from inference import BadPrior
from tests.webplatform.analysis.conftest import UNREADABLE
from webplatform.accounts.people import disable_account
from webplatform.analysis import runs, stale_jobs, tasks, work
from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.analysis.orphan_files import remove_orphan_files
from webplatform.analysis.services import cancel_job, retry_job
from webplatform.consent.models import ConsentRecord
from webplatform.consent.services import withdraw_consent
from webplatform.history.models import Observation, Session, Track
from webplatform.history.services import delete_session
from webplatform.jobs.requeue import release, unsent
from webplatform.studies.models import Study
from webplatform.vault.keys import keep_key, kept_keys
from webplatform.vault.sealed import new_key


def job_now() -> AnalysisJob:
    return AnalysisJob.objects.select_related("session").get()


def age(**fields: object) -> None:
    AnalysisJob.objects.update(**fields)


def test_a_job_turns_its_video_into_a_closed_session(submit, fake_engine, model_version):
    work.run_job(submit().pk)
    job, session = job_now(), Session.objects.get()
    assert (job.state, job.attempts, job.progress, job.faces_found) == ("done", 1, 1.0, 1)
    assert (job.lease, job.error_code) == (None, "")
    assert (session.state, session.model_version) == ("closed", model_version)
    assert (session.frames_sampled, session.frames_scored, session.frames_without_face) == (10, 8, 2)
    assert session.frames_decoded == 60
    assert Observation.objects.count() == 8


def test_a_video_is_read_as_its_study_expects_expressions_to_be_frequent(submit, fake_engine):
    job = submit()
    Study.objects.update(prior=[0.1, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1])
    work.run_job(job.pk)
    assert fake_engine.prior == (0.1, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1)
    assert Session.objects.get().prior == list(fake_engine.prior)


def test_a_model_that_states_no_shares_fails_the_job_with_the_reason(submit, fake_engine):
    fake_engine.error = BadPrior("this model does not state how frequent each expression was where it learnt.")
    work.run_job(submit().pk)
    assert (job_now().state, job_now().error_code) == ("failed", "bad_model")


def test_a_second_message_for_the_same_job_changes_nothing(submit, fake_engine):
    job = submit()
    work.run_job(job.pk)
    work.run_job(job.pk)
    assert job_now().attempts == 1
    assert Observation.objects.count() == 8


def test_a_message_for_a_job_that_is_gone_does_nothing(db):
    work.run_job(uuid4())


def test_readings_are_stored_in_batches_and_none_is_lost_between_them(submit, fake_engine, monkeypatch):
    monkeypatch.setattr(work, "BATCH_READINGS", 3)
    work.run_job(submit().pk)
    assert list(Observation.objects.values_list("t_ms", flat=True)) == [0, 200, 400, 1000, 1200, 1400, 1600, 1800]


def test_an_unreadable_video_fails_with_its_reason(submit, fake_engine):
    fake_engine.error = UNREADABLE
    work.run_job(submit().pk)
    job = job_now()
    assert (job.state, job.error_code) == ("failed", "unreadable_video")
    assert job.error_message == "clip.mp4 is not a video that can be read."
    assert job.session.state == "failed"


def test_an_unforeseen_error_tells_the_user_nothing_of_its_inside(submit, fake_engine, caplog):
    fake_engine.error = ZeroDivisionError("secret detail")
    work.run_job(submit().pk)
    job = job_now()
    assert (job.state, job.error_code) == ("failed", "internal")
    assert "secret" not in job.error_message
    assert "secret detail" in caplog.text


def test_a_cancelled_job_stops_at_the_next_frame(submit, fake_engine, owner):
    steps = []

    def cancel(at):
        steps.append(at)
        if at == 4:
            cancel_job(job=job_now(), user=owner)

    fake_engine.on_step = cancel
    work.run_job(submit().pk)
    assert steps[-1] == 4
    assert job_now().state == "cancelled"
    assert Session.objects.get().state == "failed"


def test_a_worker_that_is_slow_to_stop_does_not_disturb_the_next_attempt(submit, fake_engine, owner, monkeypatch):
    monkeypatch.setattr(runs, "BEAT_EVERY_S", 3600)  # it looks up only when it writes, at the end
    first = submit()

    def start_again(at):
        if at == 5:
            cancel_job(job=job_now(), user=owner)
            retry_job(job=job_now(), user=owner)
            fake_engine.on_step = lambda at: None
            work.run_job(first.pk)

    fake_engine.on_step = start_again
    work.run_job(first.pk)
    assert (job_now().state, job_now().attempts) == ("done", 2)
    assert Observation.objects.count() == 8
    assert Session.objects.get().frames_sampled == 10


def test_a_job_taken_away_is_not_written_to_any_more(submit, fake_engine, monkeypatch):
    monkeypatch.setattr(work, "BATCH_READINGS", 2)
    other = uuid4()
    fake_engine.on_step = lambda at: at == 5 and age(lease=other)
    work.run_job(submit().pk)
    job = job_now()
    assert (job.state, job.lease) == ("running", other)
    assert Session.objects.get().state == "open"
    assert Observation.objects.count() == 3  # frames 0 to 3, of which the last had no face


def test_a_lost_lease_undoes_the_batch_that_was_being_written(submit, fake_engine, monkeypatch):
    monkeypatch.setattr(runs, "BEAT_EVERY_S", 3600)
    fake_engine.on_step = lambda at: at == 9 and age(lease=uuid4())
    work.run_job(submit().pk)
    assert Observation.objects.count() == 0
    assert job_now().state == "running"


def test_deleting_the_session_ends_the_work_quietly(submit, fake_engine, owner):
    job = submit()
    fake_engine.on_step = lambda at: at == 5 and delete_session(session=Session.objects.get(), user=owner)
    work.run_job(job.pk)
    assert not AnalysisJob.objects.exists()
    assert not Track.objects.exists()


def test_a_job_starts_from_an_empty_session_after_its_worker_died(submit, fake_engine, settings, sent):
    fake_engine.on_step = lambda at: at == 7 and (_ for _ in ()).throw(SystemExit)
    job = submit()
    with pytest.raises(SystemExit):
        work.run_job(job.pk)
    assert job_now().state == "running"
    age(heartbeat_at=timezone.now() - timedelta(seconds=settings.RAUT_JOB_STALE_SECONDS + 1))
    tasks.requeue_stale_jobs()
    assert sent == [str(job.pk)] * 2
    fake_engine.on_step = lambda at: None
    work.run_job(job.pk)
    assert (job_now().state, job_now().attempts) == ("done", 2)
    assert Observation.objects.count() == 8
    assert Session.objects.get().frames_sampled == 10


def test_a_worker_with_a_fresh_heartbeat_keeps_its_job(submit):
    submit()
    age(state="running", lease=uuid4(), heartbeat_at=timezone.now())
    assert stale_jobs.release_stale_jobs() == 0
    assert job_now().state == "running"


def test_a_job_that_keeps_killing_its_worker_is_given_up(submit):
    submit()
    age(state="running", lease=uuid4(), heartbeat_at=timezone.now() - timedelta(hours=1), attempts=3)
    assert stale_jobs.release_stale_jobs() == 1
    job = job_now()
    assert (job.state, job.error_code, job.session.state) == ("failed", "worker_lost", "failed")
    assert "3 times" in job.error_message


def test_a_job_that_ended_while_it_was_looked_at_is_not_given_up(submit, monkeypatch):
    submit()
    age(state="running", lease=uuid4(), heartbeat_at=timezone.now() - timedelta(hours=1), attempts=3)
    seen = job_now()
    age(heartbeat_at=timezone.now())
    assert not release(seen, stale_jobs.give_up)
    assert (job_now().state, job_now().session.state) == ("running", "open")


def test_a_job_whose_message_was_never_sent_is_sent_by_the_beat(submit, sent):
    job = submit()
    age(enqueued_at=None)
    tasks.requeue_stale_jobs()
    assert sent == [str(job.pk)] * 2


def test_a_waiting_job_is_sent_again_at_doubling_intervals(submit):
    submit()
    now = timezone.now()
    age(queued_at=now - timedelta(seconds=60), enqueued_at=now - timedelta(seconds=30))
    assert not unsent(
        AnalysisJob.objects.all()
    )  # its last message came after 30 s: the next one is due 40 s after that
    age(enqueued_at=now - timedelta(seconds=40))
    assert unsent(AnalysisJob.objects.all()).count() == 1  # after 20 s, so due 30 s later


def test_no_video_is_read_once_the_consent_was_withdrawn(submit, fake_engine, owner):
    job = submit()
    ConsentRecord.objects.update(withdrawn_at=timezone.now())  # behind the back of the service that stops the job
    work.run_job(job.pk)
    assert (job_now().state, job_now().error_code) == ("failed", "consent_missing")
    assert Observation.objects.count() == 0


def test_the_jobs_of_a_disabled_account_stop_and_write_nothing_more(submit, fake_engine, owner, stranger):
    stranger.is_staff = True

    def disable(at):
        if at == 5:
            disable_account(person=owner, by=stranger)
            assert job_now().state == "cancelled"

    fake_engine.on_step = disable
    job = submit()
    work.run_job(job.pk)
    assert job_now().state == "cancelled"
    assert not Observation.objects.exists()


def test_a_withdrawal_cancels_the_job_at_once_and_then_removes_its_session(
    submit, fake_engine, owner, django_capture_on_commit_callbacks
):
    job = submit()
    folder = job.session.folder
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=owner)
        assert job_now().state == "cancelled"
    work.run_job(job.pk)
    assert not Session.objects.exists()
    assert not folder.exists()


def test_a_video_that_may_not_be_kept_goes_when_it_was_analysed(
    submit, fake_engine, django_capture_on_commit_callbacks
):
    job = submit()
    Study.objects.update(capture_mode=Study.CaptureMode.READINGS)
    with django_capture_on_commit_callbacks(execute=True):
        work.run_job(job.pk)
    assert job_now().state == "done"
    assert not MediaFile.objects.exists()
    assert list(job.session.folder.iterdir()) == []
    assert Observation.objects.exists()


def test_taking_back_the_keeping_of_videos_removes_them_and_leaves_the_readings(
    submit, fake_engine, owner, django_capture_on_commit_callbacks
):
    job = submit()
    work.run_job(job.pk)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=owner, scopes=["keep_media"])
    assert list(job.session.folder.iterdir()) == []
    assert Observation.objects.exists()


def test_no_study_that_the_law_forbids_is_read(submit, fake_engine):
    job = submit()
    Study.objects.update(setting=Study.Setting.WORKPLACE)
    work.run_job(job.pk)
    assert (job_now().state, job_now().error_code) == ("failed", "not_allowed")


def test_a_video_that_vanished_fails_with_a_sentence(submit, fake_engine):
    job = submit()
    (job.session.folder / "media.mp4.sealed").unlink()
    work.run_job(job.pk)
    assert job_now().error_message == "The video is not on the server any more."


@pytest.mark.django_db(transaction=True)
def test_the_heart_beats_on_while_one_frame_takes_long(submit, fake_engine, settings):
    settings.RAUT_JOB_STALE_SECONDS = 0.04
    long_ago = timezone.now() - timedelta(hours=1)
    beats = []

    def wait_for_a_beat(at):
        if at != 5:
            return
        age(heartbeat_at=long_ago)
        deadline_s = time.monotonic() + 20
        while job_now().heartbeat_at == long_ago and time.monotonic() < deadline_s:
            pass
        beats.append(job_now().heartbeat_at)

    fake_engine.on_step = wait_for_a_beat
    work.run_job(submit().pk)
    assert beats[0] > long_ago
    assert job_now().state == "done"


def test_orphan_folders_and_keys_go_and_everything_else_stays(submit, settings, tmp_path):
    kept = submit().session.folder
    orphan, foreign = kept.parent / str(uuid4()), kept.parent / "notes"
    for folder in (orphan, foreign):
        folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "uploads")
    half = tmp_path / "uploads" / "x.upload"
    half.parent.mkdir()
    half.touch()
    keep_key(str(uuid4()), new_key())
    for path in (kept, orphan, foreign, half, *kept_keys()):
        os.utime(path, (1, 1))
    assert remove_orphan_files() == 3
    assert [key.name for key in kept_keys()] == [kept.name]
    assert sorted(kept.parent.iterdir()) == sorted([kept, foreign])
    assert not half.exists()

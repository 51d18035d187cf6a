"""Long videos on the platform: cut, read by several workers, joined; and what deaths, retries and deletions do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

import inference
from inference import Engine
from tests import clips
from tests.inference.conftest import FakeClassifier, FakeDetector
from webplatform.analysis import job_order, stale_jobs, stretch_work, stretches, tasks, work
from webplatform.analysis.models import AnalysisJob, Stretch
from webplatform.analysis.recordings import open_media
from webplatform.analysis.services import cancel_job, retry_job
from webplatform.common.errors import Damaged
from webplatform.consent.services import withdraw_consent
from webplatform.history.models import Observation, Session, Track
from webplatform.history.services import delete_session
from webplatform.jobs.requeue import release
from webplatform.modelhub.models import ModelVersion
from webplatform.vault.sealed import new_key
from webplatform.vault.sealed_bytes import open_bytes, seal_bytes

analyse = tasks.analyse  # `sent` puts a list in its place


class Watched(Engine):
    """Reads real videos with a fake model; `on_observe(number)` runs while the n-th stretch is read."""

    def __init__(self) -> None:
        super().__init__(FakeDetector(), FakeClassifier())
        self.on_observe: Callable[[int], None] = lambda number: None
        self.observed: list[int] = []

    def observe_stretch(self, source, span, **options):
        number = span.from_ms // 1000 + 1
        self.observed.append(number)
        self.on_observe(number)
        return super().observe_stretch(source, span, **options)


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> bytes:
    """Four seconds of a face with a key frame in each."""
    path = Path(tmp_path_factory.mktemp("film")) / "film.mp4"
    return clips.write_clip(path, clips.moving_face(100, width=320, height=400), options={"g": "25"}).read_bytes()


@pytest.fixture
def engine(monkeypatch, model_version, settings) -> Watched:
    engine = Watched()
    for module in (work, stretch_work):
        monkeypatch.setattr(module, "engine_for", lambda version: engine)
    monkeypatch.setattr(work, "ensure_active_model", lambda: model_version)
    monkeypatch.setattr("webplatform.analysis.runs.BEAT_EVERY_S", 0.0)
    settings.RAUT_STRETCH_SECONDS = 1
    return engine


@pytest.fixture
def job(submit, engine, film) -> AnalysisJob:
    return submit("film.mp4", film)


def states() -> str:
    return " ".join(Stretch.objects.order_by("number").values_list("state", flat=True))


def work_off(job: AnalysisJob, times: int = 9) -> None:
    for _ in range(times):
        analyse(str(job.pk))


def read_alone(session: Session, engine: Watched) -> list[inference.FrameReading]:
    """What one reader makes of the same file, in one go and without the platform."""
    with open_media(session) as source:
        return list(engine.read_video(source, plan=inference.plan_stretches(source, least_ms=1000)))


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_history_is_that_of_one_worker_however_many_read_it(job, engine, workers):
    at_work = [1]

    def let_another_worker_in(number: int) -> None:
        if at_work[0] < workers:
            at_work[0] += 1
            stretch_work.run_stretch(job.pk)  # it reads and ends while the stretch around it is being read
            at_work[0] -= 1

    engine.on_observe = let_another_worker_in
    work_off(job, 4)
    job.refresh_from_db()
    assert (job.state, job.progress, job.lease, job.attempts) == ("done", 1.0, None, 1)
    assert sorted(engine.observed) == [1, 2, 3, 4]
    assert not Stretch.objects.exists()
    session = job.session
    session.refresh_from_db()
    assert (session.state, session.frames_decoded, session.frames_sampled) == ("closed", 100, 20)
    assert (session.frames_scored, session.duration_ms, session.is_partial, session.people) == (20, 4000, False, 1)
    fields = ("t_ms", "track__number", "reason", *inference.EMOTIONS)
    stored = Observation.objects.filter(session=session).order_by("t_ms", "track__number").values_list(*fields)
    alone = [(r.t_ms, face.track, face.reason, *face.scores) for r in read_alone(session, engine) for face in r.faces]
    assert list(stored) == [pytest.approx(row) for row in alone]


def test_a_message_cuts_the_video_sends_one_for_each_stretch_and_reads_the_first(job, sent):
    analyse(str(job.pk))
    assert states() == "done queued queued queued"
    assert sent == [str(job.pk)] * 5
    job.refresh_from_db()
    assert (job.state, job.progress, job.faces_found) == ("running", pytest.approx(0.25), 1)
    assert job.seconds_left > 0
    assert not Observation.objects.exists()
    work_off(job, 3)
    job.refresh_from_db()
    assert (job.state, job.worker_seconds > 0) == ("done", True)


def test_a_short_video_takes_one_worker_and_no_row(submit, engine, film, settings, sent):
    settings.RAUT_STRETCH_SECONDS = 3
    job = submit("film.mp4", film)
    analyse(str(job.pk))
    job.refresh_from_db()
    assert (job.state, engine.observed, sent) == ("done", [], [str(job.pk)])


def test_only_the_stretch_of_a_dead_worker_is_read_again(job, engine, settings):
    def die(number: int) -> None:
        if number == 3:
            raise SystemExit

    engine.on_observe = die
    work_off(job, 2)
    with pytest.raises(SystemExit):
        analyse(str(job.pk))
    assert states() == "done done running queued"
    Stretch.objects.filter(state="running").update(heartbeat_at=timezone.now() - timedelta(hours=1))
    AnalysisJob.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    engine.on_observe = lambda number: None
    tasks.requeue_stale_jobs()
    assert states() == "done done queued queued"
    work_off(job)
    job.refresh_from_db()
    assert (job.state, job.attempts, engine.observed) == ("done", 1, [1, 2, 3, 3, 4])


def test_a_stretch_that_kills_its_workers_again_and_again_fails_the_job(job, engine):
    work_off(job, 1)
    stretches.claim(job.pk)
    Stretch.objects.filter(state="running").update(attempts=3, heartbeat_at=timezone.now() - timedelta(hours=1))
    assert stale_jobs.release_stale_stretches() == 1
    job.refresh_from_db()
    assert (job.state, job.error_code, job.session.state) == ("failed", "worker_lost", "failed")
    assert "3 times" in job.error_message


def test_a_worker_that_shows_a_sign_of_life_keeps_its_stretch(job):
    work.run_job(job.pk)
    stretch = stretches.claim(job.pk)
    assert stale_jobs.release_stale_stretches() == 0
    Stretch.objects.filter(pk=stretch.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
    seen = Stretch.objects.get(pk=stretch.pk)
    Stretch.objects.filter(pk=stretch.pk).update(heartbeat_at=timezone.now())
    assert not release(seen, stale_jobs._give_up_stretch)
    assert (Stretch.objects.get(pk=stretch.pk).state, stale_jobs.release_stale_jobs()) == ("running", 0)


def test_cancelling_stops_every_worker_and_a_retry_goes_on_from_what_is_whole(job, engine, owner):
    work_off(job, 2)
    engine.on_observe = lambda number: number == 3 and cancel_job(job=AnalysisJob.objects.get(), user=owner)
    analyse(str(job.pk))
    assert (AnalysisJob.objects.get().state, states()) == ("cancelled", "done done running queued")
    work_off(job, 2)
    assert engine.observed == [1, 2, 3]
    engine.on_observe = lambda number: None
    retry_job(job=AnalysisJob.objects.get(), user=owner)
    work_off(job)
    assert (AnalysisJob.objects.get().state, engine.observed) == ("done", [1, 2, 3, 3, 4])
    assert Session.objects.get().frames_sampled == 20


def test_a_stretch_that_cannot_be_read_fails_the_job_and_a_retry_reads_only_what_is_missing(job, engine, owner):
    def refuse(number: int) -> None:
        if number == 2:
            raise inference.UnreadableVideo("media.mp4 is not a video that can be read.")

    engine.on_observe = refuse
    work_off(job)
    assert (AnalysisJob.objects.get().error_code, states()) == ("unreadable_video", "done failed queued queued")
    engine.on_observe = lambda number: None
    retry_job(job=AnalysisJob.objects.get(), user=owner)
    work_off(job)
    assert (AnalysisJob.objects.get().state, engine.observed) == ("done", [1, 2, 2, 3, 4])


def test_another_model_reads_all_of_it_anew(job, engine, owner, model_version, monkeypatch):
    work_off(job, 2)
    cancel_job(job=AnalysisJob.objects.get(), user=owner)
    newer = ModelVersion.objects.get(pk=model_version.pk)
    newer.pk, newer.version, newer.state, newer.digest = None, "newer", ModelVersion.State.CANDIDATE, "1" * 64
    newer.save()
    monkeypatch.setattr(work, "ensure_active_model", lambda: newer)
    retry_job(job=AnalysisJob.objects.get(), user=owner)
    work_off(job)
    assert (AnalysisJob.objects.get().state, engine.observed) == ("done", [1, 2, 1, 2, 3, 4])


def test_stretches_of_an_older_release_are_laid_out_anew(job, engine):
    work_off(job, 2)
    Stretch.objects.update(observing=inference.OBSERVING - 1)
    analyse(str(job.pk))
    assert AnalysisJob.objects.get().state == "queued"
    work_off(job)
    assert (AnalysisJob.objects.get().state, engine.observed) == ("done", [1, 2, 1, 2, 3, 4])


def test_a_worker_whose_stretch_was_taken_away_writes_nothing(job, engine):
    engine.on_observe = lambda number: number == 2 and Stretch.objects.filter(number=2).update(lease=uuid4())
    work_off(job, 2)
    row = Stretch.objects.get(number=2)
    assert (row.state, row.observed, AnalysisJob.objects.get().state) == ("running", None, "running")


def test_who_dies_while_joining_costs_no_stretch(job, engine, monkeypatch):
    def die(*args, **options):
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(stretch_work, "append", die)
        with pytest.raises(SystemExit):
            work_off(job)
    AnalysisJob.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    tasks.requeue_stale_jobs()
    work_off(job, 1)
    found = AnalysisJob.objects.get()
    assert (found.state, found.attempts, engine.observed) == ("done", 2, [1, 2, 3, 4])
    assert found.session.frames_sampled == 20


def test_a_withdrawal_in_the_middle_leaves_no_row_and_no_file(job, engine, owner, django_capture_on_commit_callbacks):
    folder = job.session.folder

    def withdraw(number: int) -> None:
        if number == 3:
            with django_capture_on_commit_callbacks(execute=True):
                withdraw_consent(of=owner)

    engine.on_observe = withdraw
    work_off(job)
    assert engine.observed == [1, 2, 3]
    assert not Stretch.objects.exists()
    assert not Session.objects.exists()
    assert not Track.objects.exists()
    assert not folder.exists()


def test_deleting_the_session_ends_every_stretch_quietly(job, engine, owner):
    engine.on_observe = lambda number: number == 2 and delete_session(session=Session.objects.get(), user=owner)
    work_off(job)
    assert engine.observed == [1, 2]
    assert not Stretch.objects.exists()


def test_what_was_observed_can_be_read_with_the_sessions_key_only(job):
    analyse(str(job.pk))
    sealed = bytes(Stretch.objects.get(number=1).observed)
    key = stretches.key_for(job.session)
    assert list(inference.unpack_stretch(open_bytes(sealed, key)))
    with pytest.raises(Damaged):
        open_bytes(sealed, new_key())
    with pytest.raises(Damaged):
        open_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]), key)
    with pytest.raises(Damaged):
        open_bytes(b"", key)
    assert seal_bytes(b"a", key) != seal_bytes(b"a", key)


def test_what_is_left_of_a_failed_job_goes_after_a_day(job, owner):
    work_off(job, 1)
    cancel_job(job=AnalysisJob.objects.get(), user=owner)
    assert stretches.forget_old_stretches() == 0
    AnalysisJob.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    assert stretches.forget_old_stretches() == 4


def test_a_lost_message_of_a_stretch_is_sent_again_after_a_while(job, sent):
    analyse(str(job.pk))
    assert stretches.unsent_stretches() == []
    now = timezone.now()
    Stretch.objects.update(queued_at=now - timedelta(seconds=60), enqueued_at=now - timedelta(seconds=40))
    assert len(stretches.unsent_stretches()) == 3
    before = len(sent)
    tasks.requeue_stale_jobs()
    assert len(sent) == before + 3


def test_a_long_video_does_not_hold_up_anothers_short_one_nor_wait_for_ever(job, stranger, consent_of, sent):
    analyse(str(job.pk))
    AnalysisJob.objects.update(queued_at=timezone.now() - timedelta(hours=2))
    session = Session.objects.create(
        study=job.session.study, consent=consent_of(stranger), created_by=stranger, title="short", source="upload",
        every_ms=200,
    )  # fmt: skip
    short = AnalysisJob.objects.create(session=session, queued_at=timezone.now() - timedelta(seconds=1))
    assert job_order.next_job() == short.pk
    assert [turn.place for turn in job_order.waiting_turns()] == [1]
    Stretch.objects.update(started_at=timezone.now() - timedelta(minutes=5))
    assert job_order.next_job() == job.pk


@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_and_end_at_the_same_moment_get_one_stretch_each_and_one_joins(job, engine):
    """On SQLite they take turns by themselves; on PostgreSQL they really meet."""
    work.run_job(job.pk)

    def claim_and_end(barrier: Barrier) -> tuple[int, bool]:
        try:
            barrier.wait()
            claimed = stretches.claim(job.pk)
            barrier.wait()
            was_held, lease = stretches.finish(claimed, b"", worker_s=1.0)
            assert was_held
            return claimed.number, lease is not None
        finally:
            connection.close()

    meeting = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(claim_and_end, [meeting] * 4))
    assert sorted(number for number, _ in ended) == [1, 2, 3, 4]
    assert [joins for _, joins in ended].count(True) == 1
    found = AnalysisJob.objects.get()
    assert (found.state, found.lease is not None, found.worker_seconds) == ("running", True, 4.0)

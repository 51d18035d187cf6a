"""Handing videos in, cancelling and trying again."""

import errno
import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import Error, connection
from kombu.exceptions import OperationalError

from tests.webplatform.analysis.conftest import AVI, MP4, WEBM, upload_of
from webplatform.analysis import orphan_files, services, tasks, uploads
from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.common.errors import AppError, Conflict, ConsentMissing, Invalid, NotAllowed, StorageFull, TooLarge
from webplatform.consent.services import withdraw_consent
from webplatform.history.media import open_file
from webplatform.history.models import Session
from webplatform.studies.models import Membership
from webplatform.vault import stored
from webplatform.vault.keys import keep_key, kept_keys


def files() -> list[Path]:
    return [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()]


def nothing_is_left() -> bool:
    rows = Session.objects.count() + MediaFile.objects.count() + AnalysisJob.objects.count()
    return rows == 0 and files() == [] and list(kept_keys()) == []


def test_a_submitted_video_waits_in_its_sessions_folder(submit, sent, owner):
    job = submit("My holiday.mp4")
    session = job.session
    assert (job.state, session.state, session.title) == ("queued", "open", "My holiday")
    assert session.consent.user == owner
    assert files() == [session.folder / "media.mp4.sealed"]
    with open_file(session, session.media.stored_name) as content:
        assert content.read() == MP4
    assert sent == [str(job.pk)]
    assert AnalysisJob.objects.get().enqueued_at is not None


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.mp4", MP4, "video/mp4"),
        ("a.mov", MP4.replace(b"mp42", b"qt  "), "video/quicktime"),
        ("b.mov", b"\x00\x00\x00\x08wide" + bytes(64), "video/quicktime"),
        ("a.webm", WEBM, "video/webm"),
        ("a.mkv", WEBM, "video/x-matroska"),
        ("A.AVI", AVI, "video/x-msvideo"),
    ],
)
def test_every_accepted_container_is_known_by_its_bytes(submit, name, content, content_type):
    assert submit(name, content).session.media.content_type == content_type


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("notes.mp4", b"This is not a video." * 9, "not a video"),
        ("empty.mp4", b"", "is empty"),
        ("picture.mp4", b"\xff\xd8\xff\xe0" + bytes(99), "a picture or an animation"),
        ("clip.gif", b"GIF89a" + bytes(99), "a picture or an animation"),
        ("IMG_1.HEIC", b"\0\0\0\x18ftypheic" + bytes(99), "a picture or an animation"),
        ("story.mp4", b"the free world and what became of it", "not a video"),
        ("page.webm", b"<!doctype html><script>1</script>", "not a video"),
    ],
)
def test_what_is_no_video_is_refused_and_nothing_is_left(submit, name, content, says):
    with pytest.raises(Invalid, match=says):
        submit(name, content)
    assert nothing_is_left()


@pytest.mark.parametrize("name", ["program.exe", "no_extension", "clip.dat"])
def test_the_content_tells_a_video_whatever_it_is_called(submit, name):
    assert submit(name, MP4).session.media.content_type == "video/mp4"


def test_a_file_over_the_limit_is_refused(submit, settings):
    settings.RAUT_MAX_UPLOAD_MB = 1
    with pytest.raises(TooLarge, match="1 MB"):
        submit(content=MP4 + bytes(2**20))
    assert nothing_is_left()


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.mp4", "a\"b'c.mp4", "a\x00b\n.mp4", "..\\..\\x.mp4", "x" * 400 + ".mp4", "<b>.mp4", "表情.mp4"],
)
def test_a_strange_name_is_shown_and_never_used(submit, name):
    media = submit(name).session.media
    assert media.stored_name == "media.mp4.sealed"
    assert "/" not in media.original_name
    assert "\\" not in media.original_name
    assert media.original_name.endswith(".mp4")
    assert len(media.original_name) <= 200
    assert [file.parent.parent for file in files()] == [Path(settings.MEDIA_ROOT)]


def test_without_consent_nothing_is_taken(owner, sent):
    with pytest.raises(ConsentMissing):
        services.submit_video(user=owner, upload=upload_of())
    assert nothing_is_left()


def test_the_same_file_twice_is_pointed_out_and_taken_when_wanted(submit):
    first = submit()
    with pytest.raises(Conflict, match="uploaded before") as refused:
        submit("other name.mp4")
    assert refused.value.details["session"] == str(first.session_id)
    assert len(files()) == 1
    assert submit(again=True).session_id != first.session_id


def test_a_full_disk_is_noticed_before_anything_is_written(submit, monkeypatch):
    monkeypatch.setattr(uploads, "free_bytes", lambda folder: 10)
    with pytest.raises(StorageFull):
        submit()
    assert nothing_is_left()


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_is_reported_as_failed_and_happened_keeps_its_video(owner, consent, sent, monkeypatch):
    """By a disk that got full in SQLite's checkpoint, or a server that died before it answered."""
    commit = connection._commit

    def commit_and_fail() -> None:
        is_written = Session.everything.exists()
        commit()
        if is_written:
            raise Error("disk I/O error")

    monkeypatch.setattr(connection, "_commit", commit_and_fail)
    with pytest.raises(Error):
        services.submit_video(user=owner, upload=upload_of())
    monkeypatch.undo()
    session = Session.objects.get()
    with open_file(session, session.media.stored_name) as file:
        assert file.read() == MP4


def test_a_disk_that_fills_up_while_saving_leaves_nothing(submit, monkeypatch):
    def fail(file):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(stored, "_flush", fail)
    with pytest.raises(StorageFull):
        submit()
    assert nothing_is_left()
    assert list(Path(settings.MEDIA_ROOT).iterdir()) == []


def test_another_error_while_saving_leaves_nothing_either(submit, monkeypatch):
    def fail(file):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(stored, "_flush", fail)
    with pytest.raises(OSError, match="Input/output"):
        submit()
    assert nothing_is_left()


def test_a_job_is_kept_when_redis_is_away(submit, monkeypatch):
    def refuse(job_id):
        raise OperationalError("Connection refused")

    monkeypatch.setattr(tasks.analyse, "delay", refuse)
    job = AnalysisJob.objects.get(pk=submit().pk)
    assert (job.state, job.enqueued_at) == ("queued", None)


def test_a_waiting_job_is_cancelled_at_once(submit, owner):
    job = services.cancel_job(job=submit(), user=owner)
    assert job.state == "cancelled"
    assert Session.objects.get().state == "failed"


def test_a_running_job_is_cancelled_at_once_and_its_worker_loses_it(submit, owner):
    job = submit()
    AnalysisJob.objects.update(state="running", lease=uuid4(), seconds_left=9.0)
    job = services.cancel_job(job=job, user=owner)
    assert (job.state, job.lease, job.seconds_left) == ("cancelled", None, None)
    assert job.finished_at is not None
    assert Session.objects.get().state == "failed"


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_a_job_that_has_ended_cannot_be_cancelled(submit, owner, state):
    job = submit()
    AnalysisJob.objects.update(state=state)
    with pytest.raises(Conflict, match="ended"):
        services.cancel_job(job=job, user=owner)
    assert (AnalysisJob.objects.get().state, Session.objects.get().state) == (state, "open")


def test_a_cancelled_job_can_be_tried_again(submit, owner, sent, django_capture_on_commit_callbacks):
    job = services.cancel_job(job=submit(), user=owner)
    with django_capture_on_commit_callbacks(execute=True):
        job = services.retry_job(job=job, user=owner)
    assert (job.state, job.error_code, job.finished_at) == ("queued", "", None)
    assert Session.objects.get().state == "open"
    assert sent == [str(job.pk)] * 2


@pytest.mark.parametrize("state", ["queued", "running", "done"])
def test_only_an_ended_job_without_a_result_can_be_tried_again(submit, owner, state):
    job = submit()
    AnalysisJob.objects.update(state=state)
    with pytest.raises(Conflict):
        services.retry_job(job=job, user=owner)


def test_no_retry_once_the_consent_was_withdrawn(submit, owner):
    job = services.cancel_job(job=submit(), user=owner)
    withdraw_consent(of=owner)
    with pytest.raises(ConsentMissing):
        services.retry_job(job=job, user=owner)
    assert AnalysisJob.objects.get().state == "cancelled"


@pytest.mark.parametrize("service", [services.cancel_job, services.retry_job])
def test_a_viewer_may_not_steer_a_job(submit, viewer, service):
    job = submit()
    Membership.objects.create(study=job.session.study, user=viewer, role=Membership.Role.VIEWER)
    with pytest.raises(NotAllowed):
        service(job=job, user=viewer)


def test_every_refusal_has_a_sentence_for_people(submit):
    with pytest.raises(AppError) as refused:
        submit("a.txt", b"text")
    assert refused.value.message.endswith(".")


def test_a_clock_ahead_takes_no_file_whose_row_comes_in_this_moment(submit, monkeypatch):
    keep, orphans = services.keep_upload, []

    def clean_with_a_wrong_clock(checked, folder):
        key = keep(checked, folder)
        keep_key(folder.name, key)
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda: stat_s(folder) + 4 * 365 * 24 * 3600)
            orphans.extend(orphan_files.find_orphan_files())
        return key

    monkeypatch.setattr(services, "keep_upload", clean_with_a_wrong_clock)
    session = submit().session
    assert orphans == []
    with open_file(session, session.media.stored_name) as file:
        assert file.read() == MP4


def stat_s(folder: Path) -> float:
    return folder.stat().st_mtime

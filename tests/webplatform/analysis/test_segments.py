"""Uploads that any machine goes on with: what comes lies in the object store, and the rows say how much."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.utils import timezone

from tests.webplatform.analysis.tus_parts import CONTENT, HALF, SIZE, begun, create, head, patch
from webplatform.analysis import orphan_files, resumable, segments
from webplatform.analysis.models import AnalysisJob, ResumableUpload, UploadSegment
from webplatform.common.errors import OffsetMismatch
from webplatform.consent.services import withdraw_consent
from webplatform.history.media import open_file
from webplatform.history.models import Session
from webplatform.vault.appendable_file import Locked
from webplatform.vault.models import FileKey, FileRemoval
from webplatform.vault.stored import remove_due


@pytest.fixture(autouse=True)
def store(object_store, monkeypatch):
    """Segments are small, so that a file of this test has several."""
    monkeypatch.setattr(segments, "SEGMENT_BYTES", 50_000)
    return object_store


@pytest.fixture
def half(api):
    return begun(api)


def content_of(session: Session) -> bytes:
    with open_file(session, session.media.stored_name) as file:
        return file.read()


def names(store) -> list[str]:
    return store.names(store.bucket)


def files_here(settings) -> list[Path]:
    return [path for path in Path(settings.FILE_UPLOAD_TEMP_DIR).rglob("*") if path.is_file()]


def test_a_file_that_came_in_parts_lies_whole_in_the_store_and_nothing_else_does(api, half, store, settings):
    assert len([name for name in names(store) if "/uploads/" in name]) == 3
    assert head(api, half).headers["Upload-Offset"] == str(HALF)
    assert files_here(settings) == []
    answer = patch(api, half, HALF, CONTENT[HALF:])
    session = AnalysisJob.objects.get().session
    assert (answer.status_code, answer.headers["Raut-Session"]) == (204, str(session.pk))
    assert content_of(session) == CONTENT
    assert session.media.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert names(store) == [f"lab/media/{session.pk}/{session.media.stored_name}"]
    assert [key.name for key in FileKey.objects.all()] == [str(session.pk)]
    assert (UploadSegment.objects.count(), FileRemoval.objects.count(), files_here(settings)) == (0, 0, [])


def test_of_two_machines_that_bring_the_same_bytes_one_is_told_where_to_go_on(api, half, store):
    upload = ResumableUpload.objects.get()

    def parts():
        yield CONTENT[HALF : HALF + 10]
        other = ResumableUpload.objects.get()  # another machine is quicker
        resumable.take_part(upload=other, offset=HALF, parts=[CONTENT[HALF : HALF + 1000]])

    with pytest.raises(OffsetMismatch) as refused:
        resumable.take_part(upload=upload, offset=HALF, parts=parts())
    assert refused.value.details["offset"] == HALF + 1000
    assert len(names(store)) == UploadSegment.objects.count() == 4
    patch(api, half, HALF + 1000, CONTENT[HALF + 1000 :])
    assert content_of(Session.objects.get()) == CONTENT


def test_a_store_that_is_away_costs_no_byte_that_it_had(api, half, store, settings):
    with store.away():
        refused = patch(api, half, HALF, CONTENT[HALF:])
        assert (refused.status_code, refused.json()["code"]) == (503, "store_away")
        assert head(api, half).headers["Upload-Offset"] == str(HALF)
    assert patch(api, half, HALF, CONTENT[HALF:]).headers["Raut-Job"]
    assert content_of(Session.objects.get()) == CONTENT
    assert files_here(settings) == []


def test_a_file_that_is_complete_when_the_store_goes_is_handed_in_by_the_housekeeper(
    api,
    half,
    store,
    monkeypatch,
):
    real = segments.open_stored

    def gone_meanwhile(path, key):
        monkeypatch.setattr(segments, "open_stored", real)
        with store.away():
            return real(path, key)

    monkeypatch.setattr(segments, "open_stored", gone_meanwhile)
    assert patch(api, half, HALF, CONTENT[HALF:]).status_code == 503
    assert ResumableUpload.objects.get().state == "complete"
    resumable.tend_uploads()
    assert content_of(Session.objects.get()) == CONTENT
    assert head(api, half).headers["Raut-Job"]


def test_a_database_that_goes_away_in_the_last_step_loses_no_upload(api, half, store, settings, monkeypatch):
    """The file lay under the session's name already when the commit failed."""
    create_job = AnalysisJob.objects.create
    monkeypatch.setattr(AnalysisJob.objects, "create", lambda **_: (_ for _ in ()).throw(OperationalError("gone")))
    with pytest.raises(OperationalError):
        patch(api, half, HALF, CONTENT[HALF:])
    assert (Session.objects.count(), [name for name in names(store) if "/media/" in name]) == (0, [])
    assert (ResumableUpload.objects.get().state, files_here(settings)) == ("complete", [])
    monkeypatch.setattr(AnalysisJob.objects, "create", create_job)
    assert head(api, half).headers["Upload-Offset"] == str(SIZE)
    assert patch(api, half, SIZE, b"").headers["Raut-Job"]
    assert content_of(Session.objects.get()) == CONTENT
    assert (len(names(store)), FileKey.objects.count(), files_here(settings)) == (1, 1, [])


def test_what_came_before_it_broke_off_counts(api, half):
    def parts():
        yield CONTENT[HALF : HALF + 1000]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        resumable.take_part(upload=ResumableUpload.objects.get(), offset=HALF, parts=parts())
    assert head(api, half).headers["Upload-Offset"] == str(HALF + 1000)
    assert patch(api, half, HALF + 1000, CONTENT[HALF + 1000 :]).headers["Raut-Job"]
    assert content_of(Session.objects.get()) == CONTENT


def test_two_machines_do_not_put_one_file_together_at_once(api, half, monkeypatch):
    upload = ResumableUpload.objects.get()
    with monkeypatch.context() as patched:
        patched.setattr(resumable, "_hand_in", lambda upload: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            patch(api, half, HALF, CONTENT[HALF:])
    upload.refresh_from_db()
    with segments.putting_together(upload):
        with pytest.raises(Locked):
            resumable.finish_upload(upload=upload)
        ResumableUpload.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))  # that machine died
        resumable.finish_upload(upload=upload)
    assert (upload.state, Session.objects.count()) == ("done", 1)


def test_a_withdrawal_takes_it_away_and_its_key_at_once_also_while_the_store_is_away(
    api,
    half,
    store,
    consent,
    settings,
    django_capture_on_commit_callbacks,
):
    with store.away(), django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=consent.user)
        assert FileKey.objects.count() == 0
    assert ResumableUpload.objects.count() == 0
    assert remove_due() == 0
    assert names(store) == []


def test_segments_that_no_row_knows_of_are_orphans(half, store, monkeypatch):
    monkeypatch.setattr(orphan_files, "ORPHAN_AFTER_S", -1)
    monkeypatch.setattr(orphan_files, "HALF_UPLOAD_AFTER_S", -1)
    assert orphan_files.find_orphan_files() == []
    ResumableUpload.objects.all().delete()
    orphan_files.remove_orphan_files()
    assert (names(store), FileKey.objects.count()) == ([], 0)


def test_an_upload_in_one_go_that_meets_no_store_leaves_nothing(api, store, settings):
    with store.away():
        file = SimpleUploadedFile("a.mp4", CONTENT)
        answer = api.post("/api/v1/analyses/", {"file": file}, format="multipart")
        assert (answer.status_code, answer.json()["code"]) == (503, "store_away")
    assert (Session.objects.count(), FileKey.objects.count(), files_here(settings), names(store)) == (0, 0, [], [])


def test_a_small_file_comes_with_its_creation(api):
    assert create(api, SIZE, CONTENT).headers["Raut-Session"] == str(Session.objects.get().pk)
    assert content_of(Session.objects.get()) == CONTENT

"""Recordings in an object store: played, read, removed and tidied up, also while the store is away."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile

import pytest
from django.urls import reverse

import inference
from tests.clips import moving_face, write_clip
from tests.webplatform.analysis.conftest import MP4
from webplatform.analysis import orphan_files, playback, tasks, work
from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.analysis.withdrawals import drop_media
from webplatform.common.errors import KeyGone, StoreAway
from webplatform.history.erasing import erase_session
from webplatform.history.media import open_file
from webplatform.history.models import Session
from webplatform.vault import remote
from webplatform.vault.models import FileKey, FileRemoval
from webplatform.vault.sealed import PIECE_BYTES
from webplatform.vault.stored import is_stored, remove_due

CONTENT = MP4 + b"a face, plain to see " * 20_000


@pytest.fixture
def store(object_store):
    return object_store


@pytest.fixture
def session(store, submit) -> Session:
    return submit(content=CONTENT).session


@pytest.fixture
def real_video(store, submit, tmp_path) -> Session:
    """A session with a video that can be decoded, larger than what is fetched at once."""
    clip = write_clip(tmp_path / "clip.mp4", moving_face(100), options={"preset": "ultrafast", "crf": "1"})
    content = clip.read_bytes()
    clip.unlink()
    assert len(content) > 2 * remote.BLOCK_BYTES
    return submit(content=content).session


def names(store) -> list[str]:
    return store.names(store.bucket)


def test_a_player_gets_the_part_that_it_asks_for_and_no_more_is_fetched(session, client_of, owner, monkeypatch):
    fetched: list[int] = []
    read = remote.RemoteBytes._fetch

    def count(self, number):
        read(self, number)
        fetched.append(number)

    monkeypatch.setattr(remote.RemoteBytes, "_fetch", count)
    start = 2 * PIECE_BYTES - 5
    url = reverse("analysis:media", args=[session.pk])
    answer = client_of(owner).get(url, headers={"Range": f"bytes={start}-{start + 99}"})
    assert answer.status_code == 206
    assert b"".join(answer.streaming_content) == CONTENT[start : start + 100]
    assert len(fetched) <= 2  # the file's last piece, once for its size and once for its content


def test_a_player_hears_503_while_the_store_is_away(session, store, client_of, owner):
    with store.away():
        answer = client_of(owner).get(reverse("analysis:media", args=[session.pk]))
        assert answer.status_code == 503
        assert client_of(owner).get(f"/sessions/{session.pk}/").status_code == 200  # the page needs no file


def test_a_real_video_is_decoded_from_the_store(real_video):
    with open_file(real_video, real_video.media.stored_name) as source:
        assert inference.plays_in_browsers(source)
    with TemporaryFile() as copy:
        inference.make_playback_copy(lambda: open_file(real_video, real_video.media.stored_name), copy)
        assert copy.tell() or copy.seek(0, 2)


def test_a_store_that_goes_while_a_video_is_decoded_is_told_and_not_taken_for_damage(real_video, store, monkeypatch):
    monkeypatch.setattr(remote, "MOST_AHEAD", 1)
    monkeypatch.setattr(remote, "MOST_KEPT", 1)
    read, reads = remote.RemoteBytes._fetch, []

    def away_later(self, number):
        reads.append(number)
        if len(reads) == 4:
            store.stop()
        read(self, number)

    monkeypatch.setattr(remote.RemoteBytes, "_fetch", away_later)
    try:
        with TemporaryFile() as copy, pytest.raises(StoreAway):
            inference.make_playback_copy(lambda: open_file(real_video, real_video.media.stored_name), copy)
    finally:
        store._start()


def test_a_job_whose_store_is_away_waits_again_and_costs_no_attempt(session, store, fake_engine, monkeypatch):
    read_video = fake_engine.read_video

    def reading(source, **told):
        def read_on(at):
            if at == 5:
                store.stop()
                source.seek(0)
                source.read()

        fake_engine.on_step = read_on
        return read_video(source, **told)

    monkeypatch.setattr(fake_engine, "read_video", reading)
    monkeypatch.setattr(remote, "MOST_KEPT", 1)
    try:
        work.run_job(session.job.pk)
    finally:
        store._start()
    job = AnalysisJob.objects.get()
    assert (job.state, job.attempts, job.lease, job.error_code) == ("queued", 0, None, "")
    monkeypatch.setattr(fake_engine, "read_video", read_video)
    fake_engine.on_step = lambda at: None
    work.run_job(job.pk)
    assert Session.objects.get().frames_sampled == 10
    assert AnalysisJob.objects.get().state == "done"


def test_a_copy_for_playing_lies_sealed_beside_its_video(real_video, store):
    MediaFile.objects.update(content_type="video/x-matroska")
    copy = playback.PlaybackCopy.objects.create(media=real_video.media)
    playback.run_copy(copy.pk)
    copy.refresh_from_db()
    assert copy.state == "done"
    assert len(names(store)) == 2
    with open_file(real_video, copy.stored_name) as file:
        assert inference.plays_in_browsers(file)


def test_a_session_that_is_erased_while_the_store_is_away_is_gone_at_once_and_its_file_later(
    session, store, django_capture_on_commit_callbacks
):
    with store.away():
        with django_capture_on_commit_callbacks(execute=True):
            erase_session(session=session)
        assert (Session.everything.count(), FileKey.objects.count(), FileRemoval.objects.count()) == (0, 0, 1)
        tasks.remove_due_files()
        assert FileRemoval.objects.count() == 1
    assert len(names(store)) == 1
    tasks.remove_due_files()
    assert (names(store), FileRemoval.objects.count()) == ([], 0)


def test_a_deletion_that_fails_leaves_the_session_whole(session, store, monkeypatch):
    """Its key is a row and comes back with the others."""
    monkeypatch.setattr("webplatform.history.erasing.forget_answers", lambda about: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erase_session(session=session)
    with open_file(Session.objects.get(), session.media.stored_name) as file:
        assert file.read() == CONTENT


def test_a_video_goes_with_its_consent_and_the_readings_stay(session, store, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        drop_media(session)
    assert (names(store), Session.objects.count()) == ([], 1)
    with pytest.raises(KeyGone):
        open_file(session, "media.mp4.sealed")


def test_a_video_whose_time_was_over_opens_no_more_and_its_key_waits(session, django_capture_on_commit_callbacks):
    drop_media(session, is_purged=True)
    assert FileKey.objects.get().group == str(session.consent_id)
    with pytest.raises(KeyGone):
        open_file(session, "media.mp4.sealed")


def test_objects_that_no_row_knows_of_are_removed_and_others_stay(session, store, monkeypatch, caplog):
    monkeypatch.setattr(orphan_files, "ORPHAN_AFTER_S", -1)
    orphans = [f"media/{session.pk}/media.avi.sealed", "media/5e0a0a0a-0000-4000-8000-000000000000/media.mp4.sealed"]
    orphans += ["media/stimuli/5e0a0a0a-0000-4000-8000-000000000000/media.mp4.sealed", "uploads/x/1"]
    for name in [*orphans, "elsewhere/of-somebody-else"]:
        store.client.put_object(Bucket=store.bucket, Key=f"lab/{name}", Body=b"x")
    with store.away():
        orphan_files.remove_orphan_files()
    assert len(names(store)) == 6
    assert "once it answers again" in caplog.text
    orphan_files.remove_orphan_files()
    assert sorted(names(store)) == ["lab/elsewhere/of-somebody-else", f"lab/media/{session.pk}/media.mp4.sealed"]
    assert is_stored(session.folder / session.media.stored_name)
    assert remove_due() == 0


def test_nothing_of_a_recording_lies_on_this_machine(session, tmp_path):
    assert [path for path in Path(tmp_path).rglob("*") if path.is_file()] == []

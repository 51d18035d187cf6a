"""A video that browsers do not play gets a copy that they do: sealed like it, on its clock, gone with it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import av
import pytest
from django.urls import reverse
from django.utils import timezone

from tests.clips import moving_face, write_clip
from webplatform.analysis import playback
from webplatform.analysis.models import MediaFile, PlaybackCopy
from webplatform.analysis.orphan_files import find_orphan_files
from webplatform.analysis.playback import give_up, run_copy, wanted_copy
from webplatform.analysis.withdrawals import drop_media
from webplatform.history.erasing import erase_session
from webplatform.history.media import keep_session_key, open_file
from webplatform.history.models import Session
from webplatform.jobs.requeue import release_stale, unsent
from webplatform.vault.sealed import new_key, seal_copy

TIMES = [0, 40, 300, 340, 700]


@pytest.fixture
def filmed(study, owner, consent, tmp_path):
    """`filmed(name, codec)`: a closed session whose sealed video is such a clip."""

    def film(name: str = "film.avi", codec: str = "mpeg4", times=TIMES) -> Session:
        session = Session.objects.create(
            study=study, created_by=owner, consent=consent, title="Film", source="upload", state="closed", every_ms=200
        )
        clip = write_clip(tmp_path / name, moving_face(5), codec=codec, times_ms=times)
        session.folder.mkdir(parents=True)
        key = new_key()
        seal_copy([clip.read_bytes()], session.folder / "media.avi.sealed", key)
        keep_session_key(session, key)
        MediaFile.objects.create(
            session=session, original_name=name, stored_name="media.avi.sealed", content_type="video/x-msvideo",
            size_bytes=1, sha256="0" * 64,
        )  # fmt: skip
        return session

    return film


@pytest.fixture
def copied(filmed):
    """A session with a copy that is made, and the copy."""
    session = filmed("film.mkv")
    run_copy(wanted_copy(session).pk)
    return session, PlaybackCopy.objects.get()


def test_the_copy_is_played_on_the_videos_clock_and_is_sealed(copied):
    session, copy = copied
    assert copy.state == "done"
    with open_file(session, copy.stored_name) as file, av.open(file) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert [round(frame.time * 1000) for frame in container.decode(video=0)] == TIMES
    assert b"ftyp" not in (session.folder / copy.stored_name).read_bytes()


def test_a_video_that_browsers_play_gets_none(filmed):
    assert wanted_copy(filmed("film.mp4", "libx264")) is None
    assert not PlaybackCopy.objects.exists()


def test_asking_twice_makes_one(filmed):
    session = filmed("film.mkv")
    first = wanted_copy(session)
    assert wanted_copy(session) is None
    run_copy(first.pk)
    run_copy(first.pk)
    assert PlaybackCopy.objects.get().attempts == 1


def test_the_page_plays_the_copy_and_its_members_may_fetch_it(copied, owner, stranger, client_of):
    session, _copy = copied
    address = reverse("analysis:playback", args=[session.pk])
    page = client_of(owner).get(reverse("dashboard:session", args=[session.pk])).content.decode()
    assert f'src="{address}"' in page
    answer = client_of(owner).get(address, headers={"Range": "bytes=4-7"})
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"ftyp")
    assert answer["Content-Type"] == "video/mp4"
    assert client_of(stranger).get(address).status_code == 404


def test_the_page_says_that_a_copy_is_coming_or_could_not_be_made(filmed, owner, client_of):
    session = filmed("film.mkv")
    copy, address = wanted_copy(session), reverse("dashboard:session", args=[session.pk])
    assert "is being made" in client_of(owner).get(address).content.decode()
    PlaybackCopy.objects.filter(pk=copy.pk).update(state="failed")
    assert "could not be made" in client_of(owner).get(address).content.decode()


def test_where_no_video_is_kept_the_readers_own_file_can_be_opened(filmed, owner, client_of):
    session = filmed("film.mkv")
    MediaFile.objects.all().delete()
    page = client_of(owner).get(reverse("dashboard:session", args=[session.pk])).content.decode()
    assert 'id="own-video"' in page


def test_it_goes_with_the_video(copied, django_capture_on_commit_callbacks):
    session, _copy = copied
    with django_capture_on_commit_callbacks(execute=True):
        drop_media(session)
    assert list(session.folder.iterdir()) == []
    assert not PlaybackCopy.objects.exists()


def test_it_goes_with_the_session(copied, django_capture_on_commit_callbacks):
    session, _copy = copied
    with django_capture_on_commit_callbacks(execute=True):
        erase_session(session=session)
    assert not session.folder.exists()


def test_a_worker_whose_video_went_meanwhile_leaves_nothing(filmed, monkeypatch):
    session = filmed("film.mkv")
    copy = wanted_copy(session)
    seal = playback.seal_copy

    def gone_meanwhile(*given):
        MediaFile.objects.all().delete()
        seal(*given)

    monkeypatch.setattr(playback, "seal_copy", gone_meanwhile)
    run_copy(copy.pk)
    assert [file.name for file in session.folder.iterdir()] == ["media.avi.sealed"]


def test_what_no_decoder_reads_fails_and_is_said(filmed, monkeypatch):
    session = filmed("film.mkv")
    copy = wanted_copy(session)
    (session.folder / "media.avi.sealed").write_bytes(b"nothing")
    run_copy(copy.pk)
    assert PlaybackCopy.objects.get().state == "failed"


def test_a_worker_that_died_is_followed_by_another_and_at_last_given_up(filmed):
    copy = wanted_copy(filmed("film.mkv"))
    silent = {"state": "running", "lease": uuid4(), "heartbeat_at": timezone.now() - timedelta(hours=1)}
    PlaybackCopy.objects.update(**silent, attempts=1)
    release_stale(PlaybackCopy.objects.all(), give_up)
    assert [*unsent(PlaybackCopy.objects.all())] == [copy]
    PlaybackCopy.objects.update(**silent, attempts=3)
    release_stale(PlaybackCopy.objects.all(), give_up)
    assert ([*unsent(PlaybackCopy.objects.all())], PlaybackCopy.objects.get().state) == ([], "failed")


def test_a_copy_that_a_row_knows_of_is_no_orphan(copied, monkeypatch):
    monkeypatch.setattr("webplatform.analysis.orphan_files.ORPHAN_AFTER_S", -10)
    _session, copy = copied
    assert find_orphan_files() == []
    PlaybackCopy.objects.all().delete()
    assert [file.name for file in find_orphan_files()] == [copy.stored_name]

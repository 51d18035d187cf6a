"""Videos at rest: sealed from the first byte, read by those who may, and forgotten with their key."""

import shutil

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

import inference
from tests.clips import moving_face, write_clip
from tests.webplatform.analysis.conftest import MP4
from webplatform.analysis import work
from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.analysis.services import submit_video
from webplatform.common.errors import Damaged, KeyGone
from webplatform.history.erasing import erase_session
from webplatform.history.media import open_file
from webplatform.history.models import Session
from webplatform.vault.keys import kept_keys
from webplatform.vault.sealed import PIECE_BYTES

CONTENT = MP4 + b"a face, plain to see " * 20_000


@pytest.fixture
def session(submit):
    return submit(content=CONTENT).session


def stored(session):
    return session.folder / session.media.stored_name


def flip(session, place):
    changed = bytearray(stored(session).read_bytes())
    changed[place] ^= 1
    stored(session).write_bytes(changed)


def test_no_plain_copy_of_an_upload_is_left_anywhere(owner, consent, api_of, sent, tmp_path):
    file = SimpleUploadedFile("a.mp4", CONTENT)
    answer = api_of(owner).post("/api/v1/analyses/", {"file": file}, format="multipart")
    assert answer.status_code == 202, answer.content
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {file.parent.name for file in files} == {str(Session.objects.get().pk), "keys"}
    assert [file for file in files if CONTENT[100:121] in file.read_bytes()] == []


def test_the_row_tells_of_the_video_and_not_of_its_sealed_file(session):
    assert session.media.size_bytes == len(CONTENT)
    assert stored(session).stat().st_size > len(CONTENT)


def test_a_part_from_the_middle_is_served(client_of, owner, session):
    start = 2 * PIECE_BYTES - 5
    url = reverse("analysis:media", args=[session.pk])
    answer = client_of(owner).get(url, headers={"Range": f"bytes={start}-{start + 99}"})
    assert b"".join(answer.streaming_content) == CONTENT[start : start + 100]


def test_a_video_whose_key_is_gone_says_so(client_of, owner, session):
    next(kept_keys()).unlink()
    answer = client_of(owner).get(reverse("analysis:media", args=[session.pk]))
    assert answer.status_code == 410
    assert "key of this recording is gone" in answer.content.decode()


def test_a_video_that_was_cut_off_is_refused_before_a_byte_is_sent(client_of, owner, session):
    stored(session).write_bytes(stored(session).read_bytes()[:-1])
    answer = client_of(owner).get(reverse("analysis:media", args=[session.pk]))
    assert answer.status_code == 500
    assert "damaged or was changed" in answer.content.decode()


def test_a_changed_byte_in_the_middle_ends_the_answer_instead_of_sending_garbage(client_of, owner, session):
    flip(session, PIECE_BYTES + 200)
    answer = client_of(owner).get(reverse("analysis:media", args=[session.pk]))
    with pytest.raises(Damaged):
        b"".join(answer.streaming_content)


def test_a_copy_cannot_be_read_once_the_session_is_erased(session, tmp_path, django_capture_on_commit_callbacks):
    """What a backup of media and database keeps, brought back."""
    shutil.copytree(session.folder, tmp_path / "backup")
    row, media = Session.objects.get(), MediaFile.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        erase_session(session=session)
    assert list(kept_keys()) == []
    assert not row.folder.exists()
    shutil.copytree(tmp_path / "backup", row.folder)
    with pytest.raises(KeyGone):
        open_file(row, media.stored_name)


def test_the_key_goes_even_if_the_rest_of_an_erasure_fails(session, monkeypatch):
    def fail(self):
        raise RuntimeError("The database went away.")

    monkeypatch.setattr(Session, "delete", fail)
    with pytest.raises(RuntimeError):
        erase_session(session=session)
    assert list(kept_keys()) == []
    monkeypatch.undo()
    erase_session(session=session)
    assert not Session.objects.exists()


@pytest.fixture
def recorded(owner, consent, sent, tmp_path, django_capture_on_commit_callbacks):
    """The job of a real clip."""
    clip = write_clip(tmp_path / "a.mp4", moving_face(25))
    with django_capture_on_commit_callbacks(execute=True):
        return submit_video(user=owner, upload=SimpleUploadedFile("My clip.mp4", clip.read_bytes()))


@pytest.fixture
def real_engine(monkeypatch, model_version):
    engine = inference.load_engine()
    monkeypatch.setattr(work, "engine_for", lambda version: engine)
    monkeypatch.setattr(work, "ensure_active_model", lambda: model_version)
    return engine


def test_a_sealed_video_is_read_exactly_as_its_plain_file(recorded, real_engine, tmp_path):
    work.run_job(recorded.pk)
    readings = list(real_engine.read_video(tmp_path / "a.mp4"))
    expected = [(reading.t_ms, face.box.x, face.scores[3]) for reading in readings for face in reading.faces]
    assert AnalysisJob.objects.get().state == "done"
    assert list(Session.objects.get().observations.order_by("t_ms").values_list("t_ms", "x", "happy")) == expected
    assert len(expected) == 5


@pytest.mark.parametrize("place", [60, -60], ids=["its header", "its end"])
def test_a_job_on_a_changed_video_fails_with_a_sentence(recorded, real_engine, place):
    flip(recorded.session, place)
    work.run_job(recorded.pk)
    job = AnalysisJob.objects.get()
    assert (job.state, job.error_code) == ("failed", "damaged")
    assert job.error_message == "The stored file is damaged or was changed: it cannot be read."


def test_a_job_without_its_key_fails_with_a_sentence(recorded, real_engine):
    next(kept_keys()).unlink()
    work.run_job(recorded.pk)
    assert AnalysisJob.objects.get().error_code == "key_gone"


def make_plain(session):
    """As uploads lay before there were keys."""
    with open_file(session, session.media.stored_name) as content:
        (session.folder / "media.mp4").write_bytes(content.read())
    stored(session).unlink()
    next(kept_keys()).unlink()
    MediaFile.objects.update(stored_name="media.mp4")


def test_a_plain_video_from_before_is_served_and_sealed_by_a_command(client_of, owner, session, capsys):
    make_plain(session)
    url = reverse("analysis:media", args=[session.pk])
    assert b"".join(client_of(owner).get(url).streaming_content) == CONTENT
    call_command("seal_media")
    assert "Videos sealed: 1." in capsys.readouterr().out
    assert [file.name for file in session.folder.iterdir()] == ["media.mp4.sealed"]
    assert b"".join(client_of(owner).get(url).streaming_content) == CONTENT
    call_command("seal_media")
    assert "Videos sealed: 0." in capsys.readouterr().out


def test_sealing_that_was_killed_before_the_plain_file_went_is_finished_by_the_next(session):
    (session.folder / "media.mp4").write_bytes(CONTENT)
    call_command("seal_media", verbosity=0)
    assert [file.name for file in session.folder.iterdir()] == ["media.mp4.sealed"]


def test_the_master_key_is_changed_by_a_command(client_of, owner, session, settings, capsys):
    settings.RAUT_MEDIA_KEYS = ["n" * 43, *settings.RAUT_MEDIA_KEYS]
    call_command("rotate_media_key")
    assert "Keys wrapped anew: 1." in capsys.readouterr().out
    settings.RAUT_MEDIA_KEYS = ["n" * 43]
    answer = client_of(owner).get(reverse("analysis:media", args=[session.pk]))
    assert b"".join(answer.streaming_content) == CONTENT


def test_a_key_that_no_master_key_opens_is_named(session, settings):
    settings.RAUT_MEDIA_KEYS = ["n" * 43]
    with pytest.raises(CommandError, match=str(session.pk)):
        call_command("rotate_media_key")

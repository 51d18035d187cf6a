"""The annotated video of a session, from its sealed file: boxes where its readings are, faces blurred as chosen."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest

from tests.clips import moving_face, write_clip
from tests.inference.test_annotated import box_at, detail, inside, is_red  # noqa: F401
from tests.webplatform.history.readings import face, frame
from webplatform.analysis.models import MediaFile
from webplatform.analysis.withdrawals import drop_media
from webplatform.consent.services import give_consent
from webplatform.exporting.models import ExportJob
from webplatform.history.media import keep_session_key
from webplatform.history.models import Session
from webplatform.history.services import append_readings, close_session, open_session, use_model
from webplatform.vault.sealed import new_key, seal_copy

TIMES = [0, 200, 400, 600, 800]


@pytest.fixture
def filmed(study, owner, model_version, tmp_path) -> Session:
    """A session of one second: face 1 is the moving head, face 2 stands still at the right; its video is kept."""
    type(study).objects.filter(pk=study.pk).update(capture_mode="media")
    study.refresh_from_db()
    consent = give_consent(user=owner, language="en", channel="page", scopes=["analyse", "keep_media"])
    session = open_session(study=study, user=owner, consent=consent, title="Film", source="upload", every_ms=200)
    use_model(session=session, version=model_version)
    second = frame(0).faces
    append_readings(
        session=session,
        readings=[
            frame(t, face(1, box=box_at(n, 5), happy=0.9, sad=0.1), face(2, box=_still(), sad=1.0), *second)
            for n, t in enumerate(TIMES)
        ],
    )
    close_session(session=session, duration_ms=1000, is_partial=False)
    clip = write_clip(tmp_path / "clip.mp4", moving_face(5), times_ms=TIMES, options={"crf": "10"})
    session.folder.mkdir(parents=True)
    key = new_key()
    seal_copy([clip.read_bytes()], session.folder / "media.sealed", key)
    keep_session_key(session, key)
    MediaFile.objects.create(
        session=session, original_name="film.mp4", stored_name="media.sealed", content_type="video/mp4",
        size_bytes=clip.stat().st_size, sha256="0" * 64,
    )  # fmt: skip
    return session


def _still():
    return type(box_at(0, 5))(560.0, 20.0, 60.0, 60.0)


def frames_of(content: bytes) -> dict[int, np.ndarray]:
    with av.open(io.BytesIO(content)) as container:
        return {round(one.time * 1000): one.to_ndarray(format="bgr24") for one in container.decode(video=0)}


def test_boxes_lie_where_the_readings_say_on_the_sessions_clock(filmed, made, content):
    frames = frames_of(content(made("video", filmed, faces=[1, 2])))
    assert list(frames) == TIMES
    for number, t_ms in enumerate(TIMES):
        box = box_at(number, 5)
        edge = frames[t_ms][round(box.y + box.h / 2), round(box.x)]
        assert np.abs(edge.astype(int) - (0, 138, 194)).max() < 70  # the colour of "happy"


def test_all_chosen_or_other_faces_are_blurred(filmed, made, content):
    clear = frames_of(content(made("video", filmed, faces=[1])))
    for options, is_blurred in (
        ({"blur": "all"}, True),
        ({"blur": "chosen", "faces": [1]}, True),
        ({"blur": "chosen", "faces": [2]}, False),
        ({"blur": "others", "faces": [2]}, True),
        ({"blur": "others", "faces": [1]}, False),
        ({"blur": "none"}, False),
    ):
        frames = frames_of(content(made("video", filmed, **options)))
        for number, t_ms in enumerate(TIMES):
            middle = box_at(number, 5)
            core = type(middle)(middle.x + 12, middle.y + 12, middle.w - 24, middle.h - 24)
            assert (detail(inside(frames[t_ms], core)) < 4) == is_blurred, (options, t_ms)
    assert detail(inside(clear[0], box_at(0, 5))) > 8


def test_a_video_that_may_not_stay_any_more_takes_its_export_along(filmed, made, django_capture_on_commit_callbacks):

    video, table = made("video", filmed, blur="all"), made("csv", filmed)
    with django_capture_on_commit_callbacks(execute=True):
        drop_media(filmed)
    states = dict(ExportJob.objects.values_list("pk", "state"))
    assert (states[video.pk], states[table.pk]) == ("ended", "done")
    assert not video.file.exists()


def test_the_progress_is_that_of_the_video(filmed, made):
    assert made("video", filmed).progress == 1.0

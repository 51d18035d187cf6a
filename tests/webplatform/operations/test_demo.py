from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from webplatform.accounts.authentication import token_digest
from webplatform.accounts.models import ApiToken, User
from webplatform.consent.services import require_consent
from webplatform.operations import demo_clip
from webplatform.operations.demo_client import dominant_emotion, report, summary_lines
from webplatform.operations.demo_clip import make_clip
from webplatform.operations.services import prepare_demo_account

SESSION = {
    "id": "5b0f",
    "duration_ms": 24_000,
    "frames": {"decoded": 720, "skipped": 600, "sampled": 120, "no_face": 15, "unscored": 5, "scored": 100},
    "tracks": [
        {
            "number": 1,
            "is_glimpse": False,
            "first_ms": 0,
            "last_ms": 14_800,
            "observations": 75,
            "scored": 70,
            "share": {"happy": 0.9, "neutral": 0.1, "sad": 0.0},
        },
        {
            "number": 2,
            "is_glimpse": False,
            "first_ms": 5_000,
            "last_ms": 9_800,
            "observations": 30,
            "scored": 30,
            "share": {"happy": 0.0, "neutral": 1.0, "sad": 0.0},
        },
        {
            "number": 3,
            "is_glimpse": True,
            "first_ms": 0,
            "last_ms": 600,
            "observations": 4,
            "scored": 4,
            "share": {"sad": 1.0},
        },
    ],
}
JOB = {"started_at": "2026-11-23T10:00:00.000000Z", "finished_at": "2026-11-23T10:00:06.000000Z"}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("demo") / "clip.mp4", duration_s=1)


def test_the_clip_is_what_it_says_it_is(clip: Path):
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 1280, 720)
        assert (stream.average_rate, stream.frames) == (30, 30)


def test_the_clip_moves(clip: Path):
    with av.open(str(clip)) as container:
        first, *_, last = (frame.to_ndarray(format="gray") for frame in container.decode(video=0))
    assert np.abs(first.astype(int) - last.astype(int)).mean() > 1


def test_the_clip_is_made_once(clip: Path):
    before = clip.stat().st_mtime_ns
    assert make_clip(clip).stat().st_mtime_ns == before


def test_nobody_is_seen_for_some_seconds_of_the_clip():
    assert 0 < demo_clip.EMPTY_FROM_S < demo_clip.EMPTY_TO_S < demo_clip.DURATION_S
    assert 20 <= demo_clip.DURATION_S <= 30


@pytest.mark.django_db
def test_the_demo_account_may_upload_by_its_token():
    login = prepare_demo_account()
    user = User.objects.get(email=login.email)
    require_consent(user=user)
    assert user.check_password(login.password)
    assert ApiToken.objects.filter(user=user, digest=token_digest(login.token)).exists()


@pytest.mark.django_db
def test_each_demonstration_has_a_new_password_and_one_token():
    first, second = prepare_demo_account(), prepare_demo_account()
    assert first.password != second.password
    assert ApiToken.objects.filter(user__email=second.email).count() == 1


@pytest.mark.django_db
def test_a_login_does_not_show_its_secrets_when_printed():
    login = prepare_demo_account()
    assert login.password not in repr(login)
    assert login.token not in repr(login)


def test_the_report_counts_what_the_session_counts():
    assert report("http://127.0.0.1:8000", JOB, SESSION) == {
        "session": "5b0f",
        "url": "http://127.0.0.1:8000/sessions/5b0f/",
        "frames_sampled": 120,
        "frames_scored": 100,
        "tracks": 2,
        "dominant": "happy",
        "seconds": 6.0,
        "times_real_time": 4.0,
    }


def test_the_dominant_emotion_weighs_each_track_by_its_scored_observations():
    tracks = [{"scored": 10, "share": {"sad": 1.0}}, {"scored": 30, "share": {"happy": 0.4, "fear": 0.3}}]
    assert dominant_emotion(tracks) == "happy"


def test_without_a_scored_face_there_is_no_dominant_emotion():
    assert dominant_emotion([{"scored": 0, "share": {"happy": 0.0}}]) is None
    assert dominant_emotion([]) is None


def test_the_summary_adds_up_and_names_every_track():
    assert summary_lines(SESSION) == [
        "Frames    720 decoded = 600 skipped + 120 sampled",
        "          120 sampled = 15 without a face + 5 unscored + 100 scored",
        "Track 1   0.0 to 14.8 s, 70 of 75 scored: happy 90%, neutral 10%",
        "Track 2   5.0 to 9.8 s, 30 of 30 scored: neutral 100%",
    ]

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from skimage.data import astronaut

import inference
from webplatform.accounts.models import ApiToken, User
from webplatform.accounts.tokens import token_digest
from webplatform.consent.services import require_consent
from webplatform.history.models import Session
from webplatform.operations import demo_clip, demo_face, demo_login
from webplatform.operations.demo_client import dominant_emotion, report, summary_lines
from webplatform.operations.demo_clip import make_clip
from webplatform.operations.demo_study import FILMS, PSEUDONYMS, prepare_demo_study
from webplatform.operations.services import end_demo_account, prepare_demo_account

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
    require_consent(of=user)
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


@pytest.fixture(scope="module")
def portrait():
    return astronaut()[demo_face.HEAD]


@pytest.mark.parametrize("pose", demo_face.POSES)
def test_the_shipped_model_reads_in_a_warped_face_what_it_is_meant_to_show(portrait, pose):
    face = demo_face.warp(portrait, ((pose, demo_face.LEVELS),))
    large = np.repeat(np.repeat(face, 2, axis=0), 2, axis=1)
    (reading,) = inference.load_engine().read_image(np.ascontiguousarray(large[..., ::-1])).faces
    assert max(zip(reading.scores, inference.EMOTIONS, strict=True))[1] == pose


def test_a_plan_changes_from_one_expression_to_the_next_without_a_jump():
    plan = ((0, "happy"), (2, "neutral"), (4, "sad"))
    assert demo_face.blend_at(plan, 1.9) == ()
    assert demo_face.blend_at(plan, 2 + demo_face.CHANGE_S / 2) == (("neutral", 5),)
    assert demo_face.blend_at(plan, 3) == (("neutral", 10),)
    assert demo_face.blend_at(plan, 4 + demo_face.CHANGE_S / 2) == (("neutral", 5), ("sad", 5))
    assert demo_face.blend_at(plan, 9) == (("sad", 10),)


def test_the_portrait_itself_is_left_as_it_is(portrait):
    face = demo_face.ChangingFace(portrait, ((0, "happy"), (2, "sad")))
    assert (face.at(0) == portrait).all()
    assert (face.at(3) != portrait).any()


def test_the_address_signs_in_once(tmp_path):
    key = demo_login.create_login_key(tmp_path, "demo@example.org")
    assert demo_login.redeem_login_key(tmp_path, key + "x") is None
    assert demo_login.redeem_login_key(tmp_path, key) == "demo@example.org"
    assert demo_login.redeem_login_key(tmp_path, key) is None


def test_the_address_is_good_for_a_quarter_of_an_hour(tmp_path):
    key = demo_login.create_login_key(tmp_path, "demo@example.org", now_s=1000)
    assert demo_login.redeem_login_key(tmp_path, key, now_s=1000 + demo_login.GOOD_FOR_S) is None


def test_a_new_address_voids_the_one_before_and_nobody_else_may_read_the_file(tmp_path):
    first, second = (demo_login.create_login_key(tmp_path, "demo@example.org") for _ in range(2))
    assert demo_login.redeem_login_key(tmp_path, first) is None
    assert demo_login.login_key_file(tmp_path).stat().st_mode & 0o077 == 0
    assert first not in demo_login.login_key_file(tmp_path).read_text()
    demo_login.revoke_login_key(tmp_path)
    assert demo_login.redeem_login_key(tmp_path, second) is None


@pytest.mark.django_db
def test_the_address_opens_the_dashboard_as_an_admin_in_the_demonstration(client, settings, tmp_path):
    settings.DATA_DIR, settings.RAUT_DEMO = tmp_path, True
    key = demo_login.create_login_key(tmp_path / "demo", prepare_demo_account().email)
    assert client.get(f"/demo/{key}/")["Location"] == "/"
    assert client.get("/").context["user"].is_staff
    client.logout()
    assert client.get(f"/demo/{key}/", follow=True).redirect_chain[-1][0] == "/account/login/"
    assert not client.get("/").wsgi_request.user.is_authenticated


@pytest.mark.django_db
def test_outside_of_the_demonstration_no_address_signs_in(client, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    key = demo_login.create_login_key(tmp_path / "demo", prepare_demo_account().email)
    assert not settings.RAUT_DEMO
    assert client.get(f"/demo/{key}/").status_code == 404
    assert demo_login.login_key_file(tmp_path / "demo").exists()


@pytest.mark.django_db
def test_the_account_is_an_admins_only_while_the_demonstration_runs():
    login = prepare_demo_account()
    assert User.objects.get(email=login.email).is_staff
    end_demo_account()
    assert not User.objects.get(email=login.email).is_staff
    assert not ApiToken.objects.filter(user__email=login.email).exists()


@pytest.mark.django_db
def test_the_study_has_every_participant_at_every_film_and_says_that_nobody_was_filmed():
    user = User.objects.get(email=prepare_demo_account().email)
    reactions = prepare_demo_study(user)
    assert len(reactions) == len(FILMS) * len(PSEUDONYMS)
    assert "Nobody was filmed" in reactions[0].participant.study.purpose
    person, film = reactions[0].participant, reactions[0].condition_id
    about = {"study": person.study, "participant": person, "condition_id": film, "consent": person.consents.get()}
    Session.objects.create(source="upload", title="x", every_ms=200, created_by=user, **about)
    assert len(prepare_demo_study(user)) == len(reactions) - 1  # what is there is not made twice


def test_a_reaction_is_a_short_clip_of_its_own(tmp_path):
    plan = ((0, "neutral"), (0.2, "happy"))
    made = demo_clip.make_reaction(tmp_path / "one.mp4", plan, duration_s=1, is_mirrored=True)
    with av.open(str(made)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].frames) == (480, 15)

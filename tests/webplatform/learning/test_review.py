"""The review queue: which faces are proposed, what is hidden, and what an answer does."""

import pytest

from inference import Reason
from tests.webplatform.history.readings import face, frame
from webplatform.analysis.models import MediaFile
from webplatform.consent.models import ConsentScope
from webplatform.consent.services import give_consent, withdraw_consent
from webplatform.history.corrections import correct
from webplatform.history.models import Correction, Observation
from webplatform.history.services import append_readings, close_session, open_session
from webplatform.learning.review import propose
from webplatform.studies.models import Membership

pytestmark = pytest.mark.django_db
ALL = [ConsentScope.ANALYSE, ConsentScope.KEEP_MEDIA, ConsentScope.TRAIN]
READINGS = [
    frame(0, face(1, happy=0.9, sad=0.1)),
    frame(2000, face(1, sad=0.8, happy=0.2)),
    frame(4000, face(1, happy=0.7, sad=0.3)),
    frame(6000, face(1, Reason.LOW_CONFIDENCE, happy=0.4, sad=0.3, fear=0.3)),
    frame(6200, face(1, Reason.LOW_CONFIDENCE, happy=0.32, sad=0.31, fear=0.37)),
    frame(8000, face(1, Reason.BLURRED)),
]


@pytest.fixture
def record(study, owner, consent_of):
    """`record(scopes)`: a closed session of five scored readings with a video, by that consent."""
    consent_of(owner)

    def make(scopes=ALL):
        withdraw_consent(of=owner, scopes=[ConsentScope.ANALYSE])
        consent = give_consent(user=owner, language="en", channel="page", scopes=scopes)
        session = open_session(study=study, user=owner, consent=consent, title="Walk", source="upload", every_ms=200)
        session.folder.mkdir(parents=True)
        (session.folder / "source.mp4").write_bytes(b"video")
        media = {"content_type": "video/mp4", "size_bytes": 5, "sha256": "0" * 64}
        MediaFile.objects.create(session=session, original_name="x.mp4", stored_name="source.mp4", **media)
        append_readings(session=session, readings=READINGS)
        return close_session(session=session, duration_ms=9000, is_partial=False)

    return make


def told(user, **options):
    return [(one.row.t_ms, one.why) for one in propose(user, limit=10, **options)]


def test_doubt_flicker_and_rare_expressions_take_turns_and_neighbours_are_left_out(record, owner):
    record()
    assert told(owner) == [(6200, "unsure"), (2000, "flicker"), (0, "rare"), (4000, "rare")]


@pytest.mark.parametrize(
    "scopes", [[ConsentScope.ANALYSE, ConsentScope.KEEP_MEDIA], [ConsentScope.ANALYSE, ConsentScope.TRAIN]], ids=str
)
def test_without_consent_to_training_and_a_kept_video_nothing_is_proposed(record, owner, scopes):
    record(scopes)
    assert told(owner) == []


def test_a_video_that_is_gone_is_not_proposed(record, owner):
    (record().folder / "source.mp4").unlink()
    assert told(owner) == []


def test_only_who_may_correct_is_asked(record, owner, viewer, stranger, study):
    record()
    assert told(viewer) == told(stranger) == []
    Membership.objects.filter(study=study, user=viewer).update(role=Membership.Role.ANALYST)
    assert told(viewer)


def test_what_was_corrected_or_skipped_is_not_asked_again(record, owner):
    session = record()
    correct(session=session, user=owner, track=1, from_ms=1900, to_ms=2100, emotion="fear")
    doubt = Observation.objects.get(session=session, t_ms=6200)
    assert told(owner, skipped=[doubt.pk])[:2] == [(6000, "unsure"), (0, "rare")]


def test_what_the_model_says_is_hidden_until_the_answer(record, owner, client_of):
    record()
    client = client_of(owner)
    page = client.get("/review/").content.decode()
    assert "The model says" not in page
    row = Observation.objects.get(t_ms=6200)
    done = client.post(f"/review/{row.pk}/", {"emotion": "fear"}, follow=True).content.decode()
    assert "Noted: fear. The model had said: not sure (at most fear, 37 %)." in done
    made = Correction.objects.get()
    assert (made.from_ms, made.to_ms, made.emotion, made.created_by) == (6200, 6200, "fear", owner)
    client.get("/review/?scores=1")
    assert "The model says: sad, 80 %" in client.get("/review/").content.decode()


def test_a_skipped_face_comes_back_when_asked_for(record, owner, client_of):
    record()
    client = client_of(owner)
    for _ in range(10):
        proposal = client.get("/review/").context["proposal"]
        if proposal is None:
            break
        client.post(f"/review/{proposal.row.pk}/", {"emotion": "skip"})
    assert "Ask about the skipped ones again" in client.get("/review/").content.decode()
    client.post("/review/again/")
    assert client.get("/review/").context["proposal"] is not None
    assert not Correction.objects.exists()


def test_nobody_else_answers(record, stranger, viewer, client_of, client):
    record()
    row = Observation.objects.get(t_ms=6200)
    assert client_of(stranger).post(f"/review/{row.pk}/", {"emotion": "sad"}).status_code == 404
    client_of(viewer).post(f"/review/{row.pk}/", {"emotion": "sad"})
    assert client.get("/review/")["Location"].startswith("/account/login/")
    assert not Correction.objects.exists()


def test_an_answer_that_makes_no_sense_is_explained(record, owner, client_of):
    record()
    row = Observation.objects.get(t_ms=6200)
    page = client_of(owner).post(f"/review/{row.pk}/", {"emotion": "bored"}, follow=True).content.decode()
    assert "no such expression" in page
    assert not Correction.objects.exists()


def test_the_api_proposes_and_hides_the_scores_unless_asked(record, owner, stranger, api_of):
    record()
    found = api_of(owner).get("/api/v1/review/?limit=2").json()["results"]
    assert [(row["t_ms"], row["track"]) for row in found] == [(6200, 1), (2000, 1)]
    assert not {"dominant", "scores", "why"} & found[0].keys()
    shown = api_of(owner).get("/api/v1/review/?limit=2&scores=true").json()["results"]
    assert (shown[1]["dominant"], shown[1]["scores"]["sad"], shown[1]["why"]) == ("sad", 0.8, "flicker")
    assert api_of(stranger).get("/api/v1/review/").json()["results"] == []

"""A participant, their link, and a browser in which it was opened."""

import pytest
from django.test import Client

from tests.shipped_texts import add_shipped_texts
from webplatform.history.models import Observation, Session, Track
from webplatform.participation.links import create_link
from webplatform.participation.participants import add_participant


@pytest.fixture(autouse=True)
def texts(db):
    add_shipped_texts()


@pytest.fixture
def participant(study, owner):
    study.languages = ["en", "id"]
    study.purpose, study.contact = "How jokes land", "Dr Dewi"
    study.save()
    return add_participant(study=study, user=owner, pseudonym="Blue")


@pytest.fixture
def key(participant, owner):
    return create_link(participant=participant, user=owner)[1]


@pytest.fixture
def visitor(key):
    """The participant's browser, with the link opened."""
    client = Client()
    assert client.get(f"/p/{key}/")["Location"] == "/p/"
    return client


@pytest.fixture
def recorded(participant, owner):
    """`recorded(consent)`: a closed session of the participant with one reading and a file."""

    def record(consent):
        session = Session.objects.create(
            study=participant.study, created_by=owner, consent=consent, participant=participant, title="x",
            source="webcam", state="closed", every_ms=200, frames_decoded=1, frames_sampled=1, frames_scored=1,
        )  # fmt: skip
        track = Track.objects.create(session=session, number=1)
        Observation.objects.create(session=session, track=track, t_ms=0, x=0, y=0, w=9, h=9, reason="too_small")
        session.folder.mkdir(parents=True)
        (session.folder / "video.mp4").write_bytes(b"x")
        return session

    return record

"""Correcting on the page of a session: offered where it is allowed, and explained where it fails."""

import pytest

from webplatform.consent.models import ConsentScope
from webplatform.history import corrections
from webplatform.history.models import Correction

pytestmark = pytest.mark.django_db
SAD = {"track": 1, "from_s": "0", "to_s": "2", "emotion": "sad"}


@pytest.fixture
def agreed(monkeypatch):
    """The person seen agreed that pictures of them train models. (That the gate asks is tested with real records.)"""
    monkeypatch.setattr(corrections, "effective_scopes", lambda record: set(ConsentScope.values))
    monkeypatch.setattr(corrections, "require_scope", lambda record, scope: None)


def page(client, session):
    return client.get(f"/sessions/{session.pk}/").content.decode()


def said(client, session, **sent):
    return client.post(f"/sessions/{session.pk}/correct/", {**SAD, **sent}, follow=True).content.decode()


def test_without_consent_to_training_nothing_is_offered_or_taken(client_of, owner, story):
    client = client_of(owner)
    assert "Correct this face" not in page(client, story)
    said(client, story)
    assert not Correction.objects.exists()


def test_a_correction_is_noted_shown_and_taken_back(client_of, owner, story, agreed):
    client = client_of(owner)
    assert "Correct this face" in page(client, story)
    assert "The correction is noted." in said(client, story)
    made = Correction.objects.get()
    assert (made.from_ms, made.to_ms, made.emotion, made.created_by) == (0, 2000, "sad", owner)
    client.post(f"/sessions/{story.pk}/correct/{made.pk}/")
    assert not Correction.objects.exists()


@pytest.mark.parametrize("sent", [{"from_s": "soon"}, {"to_s": "1e999"}, {"track": "x"}, {"emotion": "bored"}], ids=str)
def test_what_makes_no_sense_is_explained(client_of, owner, story, agreed, sent):
    assert "notice error" in said(client_of(owner), story, **sent)
    assert not Correction.objects.exists()


def test_a_viewer_corrects_nothing_and_a_stranger_finds_nothing(client_of, viewer, stranger, story, agreed):
    assert "Correct this face" not in page(client_of(viewer), story)
    said(client_of(viewer), story)
    assert client_of(stranger).post(f"/sessions/{story.pk}/correct/", SAD).status_code == 404
    assert not Correction.objects.exists()

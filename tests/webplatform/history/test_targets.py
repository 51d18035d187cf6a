"""Whose face a recording shows: one's own on one's own consent, everybody else's on theirs."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.shipped_texts import add_shipped_texts
from webplatform.common.errors import NotFound
from webplatform.consent.services import (
    give_consent,
    give_participant_consent,
    require_consent,
    withdraw_consent,
)
from webplatform.history.models import Session
from webplatform.history.targets import choices_of, participants_to_name, place_named
from webplatform.participation.links import create_link
from webplatform.participation.participants import add_participant
from webplatform.studies.conditions import add_condition
from webplatform.studies.place import Place

MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(64)


@pytest.fixture(autouse=True)
def texts(db):
    add_shipped_texts()


@pytest.fixture
def participant(study, owner):
    return add_participant(study=study, user=owner, pseudonym="Blue")


@pytest.fixture
def agreed(participant):
    return give_participant_consent(participant=participant, language="en", channel="link", scopes=["analyse"])


def upload(client, **sent):
    return client.post("/upload/", {"file": SimpleUploadedFile("walk.mp4", MP4), **sent})


def test_before_the_first_upload_own_and_other_faces_are_told_apart(client_of, owner, participant):
    for page in ("/upload/", "/live/"):
        html = client_of(owner).get(page).content.decode()
        assert "Whose face is it?" in html
        assert "none of them has agreed yet" in html


def test_a_researcher_needs_no_consent_of_their_own_to_record_a_participant(client_of, owner, participant, agreed):
    client = client_of(owner)
    html = client.get("/upload/").content.decode()
    assert f'value="participant={participant.pk}"' in html
    assert 'value="self"' not in html
    assert upload(client, of=f"participant={participant.pk}").status_code == 302
    assert Session.objects.get().consent == agreed
    assert upload(client).status_code == 400  # nobody agreed for the own face
    assert f'value="participant={participant.pk}"' in client.get("/live/").content.decode()


def test_who_has_not_agreed_is_shown_and_cannot_be_chosen(client_of, owner, participant, consent):
    html = client_of(owner).get("/upload/").content.decode()
    assert "Blue (has not agreed)" in html
    assert participants_to_name(owner) == []


def test_giving_and_withdrawing_the_own_consent_never_touches_a_participants(
    client_of, owner, participant, agreed, consent, django_capture_on_commit_callbacks
):
    client = client_of(owner)
    upload(client, of=f"participant={participant.pk}")
    upload(client, of="self")
    theirs, mine = Session.objects.get(consent=agreed), Session.objects.get(consent=consent)
    page = client.get("/consent/withdraw/").content.decode()
    assert "1 session that rests on it is deleted" in page
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=owner)
    assert set(Session.objects.all()) == {theirs}
    assert require_consent(of=participant) == agreed
    give_consent(user=owner, language="en", channel="page")
    agreed.refresh_from_db()
    assert agreed.withdrawn_at is None
    assert not Session.objects.filter(pk=mine.pk).exists()


def test_a_participants_withdrawal_never_touches_the_researchers_own(
    client_of, owner, participant, agreed, consent, django_capture_on_commit_callbacks
):
    client = client_of(owner)
    upload(client, of=f"participant={participant.pk}")
    upload(client, of="self")
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=participant, channel="link")
    assert [session.consent for session in Session.objects.all()] == [consent]
    assert require_consent(of=owner) == consent


def test_a_participant_reads_what_goes_before_they_withdraw(client, owner, participant, agreed, client_of):
    upload(client_of(owner), of=f"participant={participant.pk}")
    client.get(f"/p/{create_link(participant=participant, user=owner)[1]}/")
    html = client.get("/p/withdraw/").content.decode()
    assert "1 recording of you is deleted at once" in html
    assert "Make a copy of everything" in html
    assert Session.objects.count() == 1


def test_the_place_is_found_by_whom_it_may_be_found(owner, stranger, participant):
    film = add_condition(study=participant.study, user=owner, name="film A")
    assert place_named(owner, f"participant={participant.pk}", str(film.pk)) == Place(None, participant, film)
    assert place_named(owner, f"study={participant.study_id}") == Place(participant.study)
    assert place_named(owner, "") == place_named(owner, "self") == Place()
    unreachable = [(stranger, f"participant={participant.pk}", ""), (owner, "study=nothing", ""), (owner, "x=1", "")]
    unreachable += [(stranger, "", str(film.pk)), (owner, "", "x")]
    for user, name, condition in unreachable:
        with pytest.raises(NotFound):
            place_named(user, name, condition)


def test_a_viewer_is_offered_nobody(viewer, participant, agreed):
    assert choices_of(viewer).targets == []


def test_a_recording_bears_the_chosen_condition_or_the_participants_own(client_of, owner, participant, agreed):
    first, second = (add_condition(study=participant.study, user=owner, name=name) for name in ("A", "B"))
    participant.condition = first
    participant.save()
    client = client_of(owner)
    upload(client, of=f"participant={participant.pk}")
    upload(client, of=f"participant={participant.pk}", condition=second.pk, again="yes")
    assert {session.condition for session in Session.objects.all()} == {first, second}


def test_a_condition_of_another_study_takes_nothing_in(client_of, owner, participant, consent):
    film = add_condition(study=participant.study, user=owner, name="film A")
    answer = upload(client_of(owner), of="self", condition=film.pk)
    assert answer.status_code == 400
    assert "condition of another study" in answer.content.decode()
    assert not Session.objects.exists()


def test_rest_takes_participant_and_condition(api_of, owner, participant, agreed):
    film = add_condition(study=participant.study, user=owner, name="film A")
    sent = {"file": SimpleUploadedFile("walk.mp4", MP4), "participant": participant.pk, "condition": film.pk}
    answer = api_of(owner).post("/api/v1/analyses/", sent, format="multipart")
    assert answer.status_code == 202, answer.json()
    session = Session.objects.get()
    assert (session.participant, session.condition) == (participant, film)

"""What a live session costs the database, and what happens when two hands reach for it."""

from dataclasses import replace

import pytest
from django.core import signing
from django.db import OperationalError, connection

import inference
from tests.shipped_texts import add_shipped_texts
from webplatform.accounts import tickets
from webplatform.accounts.services import create_token, revoke_token
from webplatform.accounts.tickets import issue_ticket, user_of_ticket
from webplatform.common.errors import Conflict, ConsentMissing, Invalid, NotAllowed
from webplatform.consent.services import give_participant_consent
from webplatform.history.bin import bin_session
from webplatform.history.models import Session
from webplatform.history.services import delete_session
from webplatform.live import picture_checks, services
from webplatform.live.services import (
    LiveIdentity,
    SessionRequest,
    begin,
    detach,
    finish,
    keep,
    resume,
    store,
)
from webplatform.studies.models import Condition, Participant, Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def recording(owner, consent, model):
    return begin(identity=LiveIdentity(owner), request=SessionRequest())


@pytest.fixture
def blue(study, owner):
    """A participant who has agreed."""
    add_shipped_texts()
    participant = Participant.objects.create(study=study, pseudonym="Blue")
    give_participant_consent(participant=participant, language="en", channel="link", scopes=["analyse"])
    return participant


def test_a_session_bears_the_condition_that_was_asked_for_and_says_whose_it_is(owner, blue, model):
    film = Condition.objects.create(study=blue.study, name="film A")
    asked = SessionRequest(participant_id=str(blue.pk), condition_id=str(film.pk))
    session = begin(identity=LiveIdentity(owner), request=asked).session
    assert (session.participant, session.condition) == (blue, film)
    assert session.title.startswith("Blue · film A · 20")


def test_a_participants_own_session_bears_their_condition_and_no_other(owner, blue, model):
    film, other = (Condition.objects.create(study=blue.study, name=name) for name in ("film A", "film B"))
    blue.condition = film
    blue.save()
    session = begin(identity=LiveIdentity(owner, blue), request=SessionRequest(condition_id=str(other.pk))).session
    assert session.condition == film


@pytest.mark.parametrize("condition", ["foreign", "0", "x", "9" * 30])
def test_a_condition_that_the_study_lacks_begins_nothing(owner, blue, model, condition):
    foreign = Condition.objects.create(study=Study.objects.create(name="Other"), name="film B")
    wanted = str(foreign.pk) if condition == "foreign" else condition
    with pytest.raises(NotAllowed):
        begin(identity=LiveIdentity(owner), request=SessionRequest(participant_id=str(blue.pk), condition_id=wanted))
    assert not Session.objects.exists()


def test_the_look_before_rests_on_the_consent_of_whoever_is_before_the_camera(owner, stranger, blue, model):
    with pytest.raises(ConsentMissing):
        picture_checks.check_picture(user=owner, picture=b"")
    with pytest.raises(Invalid):  # allowed, and no picture
        picture_checks.check_picture(user=owner, picture=b"", participant_id=str(blue.pk))
    with pytest.raises(NotAllowed):
        picture_checks.check_picture(user=stranger, picture=b"", participant_id=str(blue.pk))


@pytest.fixture
def reading():
    return inference.FrameReading(40, 640, 480, ())


def test_a_quiet_second_costs_one_query(recording, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert keep(recording) is None


def test_storing_twice_stores_once(recording, reading):
    recording.add(reading, 10)
    store(recording)
    store(recording)
    assert Session.objects.get().frames_sampled == 1


def test_a_finished_session_takes_nothing_more(recording, reading):
    recording.add(reading, 10)
    session = finish(recording)
    assert (session.state, session.duration_ms) == ("closed", 140)
    recording.add(reading, 10)
    with pytest.raises(Conflict):
        finish(recording)
    assert keep(recording).code == 4409
    assert Session.objects.get().frames_sampled == 1


def test_letting_go_of_a_session_that_was_deleted_is_quiet(recording, reading, owner):
    recording.add(reading, 10)
    delete_session(session=recording.session, user=owner)
    detach(recording)
    assert not Session.objects.exists()


def test_a_running_session_that_is_deleted_is_closed_in_the_bin_and_cannot_be_resumed(recording, reading, owner):
    recording.add(reading, 10)
    store(recording)
    token = services.resume_token(recording)
    binned = bin_session(session=recording.session, user=owner)
    assert (binned.state, binned.frames_sampled) == ("closed", 1)
    assert keep(recording).code == 4409
    with pytest.raises(Conflict):
        resume(user=owner, token=token)


def test_a_ticket_is_of_no_use_after_a_minute_or_for_a_disabled_account(owner, monkeypatch):
    ticket = issue_ticket(user=owner)
    assert user_of_ticket(ticket) == owner
    monkeypatch.setattr(tickets, "TICKET_S", -1)
    assert user_of_ticket(ticket) is None
    monkeypatch.undo()
    owner.is_active = False
    owner.save()
    assert user_of_ticket(ticket) is None


def test_a_ticket_is_no_resume_token_and_the_other_way_round(recording, owner):
    with pytest.raises(NotAllowed):
        resume(user=owner, token=issue_ticket(user=owner))
    assert user_of_ticket(services.resume_token(recording)) is None
    with pytest.raises(NotAllowed):
        resume(user=owner, token=signing.dumps("x", salt=services.RESUME_SALT))


def test_a_participants_seat_does_not_depend_on_the_login_of_who_invited_them(owner):
    owner.login_epoch = 3
    assert LiveIdentity(owner).login_epoch == 3
    assert LiveIdentity(owner, Participant(pseudonym="Blue")).login_epoch is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", [store, finish], ids=["store", "finish"])
def test_readings_wait_on_where_a_commit_fails(recording, reading, monkeypatch, step):
    recording.add(reading, 10)
    with monkeypatch.context() as broken:
        broken.setattr(connection, "_commit", _disk_is_full)
        with pytest.raises(OperationalError):
            step(recording)
    assert len(recording.readings) == 1
    finish(recording)
    session = Session.objects.get()
    assert (session.frames_sampled, session.is_partial, recording.readings) == (1, False, [])


def test_the_stored_statistics_tell_of_the_stored_readings_alone(recording, reading, monkeypatch):
    """Frames are answered while a thread writes: what a camera hears on resuming must be in the database."""
    recording.add(reading, 10)
    append = services.history.append_readings

    def append_slowly(**what):
        recording.add(replace(reading, t_ms=reading.t_ms + 100), 10)
        return append(**what)

    monkeypatch.setattr(services.history, "append_readings", append_slowly)
    store(recording)
    session = Session.objects.get()
    assert session.live_statistics["last_ms"] == reading.t_ms
    assert session.live_statistics["answered"] == session.frames_sampled == 1
    assert len(recording.readings) == 1


def _disk_is_full() -> None:
    raise OperationalError("database or disk is full")


def test_a_revoked_tokens_socket_closes_at_the_next_look(owner, consent, model):
    token, _key = create_token(user=owner, name="camera")
    ticket = issue_ticket(user=owner, token=token)
    recording = begin(identity=LiveIdentity(owner), request=SessionRequest())
    recording.token_id = tickets.token_of_ticket(ticket)
    assert keep(recording) is None
    revoke_token(token=token)
    assert keep(recording).code == 4401
    assert user_of_ticket(ticket) is None

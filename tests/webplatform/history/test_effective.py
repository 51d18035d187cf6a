"""What counts of a session's readings."""

from __future__ import annotations

import pytest

from tests.webplatform.history.readings import face, frame
from webplatform.history.effective import effective_readings
from webplatform.history.faces import everybody_in, own_person, people_of
from webplatform.history.models import Correction, FaceEdit, Segment, Session
from webplatform.history.services import append_readings, close_session
from webplatform.studies.models import Participant, Study

KINDS = FaceEdit.Kind


@pytest.fixture
def longer(session: Session) -> Session:
    """Two people of 8 s, one after the other's half: track 1 from 0 to 3.8 s, track 2 from 4 s to 7.8 s."""
    frames = [frame(t_ms, face(1 if t_ms < 4000 else 2, happy=1.0)) for t_ms in range(0, 8000, 200)]
    append_readings(session=session, readings=frames)
    return close_session(session=session, duration_ms=8000, is_partial=False)


def edit(session: Session, kind: str, key: str, **more: object) -> None:
    FaceEdit.objects.create(session=session, kind=kind, face=key, **more)


def test_untouched_readings_are_the_model_s(longer: Session):
    readings = list(effective_readings(longer))
    assert len(readings) == 40
    t_ms, person, scores, state, corrected = readings[0]
    assert (t_ms, person, scores["happy"], state, corrected) == (0, "1", 1.0, "sure", None)
    assert readings[-1].person == "2"
    assert readings[-1].shown == "happy"


def test_glimpses_and_dropped_faces_are_gone(longer: Session):
    assert [one.key for one in everybody_in(longer)] == ["1", "2"]
    edit(longer, KINDS.DROP, "2")
    assert {reading.person for reading in effective_readings(longer)} == {"1"}
    assert [person.dropped for person in people_of(longer)] == [False, True]


def test_a_named_glimpse_is_a_person(story: Session):
    before = {person.key for person in people_of(story)}
    assert "2" not in before
    edit(story, KINDS.NAME, "2", text="Guest")
    assert {person.key: person.name for person in people_of(story)}["2"] == "Guest"


def test_excluded_stretches_are_left_out_up_to_their_end(longer: Session):
    Segment.objects.create(session=longer, from_ms=0, to_ms=1000, kind="excluded", reason="phone rang")
    Segment.objects.create(session=longer, from_ms=2000, to_ms=3000, label="film")
    times = [reading.t_ms for reading in effective_readings(longer)]
    assert times[0] == 1000
    assert 2000 in times
    assert len(list(effective_readings(longer, is_sparing=False))) == 40


def test_a_correction_counts_beside_what_the_model_said(longer: Session):
    track = longer.tracks.get(number=1)
    for emotion in ("sad", "angry"):
        Correction.objects.create(session=longer, track=track, from_ms=200, to_ms=400, emotion=emotion)
    shown = {r.t_ms: (r.verdict, r.corrected, r.shown) for r in effective_readings(longer)}
    assert shown[0] == ("happy", None, "happy")
    assert shown[200] == shown[400] == ("happy", "angry", "angry")
    assert shown[600] == ("happy", None, "happy")


def test_merged_faces_are_one_and_a_split_face_is_two(longer: Session):
    edit(longer, KINDS.MERGE, "2", into="1")
    assert [len(person.tracks) for person in people_of(longer)] == [2]
    edit(longer, KINDS.SPLIT, "1", at_ms=2000)
    assert [person.key for person in people_of(longer)] == ["1", "1@2000"]
    readings = list(effective_readings(longer))
    assert {r.person for r in readings if r.t_ms < 2000} == {"1"}
    assert {r.person for r in readings if r.t_ms >= 2000} == {"1@2000"}


def test_a_participant_who_turns_away_and_back_is_one_person(longer: Session, study: Study):
    assert len(people_of(longer)) == 2
    longer.participant = Participant.objects.create(study=study, pseudonym="Red")
    longer.save()
    assert [len(person.tracks) for person in people_of(longer)] == [2]
    person, is_guess = own_person(longer, people_of(longer))
    assert (person.key, is_guess) == ("1", False)


def test_of_several_the_assigned_face_is_the_participant(longer: Session, study: Study):
    person, is_guess = own_person(longer, people_of(longer))
    assert (person.key, is_guess) == ("1", True)
    longer.participant = Participant.objects.create(study=study, pseudonym="Red")
    longer.save()
    edit(longer, KINDS.SPLIT, "1", at_ms=4000)
    edit(longer, KINDS.ASSIGN, "1@4000", participant=longer.participant)
    person, is_guess = own_person(longer, people_of(longer))
    assert (person.key, is_guess) == ("1@4000", False)

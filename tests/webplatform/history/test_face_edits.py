"""Saying who is who: each change, its refusals, and its undoing."""

from __future__ import annotations

import pytest

from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.consent.services import give_consent
from webplatform.history import face_edits as edits
from webplatform.history.corrections import correct
from webplatform.history.erasing import close_readings
from webplatform.history.events import session_assigned
from webplatform.history.faces import people_of
from webplatform.history.models import Correction, FaceEdit, Session
from webplatform.history.revision import revise
from webplatform.history.services import append_readings, close_session
from webplatform.studies.models import Participant, Study


@pytest.fixture
def pair(session: Session) -> Session:
    """8 s of two people side by side: 1 happy, 2 sad."""
    frames = [frame(t, face(1, happy=1.0), face(2, sad=1.0)) for t in range(0, 8000, 200)]
    append_readings(session=session, readings=frames)
    return close_session(session=session, duration_ms=8000, is_partial=False)


def test_each_change_shows_and_can_be_undone(pair: Session, owner: User, study: Study):
    red = Participant.objects.create(study=study, pseudonym="Red")
    changes = [
        lambda: edits.name_face(session=pair, user=owner, face="1", name=" Left  chair "),
        lambda: edits.colour_face(session=pair, user=owner, face="1", colour="#ABCDEF"),
        lambda: edits.assign_face(session=pair, user=owner, face="1", participant=red),
        lambda: edits.split_face(session=pair, user=owner, face="2", at_ms=4000),
        lambda: edits.drop_face(session=pair, user=owner, face="2@4000", is_dropped=True),
        lambda: edits.drop_face(session=pair, user=owner, face="2@4000", is_dropped=False),
        lambda: edits.merge_faces(session=pair, user=owner, face="2@4000", into="1"),
    ]
    seen = [people_of(pair)]
    for change in changes:
        change()
        seen.append(people_of(pair))
        assert seen[-1] != seen[-2]
    first = seen[-1][0]
    assert (first.name, first.colour, first.participant_id, len(first.tracks)) == ("Left chair", "#abcdef", red.pk, 2)
    for before in reversed(seen[:-1]):
        edits.undo_face_edit(session=pair, user=owner)
        assert people_of(pair) == before
    with pytest.raises(Conflict):
        edits.undo_face_edit(session=pair, user=owner)


def test_the_session_counts_people_and_not_fragments(pair: Session, owner: User):
    assert pair.people == 2
    edits.merge_faces(session=pair, user=owner, face="2", into="1")
    pair.refresh_from_db()
    assert pair.people == 1
    edits.drop_face(session=pair, user=owner, face="1", is_dropped=True)
    pair.refresh_from_db()
    assert (pair.people, pair.revised["observations"]) == (0, 0)


def test_a_dropped_face_is_in_no_figure(pair: Session, owner: User):
    edits.drop_face(session=pair, user=owner, face="2", is_dropped=True)
    assert pair.revised["share"]["happy"] == 1.0
    assert [one["key"] for one in pair.revised["people"]] == ["1"]
    assert pair.summary["share"]["happy"] == 0.5


def test_changes_that_make_no_sense_are_refused(pair: Session, owner: User, viewer: User):
    other = Participant.objects.create(study=Study.objects.create(name="Other"), pseudonym="Red")
    for change in (
        lambda: edits.name_face(session=pair, user=owner, face="9", name="x"),
        lambda: edits.name_face(session=pair, user=owner, face="1", name=""),
        lambda: edits.colour_face(session=pair, user=owner, face="1", colour="red"),
        lambda: edits.merge_faces(session=pair, user=owner, face="1", into="1"),
        lambda: edits.merge_faces(session=pair, user=owner, face="1", into="9"),
        lambda: edits.split_face(session=pair, user=owner, face="1", at_ms=0),
        lambda: edits.split_face(session=pair, user=owner, face="1", at_ms=99_999),
        lambda: edits.assign_face(session=pair, user=owner, face="1", participant=other),
    ):
        with pytest.raises(Invalid):
            change()
    with pytest.raises(NotAllowed):
        edits.name_face(session=pair, user=viewer, face="1", name="x")
    assert not FaceEdit.objects.exists()


def test_an_open_session_has_no_faces_to_change(session: Session, owner: User):
    with pytest.raises(Conflict):
        edits.name_face(session=session, user=owner, face="1", name="x")


def test_what_was_said_of_faces_goes_with_the_readings(pair: Session, owner: User):
    edits.name_face(session=pair, user=owner, face="1", name="Left")
    close_readings(session=pair)
    pair.refresh_from_db()
    assert (pair.face_edits.count(), pair.revised, pair.people) == (0, {}, 0)


def test_the_summary_tells_corrections_beside_what_the_model_said(pair: Session, owner: User):
    track = pair.tracks.get(number=1)
    Correction.objects.create(session=pair, track=track, from_ms=0, to_ms=3999, emotion="neutral")
    revise(pair)
    assert pair.revised["share"]["neutral"] == 0.25
    assert pair.revised["corrected"] == 20
    assert pair.summary["share"]["neutral"] == 0.0


def test_a_correction_is_summed_up_at_once(pair: Session, owner: User):
    pair.consent = give_consent(user=owner, language="en", channel="page", scopes=["analyse", "train"])
    pair.save(update_fields=["consent"])
    correct(session=pair, user=owner, track=1, from_ms=0, to_ms=8000, emotion="neutral")
    pair.refresh_from_db()
    assert pair.revised["share"]["neutral"] == 0.5


def test_nobody_of_another_study_stays_in_a_session_that_moves(pair: Session, owner: User, study: Study):
    red = Participant.objects.create(study=study, pseudonym="Red")
    edits.assign_face(session=pair, user=owner, face="1", participant=red)
    edits.name_face(session=pair, user=owner, face="2", name="Guest")
    pair.study = Study.objects.create(name="Other")
    pair.save(update_fields=["study"])
    session_assigned.send(sender=Session, session=pair, before=pair.consent)
    assert [edit.kind for edit in pair.face_edits.all()] == ["name"]

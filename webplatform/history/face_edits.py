"""Change who is who in a session; every change is a row, and the newest can be undone."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid
from webplatform.common.input.text import shown_text
from webplatform.history.faces import everybody_in, played
from webplatform.history.models import FaceEdit, Session
from webplatform.history.revision import revise_people
from webplatform.history.segments import require_may_mark
from webplatform.studies.models import Participant

MAX_EDITS = 2000
MAX_NAME = 60
COLOUR = re.compile(r"#[0-9a-f]{6}")
KINDS = FaceEdit.Kind


@transaction.atomic
def name_face(*, session: Session, user: User, face: str, name: str) -> FaceEdit:
    """People call the face this; an empty name takes the name away.

    Raises:
        NotAllowed, Invalid, Conflict: see `_edit`.
    """
    return _edit(session, user, FaceEdit(kind=KINDS.NAME, face=face, text=shown_text(name)[:MAX_NAME]))


@transaction.atomic
def colour_face(*, session: Session, user: User, face: str, colour: str) -> FaceEdit:
    """The face has this colour, as #rrggbb.

    Raises:
        Invalid: that is no colour.
        NotAllowed, Invalid, Conflict: see `_edit`.
    """
    if not COLOUR.fullmatch(colour.lower()):
        raise Invalid(_("A colour is written as #rrggbb."), field="colour")
    return _edit(session, user, FaceEdit(kind=KINDS.COLOUR, face=face, text=colour.lower()))


@transaction.atomic
def merge_faces(*, session: Session, user: User, face: str, into: str) -> FaceEdit:
    """Both faces are one person, who has the second one's name and colour.

    Raises:
        NotAllowed, Invalid, Conflict: see `_edit`.
    """
    if into not in {person.key for person in everybody_in(session)}:
        raise Invalid(_("There is no such face."), field="into")
    return _edit(session, user, FaceEdit(kind=KINDS.MERGE, face=face, into=into))


@transaction.atomic
def split_face(*, session: Session, user: User, face: str, at_ms: int) -> FaceEdit:
    """From this moment on the face is somebody else.

    Raises:
        NotAllowed, Invalid, Conflict: see `_edit`.
    """
    return _edit(session, user, FaceEdit(kind=KINDS.SPLIT, face=face, at_ms=at_ms))


@transaction.atomic
def drop_face(*, session: Session, user: User, face: str, is_dropped: bool) -> FaceEdit:
    """The face counts in no figure; or it counts again.

    Raises:
        NotAllowed, Invalid, Conflict: see `_edit`.
    """
    return _edit(session, user, FaceEdit(kind=KINDS.DROP if is_dropped else KINDS.RESTORE, face=face))


@transaction.atomic
def assign_face(*, session: Session, user: User, face: str, participant: Participant | None) -> FaceEdit:
    """The face is this participant of the study, or nobody's any more.

    Raises:
        Invalid: the participant takes part in another study.
        NotAllowed, Invalid, Conflict: see `_edit`.
    """
    if participant is not None and participant.study_id != session.study_id:
        raise Invalid(_("This participant takes part in another study."), field="participant")
    return _edit(session, user, FaceEdit(kind=KINDS.ASSIGN, face=face, participant=participant))


@transaction.atomic
def undo_face_edit(*, session: Session, user: User) -> FaceEdit:
    """The newest change of faces is gone; it is returned.

    Raises:
        NotAllowed: the user may only view the session.
        Conflict: there is nothing to undo.
    """
    require_may_mark(session, user)
    newest = session.face_edits.last()
    if newest is None:
        raise Conflict(_("There is nothing to undo."))
    before = everybody_in(session)
    newest.delete()
    revise_people(session, before)
    return newest


def _edit(session: Session, user: User, edit: FaceEdit) -> FaceEdit:
    """Keep the change.

    Raises:
        NotAllowed: the user may only view the session.
        Invalid: there is no such face, or the change changes nothing.
        Conflict: the session is not done, or was changed as often as it can be.
    """
    require_may_mark(session, user)
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if locked.state != Session.State.CLOSED or locked.readings_removed_at is not None:
        raise Conflict(_("Only a session that is done, with its readings, can be changed."))
    before = everybody_in(session)
    people = {person.key: person for person in before}
    if edit.face not in people:
        raise Invalid(_("There is no such face."), field="face")
    if played(people, edit) == people:
        raise Invalid(_("That changes nothing."), field="face")
    if session.face_edits.count() >= MAX_EDITS:
        raise Conflict(_("A session's faces were changed too often; undo some changes."))
    edit.session, edit.created_by = session, user
    edit.save()
    revise_people(session, before)
    return edit

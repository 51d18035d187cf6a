"""Parse a change of faces from a form or a program into the arguments of `face_edits`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Invalid
from webplatform.history import face_edits
from webplatform.history.models import FaceEdit, Session
from webplatform.studies.models import Participant

KINDS = FaceEdit.Kind


def edit_faces(session: Session, user: User, sent: dict[str, Any]) -> FaceEdit:
    """Make the change that was sent.

    Raises:
        Invalid: a field is missing, or there is no such participant.
        NotAllowed, Conflict: as the change's own function says.
    """
    kind, target = sent["kind"], {"session": session, "user": user, "face": sent["face"]}
    if kind == KINDS.NAME:
        return face_edits.name_face(**target, name=_field(sent, "text"))
    if kind == KINDS.COLOUR:
        return face_edits.colour_face(**target, colour=_field(sent, "text"))
    if kind == KINDS.MERGE:
        return face_edits.merge_faces(**target, into=_field(sent, "into"))
    if kind == KINDS.SPLIT:
        return face_edits.split_face(**target, at_ms=_field(sent, "at_ms"))
    if kind == KINDS.ASSIGN:
        return face_edits.assign_face(**target, participant=_participant(session, _field(sent, "participant")))
    return face_edits.drop_face(**target, is_dropped=kind == KINDS.DROP)


def _field(sent: dict[str, Any], name: str) -> Any:  # text, a moment or an id, as the serializer made it
    if name not in sent:
        raise Invalid(_("“%(field)s” is missing.") % {"field": name}, field=name)
    return sent[name]


def _participant(session: Session, key: object) -> Participant | None:
    if not key:
        return None
    participant = Participant.objects.filter(study=session.study_id, pk=key).first()
    if participant is None:
        raise Invalid(_("There is no such participant."), field="participant")
    return participant

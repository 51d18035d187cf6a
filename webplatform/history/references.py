"""Other programs' data on a session: their own id for it, and a small JSON object."""

from __future__ import annotations

import json
from typing import Any  # JSON

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.history.models import Session
from webplatform.history.queries import is_editable_by

MAX_METADATA_BYTES = 4096
MAX_METADATA_DEPTH = 4
MAX_EXTERNAL_ID = 200


@transaction.atomic
def set_reference(
    *, session: Session, user: User, external_id: str | None = None, metadata: dict[str, Any] | None = None
) -> Session:
    """The session bears this external id and this metadata; what is None stays as it is.

    Raises:
        NotAllowed: the user may only view the study.
        Conflict: another session of the same account bears the external id; `details` name it, if the user sees it.
        Invalid: one of them is too long, too deep, or not printable.
    """
    if not is_editable_by(session, user):
        raise NotAllowed(_("Only owners and analysts of the study may do this."))
    changes: dict[str, Any] = {}
    if external_id is not None and external_id != session.external_id:
        changes["external_id"] = _checked_id(external_id)
        _refuse_taken(session, user, external_id)
    if metadata is not None and metadata != session.metadata:
        changes["metadata"] = checked_metadata(metadata)
    if not changes:
        return session
    _store(session, changes)
    about = {"study_id": session.study_id, "target": f"session:{session.pk}"}
    record_event("session.reference", actor=user, **about, changed=sorted(changes))
    return session


def checked_metadata(metadata: object) -> dict[str, Any]:
    """The same metadata, if it is small enough to be kept.

    Raises Invalid where it is no JSON object, larger than MAX_METADATA_BYTES or deeper than MAX_METADATA_DEPTH.
    """
    if not isinstance(metadata, dict):
        raise Invalid(_("The metadata must be one JSON object."), field="metadata")
    if not _is_within(metadata, MAX_METADATA_DEPTH):
        raise Invalid(_("The metadata may be at most %(n)d levels deep.") % {"n": MAX_METADATA_DEPTH}, field="metadata")
    try:
        size = len(json.dumps(metadata, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())
    except ValueError as error:  # NaN, infinity, half a character: no JSON that a database takes
        raise Invalid(_("The metadata holds a value that cannot be stored."), field="metadata") from error
    if size > MAX_METADATA_BYTES:
        raise Invalid(_("The metadata may be at most %(n)d bytes.") % {"n": MAX_METADATA_BYTES}, field="metadata")
    if "\\u0000" in json.dumps(metadata).replace("\\\\", ""):
        raise Invalid(_("The metadata holds a value that cannot be stored."), field="metadata")
    return metadata


def metadata_lines(session: Session) -> list[tuple[str, str]]:
    """The session's metadata as names and texts; a value that is no text is written as JSON."""
    members = session.metadata.items()
    return [(name, one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)) for name, one in members]


def _checked_id(external_id: str) -> str:
    if len(external_id) > MAX_EXTERNAL_ID or not external_id.isprintable() or external_id != external_id.strip():
        raise Invalid(
            _("An external id is at most %(n)d printable characters, without spaces around it.")
            % {"n": MAX_EXTERNAL_ID},
            field="external_id",
        )
    return external_id


def _refuse_taken(session: Session, user: User, external_id: str) -> None:
    if not external_id or session.created_by_id is None:
        return
    others = Session.objects.filter(created_by=session.created_by_id, external_id=external_id).exclude(pk=session.pk)
    other = others.values_list("pk", flat=True).first()
    if other is not None:
        is_seen = Session.objects.for_user(user).filter(pk=other).exists()
        raise _external_id_taken(external_id, **({"session": str(other)} if is_seen else {}))


def _store(session: Session, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(session, name, value)
    try:
        with transaction.atomic():
            session.save(update_fields=list(changes))
    except IntegrityError as error:  # somebody took it between the look and the write
        raise _external_id_taken(changes.get("external_id", "")) from error


def _external_id_taken(external_id: str, **details: str) -> Conflict:
    text = _("The external id “%(id)s” belongs to another session of this account.") % {"id": external_id}
    return Conflict(text, reason="external_id_taken", field="external_id", **details)


def _is_within(value: object, levels: int) -> bool:
    """Whether objects and lists lie at most so deep in one another."""
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_within(one, levels - 1) for one in inner)

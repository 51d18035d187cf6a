"""Write the markers of a session."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.common.input.text import shown_text
from webplatform.history.models import Marker, Session
from webplatform.history.queries import MAX_MS, is_editable_by

MAX_TEXT = 120
MAX_MARKERS = 1000


@transaction.atomic
def add_marker(*, session: Session, user: User, t_ms: int, text: str) -> Marker:
    """The session carries this note at this moment.

    Raises:
        NotAllowed: the user may only view the session.
        Invalid: the text is blank, or the moment lies outside of any session.
        Conflict: the session has as many notes as it can carry.
    """
    if not is_editable_by(session, user):
        raise NotAllowed(_("Only owners and analysts of the study may add markers to its sessions."))
    cleaned = check_marker(session, t_ms, text)
    if session.markers.count() >= MAX_MARKERS:
        raise Conflict(_("A session carries at most %(limit)d markers.") % {"limit": MAX_MARKERS})
    return Marker.objects.create(session=session, t_ms=t_ms, text=cleaned, created_by=user)


def change_marker(*, marker: Marker, user: User, t_ms: int, text: str) -> Marker:
    """The note is another one now, or at another moment.

    Raises:
        NotAllowed: the user may only view the session.
        Invalid: the text is blank, or the moment lies outside of the session.
    """
    if not is_editable_by(marker.session, user):
        raise NotAllowed(_("Only owners and analysts of the study may mark its sessions."))
    marker.text = check_marker(marker.session, t_ms, text)
    marker.t_ms = t_ms
    marker.save(update_fields=["t_ms", "text"])
    return marker


def check_marker(session: Session, t_ms: int, text: str) -> str:
    """The text as it is kept.

    Raises:
        Invalid: the text is blank, or the moment lies outside of the session.
    """
    cleaned = shown_text(text.replace("\0", " "))[:MAX_TEXT]
    if not cleaned:
        raise Invalid(_("A marker needs a text."))
    if not 0 <= t_ms <= (MAX_MS if session.duration_ms is None else session.duration_ms):
        raise Invalid(_("A marker lies within its session."), t_ms=t_ms)
    return cleaned


def remove_marker(*, marker: Marker, user: User) -> None:
    """The note is gone.

    Raises:
        NotAllowed: the user may only view the session.
    """
    if not is_editable_by(marker.session, user):
        raise NotAllowed(_("Only owners and analysts of the study may remove its sessions' markers."))
    marker.delete()

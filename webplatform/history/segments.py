"""Stretches of a session: named, left out of every figure, or the person at rest."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.common.input.text import shown_text
from webplatform.history.models import Segment, Session
from webplatform.history.queries import MAX_MS, is_editable_by
from webplatform.history.revision import revise

MAX_SEGMENTS = 500
MAX_LABEL, MAX_REASON = 80, 200


@transaction.atomic
def add_segment(
    *, session: Session, user: User, stretch: tuple[int, int], kind: str, label: str = "", reason: str = ""
) -> Segment:
    """The session carries the stretch, from its first moment up to its end; a new baseline takes the old one's place.

    Raises:
        NotAllowed: the user may only view the session.
        Invalid: the stretch is empty or outside of the session, has no label, or is left out for no reason.
        Conflict: the session carries as many as it can.
    """
    require_may_mark(session, user)
    segment = Segment(session=session, kind=kind, created_by=user)
    _fill(segment, stretch, label, reason)
    if session.segments.count() >= MAX_SEGMENTS:
        raise Conflict(_("A session carries at most %(limit)d segments.") % {"limit": MAX_SEGMENTS})
    _make_room(segment)
    segment.save()
    revise(session)
    return segment


@transaction.atomic
def change_segment(
    *, segment: Segment, user: User, stretch: tuple[int, int], kind: str, label: str = "", reason: str = ""
) -> Segment:
    """The stretch is another one now.

    Raises:
        NotAllowed: the user may only view the session.
        Invalid: the stretch is empty or outside of the session, has no label, or is left out for no reason.
    """
    require_may_mark(segment.session, user)
    segment.kind = kind
    _fill(segment, stretch, label, reason)
    _make_room(segment)
    segment.save()
    revise(segment.session)
    return segment


@transaction.atomic
def remove_segment(*, segment: Segment, user: User) -> None:
    """The stretch is gone.

    Raises:
        NotAllowed: the user may only view the session.
    """
    require_may_mark(segment.session, user)
    segment.delete()
    revise(segment.session)


def require_may_mark(session: Session, user: User) -> None:
    """Raises NotAllowed where the user may only view the session."""
    if not is_editable_by(session, user):
        raise NotAllowed(_("Only owners and analysts of the study may mark its sessions."))


def check_stretch(session: Session, from_ms: int, to_ms: int) -> None:
    """Raises Invalid where the stretch is empty or outside of the session."""
    end_ms = MAX_MS if session.duration_ms is None else session.duration_ms
    if not 0 <= from_ms < to_ms:
        raise Invalid(_("A segment ends after it starts."), from_ms=from_ms, to_ms=to_ms)
    if to_ms > end_ms:
        raise Invalid(_("A segment lies within its session."), to_ms=to_ms, end_ms=end_ms)


def check_words(kind: str, label: str, reason: str) -> tuple[str, str]:
    """The label and the reason as they are kept.

    Raises:
        Invalid: there is no such kind, a segment has no label, or an exclusion no reason.
    """
    if kind not in Segment.Kind.values:
        raise Invalid(_("There is no such kind of segment."), kind=kind)
    words = shown_text(label.replace("\0", " "))[:MAX_LABEL], shown_text(reason.replace("\0", " "))[:MAX_REASON]
    if kind == Segment.Kind.SEGMENT and not words[0]:
        raise Invalid(_("A segment needs a name."), field="label")
    if kind == Segment.Kind.EXCLUDED and not words[1]:
        raise Invalid(_("Say why this stretch is left out."), field="reason")
    return words


def _fill(segment: Segment, stretch: tuple[int, int], label: str, reason: str) -> None:
    check_stretch(segment.session, *stretch)
    segment.from_ms, segment.to_ms = stretch
    segment.label, segment.reason = check_words(segment.kind, label, reason)


def _make_room(segment: Segment) -> None:
    if segment.kind == Segment.Kind.BASELINE:
        segment.session.segments.filter(kind=segment.kind).exclude(pk=segment.pk).delete()

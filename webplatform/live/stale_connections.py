"""End webcam sessions, also those whose socket died without a message."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from webplatform.history.models import Session
from webplatform.history.services import close_session
from webplatform.live.models import LiveConnection

RESUME_WITHIN_S = 30
# Later than a resume is taken: that is by `services.SAY_EVERY_S` (5 s) longer, as a session is noted as heard only so
# often.
CLOSE_AFTER_S = RESUME_WITHIN_S + 15


def close_stale_sessions() -> int:
    """Close the webcam sessions whose socket died without a word, by their last frame; returns how many."""
    now, patience = timezone.now(), timedelta(seconds=CLOSE_AFTER_S)
    unheard = Q(heard_at__lt=now - patience) | Q(heard_at__gt=now + patience)  # or the clock was set back
    silent = LiveConnection.objects.filter(unheard, session__state=Session.State.OPEN)
    closed = 0
    for connection in silent.select_related("session"):
        with transaction.atomic():
            # Taken from its socket first: one that comes back meanwhile must not write to a closed session.
            taken = LiveConnection.objects.filter(unheard, pk=connection.pk).update(holder="")
            if taken:
                close_recorded(connection.session, is_partial=True)
                closed += 1
    return closed


def end_recording(session: Session) -> None:
    """The session is closed by its last frame if it is one that is being recorded; its socket may write no more."""
    if LiveConnection.objects.filter(session=session, session__state=Session.State.OPEN).update(holder=""):
        close_recorded(session, is_partial=True)


def close_recorded(session: Session, *, is_partial: bool) -> Session | None:
    """Close an open webcam session by its last frame; one without a frame is removed, and None returned."""
    session.refresh_from_db()
    if not session.frames_sampled:
        session.delete()
        return None
    last_ms = session.live_statistics.get("last_ms", 0)
    closed = close_session(session=session, duration_ms=last_ms + session.every_ms, is_partial=is_partial)
    LiveConnection.objects.filter(session=session).delete()
    return closed

"""Erase a session: nothing of it is left in the database or on the disk, and its copies cannot be read."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from webplatform.accounts.audit import record_event
from webplatform.accounts.idempotency_keys import forget_answers
from webplatform.accounts.models import User
from webplatform.history.erasure_log_lines import note_erased
from webplatform.history.events import readings_removed, session_erased
from webplatform.history.media import erase_session_key, set_session_key_aside
from webplatform.history.models import Correction, FaceEdit, FrameSize, Observation, Session, SessionSeconds, Track
from webplatform.vault.stored import remove_after_commit


@transaction.atomic
def erase_session(*, session: Session, by: User | None = None, is_purged: bool = False) -> None:
    """Erase the session: its key first, then its rows, and its folder after the commit.

    The key does not wait for the commit: whatever fails afterwards, nobody sees the pictures again, and erasing the
    session again removes the rest. Where nobody wanted it but its time was over (`is_purged`), the key is set aside for
    a while, and the erasure log gets no line: a wrong clock must not end what a backup could bring back, and what is
    brought back too late goes with the next purge.
    """
    # Locked, so that a worker's append waits, finds no open session and stops, instead of adding rows to nothing.
    locked = Session.everything.select_for_update().filter(pk=session.pk).first()
    (set_session_key_aside if is_purged else erase_session_key)(session)
    for repetition in Session.everything.filter(repeats=session.pk):
        erase_session(session=repetition, by=by, is_purged=is_purged)
    if locked is not None:
        record_event("session.erased", actor=by, study_id=locked.study_id, target=f"session:{locked.pk}")
        session_erased.send(sender=Session, session_id=locked.pk)
        locked.delete()
        forget_answers(about=[session.pk])
        if not is_purged:
            note_erased("session", session.pk)
    remove_after_commit(session.folder, is_folder=True)


@transaction.atomic
def remove_some_readings(*, session: Session, most: int) -> int:
    """The session's earliest readings are gone, about `most` of them; returns how many. None are left after a 0."""
    rows = Observation.objects.filter(session=session)
    SessionSeconds.objects.filter(session=session).delete()
    last = list(rows.order_by("t_ms", "id").values_list("t_ms", flat=True)[most - 1 : most])
    return (rows.filter(t_ms__lte=last[0]) if last else rows).delete()[0]


@transaction.atomic
def close_readings(*, session: Session) -> None:
    """The session says that its readings' time was over: with them go tracks, corrections, faces' edits and summary."""
    for model in (Correction, FaceEdit, Observation, FrameSize, SessionSeconds, Track):
        model.objects.filter(session=session).delete()
    Session.everything.filter(pk=session.pk).update(
        summary={}, revised={}, people=0, readings_removed_at=timezone.now()
    )
    readings_removed.send(sender=Session, session_id=session.pk)

"""The bin: where deleted sessions lie until they are restored or their study's days for that are over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.history.erasing import erase_session
from webplatform.history.events import session_binned
from webplatform.history.models import Session, SessionQuerySet
from webplatform.history.queries import require_deletable
from webplatform.history.retention_deadlines import deadlines_of
from webplatform.studies.permissions import deletable_by


def gone_at(session: Session) -> datetime | None:
    """When the binned session is gone for good; None for one that is not in the bin.

    Its study's days for the bin count from the deletion; those for the session itself end no later because of it.
    """
    if session.binned_at is None:
        return None
    session_at = deadlines_of(session, has_media=False).session_at
    return min(session.binned_at + session.study.retention.bin_time, session_at)


def bin_of(user: User) -> SessionQuerySet:
    """The binned sessions that the user may restore, the last deleted first.

    What went along with its recording is not named apart: it comes back with it.
    """
    theirs = Session.everything.binned().for_user(user).filter(deletable_by(user))
    alone = theirs.exclude(repeats__isnull=False, repeats__binned_at=F("binned_at"))
    return alone.select_related("study", "participant", "condition", "repeats", "model_version").order_by(
        "-binned_at", "pk"
    )


@transaction.atomic
def bin_session(*, session: Session, user: User) -> Session | None:
    """The session is in the bin with what reads its video again; where its study has none it is gone: None.

    What works on it has stopped. One that is still being recorded is closed first; without a frame it is gone, too.

    Raises:
        NotAllowed: the user neither created the session nor owns its study.
    """
    require_deletable(session, user)
    if not session.study.retention.bin_days:
        erase_session(session=session, by=user)
        return None
    now = timezone.now()
    for one in Session.objects.filter(Q(pk=session.pk) | Q(repeats=session.pk)).select_related("study"):
        session_binned.send(sender=Session, session=one)
        if Session.objects.filter(pk=one.pk).update(binned_at=now):
            record_event("session.binned", actor=user, study_id=one.study_id, target=f"session:{one.pk}")
    return Session.everything.binned().filter(pk=session.pk).select_related("study").first()


@transaction.atomic
def restore_session(*, session: Session, user: User) -> Session:
    """The session is out of the bin, with what went there along with it, and with the recording whose video it reads.

    Raises:
        NotAllowed: the user neither created the session nor owns its study.
    """
    require_deletable(session, user)
    binned_together = Q(pk=session.pk) | Q(repeats=session.pk, binned_at=session.binned_at)
    to_restore = binned_together | Q(pk=session.repeats_id)
    for one in Session.everything.select_for_update().filter(to_restore, binned_at__isnull=False):
        Session.everything.filter(pk=one.pk).update(binned_at=None)
        record_event("session.restored", actor=user, study_id=one.study_id, target=f"session:{one.pk}")
    session.refresh_from_db()
    return session

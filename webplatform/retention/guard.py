"""What stands before a purge: a clock that jumped, or more to remove than usual, waits for an admin's word.

What a purge removes cannot be brought back, and its only reason is the time: a machine that starts with a wrong clock
would remove everything. So the database keeps the latest time that the platform was at work.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import AuditEvent, User
from webplatform.accounts.permissions import admins, require_admin
from webplatform.common.database.commits import after_commit
from webplatform.common.errors import Conflict
from webplatform.common.outbound.mail import reaches_people
from webplatform.history.models import Session
from webplatform.retention.models import ClockReading, PurgeHold
from webplatform.retention.purge import purge
from webplatform.retention.queries import due_by_study
from webplatform.retention.words import counted
from webplatform.studies.models import Participant

CONFIRMED_FOR = timedelta(days=7)
Reason = PurgeHold.Reason

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a purge must not begin by itself; `counts` is what would go, `due` how many sessions and participants."""

    reason: Reason
    seen_at: datetime
    counts: dict[str, int]
    due: int


def purge_if_sure(*, now: datetime | None = None) -> Counter[str] | None:
    """Nothing is left whose time is over, and what went is returned; None: the purge waits for an admin's word."""
    now = now or timezone.now()
    doubt, hold = doubt_at(now), open_hold()
    if doubt is not None and not (hold and _covers(hold, doubt, now)):
        _hold(doubt, hold, now)
        return None
    if hold is not None:
        PurgeHold.objects.filter(pk=hold.pk, ended_at=None).update(ended_at=now)
        record_event("retention.released", target=f"hold:{hold.pk}", confirmed=hold.confirmed_at is not None)
    ClockReading.objects.update_or_create(pk=1, defaults={"seen_at": now})
    return purge(now=now)


def note_time(*, now: datetime | None = None) -> bool:
    """The database knows that the platform is at work now; False, and nothing is noted, where the clock jumped."""
    now = now or timezone.now()
    seen_at = _seen_at(now)
    if abs(now - seen_at) > _jump():
        return False
    ClockReading.objects.filter(pk=1, seen_at__lt=now).update(seen_at=now)
    return True


def doubt_at(now: datetime) -> Doubt | None:
    """Why a purge at this time would have to wait; None: it need not."""
    seen_at = _seen_at(now)
    counts, due = _due(now)
    if seen_at - now > _jump():
        return Doubt(Reason.BEHIND, seen_at, counts, due)
    if now - seen_at > _jump() and (due or counts.get("binned")):
        return Doubt(Reason.AHEAD, seen_at, counts, due)
    held = Session.everything.count() + Participant.objects.count()
    if due > max(settings.RAUT_PURGE_MOST, held * settings.RAUT_PURGE_MOST_PERCENT / 100):
        return Doubt(Reason.AMOUNT, seen_at, counts, due)
    return None


def open_hold() -> PurgeHold | None:
    """The purge that waits, or was confirmed and has not run yet."""
    return PurgeHold.objects.filter(ended_at=None).first()


@transaction.atomic
def confirm_hold(*, hold: PurgeHold, by: User | None) -> PurgeHold:
    """The next purge removes what is due, and the clock counts as right. `by` is None on the command line.

    Raises:
        NotAllowed: the user is no admin.
        Conflict: it was confirmed before, or its reason is over.
    """
    if by is not None:
        require_admin(by)
    waiting = PurgeHold.objects.filter(pk=hold.pk, ended_at=None, confirmed_at=None)
    if not waiting.update(confirmed_at=timezone.now(), confirmed_by_id=by.pk if by else None):
        raise Conflict(_("This purge does not wait any more."))
    record_event("retention.confirmed", actor=by, target=f"hold:{hold.pk}", reason=hold.reason, **hold.counts)
    hold.refresh_from_db()
    return hold


def _covers(hold: PurgeHold, doubt: Doubt, now: datetime) -> bool:
    """Whether an admin's word is meant for this doubt, and not for a smaller one or another time."""
    is_same = hold.reason == doubt.reason or doubt.reason == Reason.AMOUNT
    is_near = abs(now - hold.clock_at) <= CONFIRMED_FOR
    return hold.confirmed_at is not None and is_same and is_near and doubt.due <= hold.due + settings.RAUT_PURGE_MOST


def _hold(doubt: Doubt, held: PurgeHold | None, now: datetime) -> None:
    facts = {"reason": doubt.reason, "counts": doubt.counts, "due": doubt.due}
    facts |= {"clock_at": now, "seen_at": doubt.seen_at}
    if held is not None and held.confirmed_at is None and held.reason == doubt.reason:
        PurgeHold.objects.filter(pk=held.pk, confirmed_at=None).update(**facts)
        return
    try:
        with transaction.atomic():
            PurgeHold.objects.filter(ended_at=None).update(ended_at=now)
            hold = PurgeHold.objects.create(**facts)
            record_event("retention.held", target=f"hold:{hold.pk}", reason=doubt.reason, **doubt.counts)
            after_commit(_mail_admins, hold)
    except IntegrityError:  # another process has just done it
        return
    logger.error("The purge waits for an admin: %s.", doubt.reason.value)


def _mail_admins(hold: PurgeHold) -> None:
    if not reaches_people():
        return
    with override(settings.LANGUAGE_CODE):
        lines = [
            _("The purge has stopped and removes nothing until an admin has looked: %(reason)s.")
            % {"reason": hold.get_reason_display()},
            _("Clock: %(clock)s. Last at work: %(seen)s.")
            % {"clock": f"{hold.clock_at:%Y-%m-%d %H:%M} UTC", "seen": f"{hold.seen_at:%Y-%m-%d %H:%M} UTC"},
            *(f"- {line}" for line in counted(hold.counts)),
            f"{settings.PUBLIC_URL}/retention/hold/",
        ]
        for address in admins().values_list("email", flat=True):
            send_mail(_("Raut: the purge waits for an admin"), "\n".join(lines) + "\n", None, [address])


def _due(now: datetime) -> tuple[dict[str, int], int]:
    total: Counter[str] = Counter()
    due = 0
    for counts in due_by_study(now).values():
        total.update(counts)
        due += max(counts["videos"], counts["readings"], counts["sessions"]) + counts["participants"]
    return dict(+total), due


def _jump() -> timedelta:
    return timedelta(hours=settings.RAUT_CLOCK_JUMP_HOURS)


def _seen_at(now: datetime) -> datetime:
    """When the platform was last at work; before anybody noted that, what the newest rows say."""
    reading = ClockReading.objects.filter(pk=1).first()
    if reading is None:
        events, sessions = (
            AuditEvent.objects.aggregate(at=Max("at")),
            Session.everything.aggregate(at=Max("created_at")),
        )
        moments = [moment for moment in (events["at"], sessions["at"]) if moment is not None]
        reading, _is_new = ClockReading.objects.get_or_create(pk=1, defaults={"seen_at": max(moments, default=now)})
    return reading.seen_at

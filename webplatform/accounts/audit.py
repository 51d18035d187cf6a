"""The audit log: append-only, each event chained to the one before, so that a missing or changed one shows."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils import timezone

from webplatform.accounts.audit_head import note_head, read_head
from webplatform.accounts.models import AuditEvent, User
from webplatform.accounts.permissions import is_admin
from webplatform.common.database.commits import after_commit

FIRST = "0" * 64
LOCK = 0x52617574  # PostgreSQL's advisory lock of the chain: two writers must not follow the same event
PAGE = 2000


@transaction.atomic
def record_event(
    action: str, *, actor: User | None = None, study_id: UUID | None = None, target: str = "", **details: Any
) -> AuditEvent:
    """Add an event; it is committed together with the change that it records, or not at all.

    Args:
        action: what was done, as `thing.verb` ("model.promoted").
        actor: who did it; None for nobody who signed in.
        study_id: the study that it concerns, whose owners may read it then.
        target: what it was done to, as kind:id.
        details: ids and codes that JSON can hold; no personal data.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    previous = AuditEvent.objects.values_list("digest", flat=True).first() or FIRST
    event = AuditEvent(
        at=timezone.now(),
        action=action,
        actor_id=actor.pk if actor is not None else None,
        study_id=study_id,
        target=target[:100],
        details=json.loads(json.dumps(details, default=str)),
        previous=previous,
    )
    event.digest = digest_of(event)
    event.save()
    after_commit(note_head, event.pk, event.digest)
    return event


def digest_of(event: AuditEvent) -> str:
    """SHA-256, hex, of everything that an event says and of the digest before it."""
    content = [
        event.previous,
        event.at.isoformat(timespec="microseconds"),
        event.action,
        event.actor_id,
        str(event.study_id) if event.study_id else None,
        event.target,
        event.details,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def broken_links() -> list[str]:
    """What is wrong with the chain: changed events, and places where one is missing. Empty: it is whole."""
    problems, expected, last = [], FIRST, 0
    for event in _in_order():
        if event.previous != expected:
            problems.append(f"Between {last} and {event.pk} an event is missing.")
        if event.digest != digest_of(event):
            problems.append(f"Event {event.pk} was changed.")
        expected, last = event.digest, event.pk
    head = read_head()
    if head is not None and not AuditEvent.objects.filter(pk=head[0], digest=head[1]).exists():
        problems.append(f"The newest events are missing: {head[0]} was written, the last one here is {last}.")
    return problems


def events_for(user: User) -> models.QuerySet[AuditEvent]:
    """The events that the user may read: admins all of them, others those of the studies that they own."""
    if is_admin(user):
        return AuditEvent.objects.all()
    owned = user.memberships.owners().values("study_id")
    return AuditEvent.objects.filter(study_id__in=owned)


def find_events(
    user: User, *, action: str = "", actor: str = "", study_id: UUID | None = None
) -> models.QuerySet[AuditEvent]:
    """What the user may read, newest first: actions that begin so, done by that e-mail address, in that study."""
    events = events_for(user)
    if action:
        events = events.filter(action__startswith=action)
    if actor:
        events = events.filter(actor_id__in=User.objects.filter(email__iexact=actor).values("pk"))
    return events if study_id is None else events.filter(study_id=study_id)


def _in_order() -> Any:
    """All events, oldest first, a page at a time."""
    last = 0
    while page := list(AuditEvent.objects.filter(pk__gt=last).order_by("pk")[:PAGE]):
        yield from page
        last = page[-1].pk

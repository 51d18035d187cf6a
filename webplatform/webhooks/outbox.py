"""Events become rows in the transaction in which they happen, so no committed event is lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any  # JSON
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils import timezone

from webplatform.common.database.commits import after_commit
from webplatform.webhooks.models import Delivery, Webhook
from webplatform.webhooks.permissions import may_hear
from webplatform.webhooks.tasks import send_deliveries

GIVE_UP_AFTER = timedelta(days=1)


def note_event(
    event: str,
    *,
    user_ids: Iterable[int | None],
    study_id: UUID | None = None,
    session_id: UUID | None = None,
    **about: Any,
) -> int:
    """Every webhook that wants to hear of the event has a delivery waiting; returns how many.

    Args:
        user_ids: the accounts whose own webhooks hear of it.
        study_id: the study whose webhooks hear of it.
        about: ids, states and addresses; nothing else of anybody.
    """
    recipients = Q(study=None, user__in=[user_id for user_id in user_ids if user_id is not None])
    if study_id is not None:
        recipients |= Q(study=study_id)
    hooks = Webhook.objects.filter(recipients, off="").select_related("user")
    ids = {"study": study_id and str(study_id), "session": session_id and str(session_id), **about}
    rows = [
        new_delivery(hook, event, ids, session_id=session_id)
        for hook in hooks
        if event in hook.events and may_hear(hook, study_id)
    ]
    Delivery.objects.bulk_create(rows)
    if rows:
        after_commit(send_deliveries)
    return len(rows)


def new_delivery(webhook: Webhook, event: str, about: dict[str, Any], *, session_id: UUID | None = None) -> Delivery:
    """A delivery that waits, not stored yet; its id is the event's, too."""
    now, pk = timezone.now(), uuid4()
    fields = {name: value for name, value in about.items() if value is not None}
    return Delivery(
        id=pk,
        webhook=webhook,
        event=event,
        session_id=session_id,
        payload={"id": str(pk), "type": event, "at": now.isoformat(timespec="milliseconds"), **fields},
        next_at=now,
        give_up_at=now + GIVE_UP_AFTER,
        created_at=now,
    )

"""Exports that nobody works on although they are not over: their worker died, or their message was lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from webplatform.common.pulse import silent
from webplatform.retention.models import DataExport

MAX_ATTEMPTS = 3
LOST_AFTER = timedelta(minutes=5)


def release_stale_exports() -> None:
    """Every running export without a recent heartbeat waits again, or has failed if it was begun often enough."""
    now = timezone.now()
    stale = DataExport.objects.filter(silent(), state=DataExport.State.RUNNING)
    given_up = {"state": DataExport.State.FAILED, "lease": None, "finished_at": now}
    stale.filter(attempts__gte=MAX_ATTEMPTS).update(**given_up)
    stale.update(state=DataExport.State.QUEUED, lease=None, enqueued_at=None)


def unsent_exports() -> list[UUID]:
    """Waiting exports whose message was never sent, or so long ago that it may be lost."""
    now = timezone.now()
    lost = Q(enqueued_at=None) | Q(enqueued_at__lt=now - LOST_AFTER) | Q(enqueued_at__gt=now + LOST_AFTER)
    waiting = DataExport.objects.filter(lost, state=DataExport.State.QUEUED)
    return list(waiting.order_by("asked_at").values_list("pk", flat=True))

"""What is sent to the trainer: a kind and an id, and nothing else."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from webplatform.common.messages import send_message
from webplatform.common.pulse import silent
from webplatform.learning import files, work
from webplatform.learning.models import Work

MAX_ATTEMPTS = 3
RUN_WITHIN_S = 7 * 24 * 3600
LOST_AFTER = timedelta(minutes=1)

logger = logging.getLogger(__name__)


@shared_task(time_limit=RUN_WITHIN_S)
def work_on(kind: str, work_id: str) -> None:
    """Do the work, if it still waits; then send what follows from it."""
    if next_work := work.work_on(kind, UUID(work_id)):
        send_work(next_work)


@shared_task
def requeue_stranded_work() -> None:
    """Take up the work whose trainer died and that whose message was lost."""
    now = timezone.now()
    stale = silent() & Q(state=Work.State.RUNNING)
    unsent = Q(enqueued_at=None) | Q(enqueued_at__lt=now - LOST_AFTER) | Q(enqueued_at__gt=now + LOST_AFTER)
    for model in work.KINDS.values():
        work.give_up(model.objects.filter(stale, attempts__gte=MAX_ATTEMPTS))
        model.objects.filter(stale).update(state=Work.State.QUEUED, lease=None, enqueued_at=None)
        for waiting in model.objects.filter(unsent, state=Work.State.QUEUED).order_by("created_at"):
            send_work(waiting)


@shared_task
def drop_undecided() -> None:
    """Delete the files of checked data sets on which nobody decides."""
    work.drop_undecided()
    files.remove_lost_objects()


def send_work(waiting: Work) -> bool:
    """Send the work's message; False when Redis is away, and then the beat sends it later."""
    kind = next(name for name, model in work.KINDS.items() if isinstance(waiting, model))
    if not send_message(work_on, kind, str(waiting.pk), about=f"The {kind} {waiting.pk}"):
        return False
    type(waiting).objects.filter(pk=waiting.pk).update(enqueued_at=timezone.now())
    return True

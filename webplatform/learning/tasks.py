"""Celery tasks of the trainer. They carry only a kind and an id."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task

from webplatform.jobs.requeue import release_stale, unsent
from webplatform.jobs.sending import send_job
from webplatform.learning import files, work
from webplatform.learning.models import Work

RUN_WITHIN_S = 7 * 24 * 3600

logger = logging.getLogger(__name__)


@shared_task(time_limit=RUN_WITHIN_S)
def work_on(kind: str, work_id: str) -> None:
    """Do the work, if it still waits; then send what follows from it."""
    if next_work := work.work_on(kind, UUID(work_id)):
        send_work(next_work)


@shared_task
def requeue_stale_work() -> None:
    """Take up the work whose trainer died and that whose message was lost."""
    for model in work.KINDS.values():
        release_stale(model.objects.all(), work.give_up)
        for waiting in unsent(model.objects.all()):
            send_work(waiting)


@shared_task
def drop_undecided() -> None:
    """Delete the files of checked data sets on which nobody decides."""
    work.drop_undecided()
    files.remove_lost_objects()


def send_work(waiting: Work) -> bool:
    """Send the work's message; False when Redis is away, and then the beat sends it later."""
    kind = next(name for name, model in work.KINDS.items() if isinstance(waiting, model))
    return send_job(type(waiting), waiting.pk, work_on, kind, str(waiting.pk))

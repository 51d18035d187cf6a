"""Send jobs again that nobody works on although they are not finished: their worker died, or their message was lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from webplatform.jobs.leases import is_stale, requeue
from webplatform.jobs.models import QUEUED, RUNNING, Job

AnyJob = TypeVar("AnyJob", bound=Job)
GiveUp = Callable[[AnyJob, QuerySet[AnyJob]], bool]  # the job, and its row while nobody has touched it since
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=10)

logger = logging.getLogger(__name__)


def release_stale(rows: QuerySet[AnyJob], give_up: GiveUp[AnyJob]) -> list[AnyJob]:
    """Let running jobs without a recent heartbeat wait again, or give them up after too many attempts.

    Returns those that were released.
    """
    return [job for job in rows.filter(is_stale(), state=RUNNING) if release(job, give_up)]


def release(job: AnyJob, give_up: GiveUp[AnyJob]) -> bool:
    """Release the job, unless it has had a heartbeat since it was read, or has ended."""
    held = job.held.filter(heartbeat_at=job.heartbeat_at)
    changed = give_up(job, held) if job.is_tried_out else requeue(held)
    if changed:
        logger.warning("%s %s lost its worker in attempt %s.", type(job).__name__, job.pk, job.attempts)
    return changed


def unsent(rows: QuerySet[AnyJob]) -> QuerySet[AnyJob]:
    """Return waiting jobs whose message was never sent or may be lost, the oldest first.

    The wait doubles with every message, up to LONGEST_WAIT: a long queue is not flooded, and a second message harms
    nobody, since only one worker can claim a job. A time in the future was written before the clock was set back.
    """
    now, since = timezone.now(), rows.model.WAITS_SINCE
    lost = Q(enqueued_at=None) | Q(enqueued_at__lt=now - FIRST_WAIT - (F("enqueued_at") - F(since)))
    lost |= Q(enqueued_at__lt=now - LONGEST_WAIT) | Q(enqueued_at__gt=now + FIRST_WAIT)
    return rows.filter(lost, state=QUEUED).order_by(since)

"""Jobs that nobody works on although they are not over: their worker died, or their message was lost."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.analysis.events import job_ended
from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.progress import publish_job
from webplatform.common.errors import Conflict
from webplatform.common.job_errors import stored_error
from webplatform.common.pulse import silent
from webplatform.history.services import fail_session

FIRST_WAIT = timedelta(seconds=10)

logger = logging.getLogger(__name__)


def release_stale_jobs() -> int:
    """Every running job without a recent heartbeat waits again, or has failed if it was begun often enough.

    A job without a lease is nobody's while its stretches are read: those have heartbeats of their own.
    Returns how many were released.
    """
    running = AnalysisJob.objects.filter(silent(), state=AnalysisJob.State.RUNNING, lease__isnull=False)
    stale = running.select_related("session")
    return sum(_release(job) for job in stale)


def unsent_jobs() -> list[UUID]:
    """Waiting jobs whose message was never sent, or was sent so long ago that it may be lost.

    The wait doubles with every message: a long queue is not flooded, and a second message harms nobody, since
    only one worker can claim a job.
    """
    now = timezone.now()
    lost = Q(enqueued_at__lt=now - FIRST_WAIT - (F("enqueued_at") - F("queued_at"))) | Q(
        enqueued_at__gt=now + FIRST_WAIT
    )
    waiting = AnalysisJob.objects.filter(Q(enqueued_at=None) | lost, state=AnalysisJob.State.QUEUED)
    return list(waiting.order_by("queued_at").values_list("pk", flat=True))


def _release(job: AnalysisJob) -> bool:
    """Give the job free, unless its worker has shown a sign of life since it was read, or it has ended."""
    held = AnalysisJob.objects.filter(
        pk=job.pk, state=AnalysisJob.State.RUNNING, lease=job.lease, heartbeat_at=job.heartbeat_at
    )
    changed = give_up(job, held, job.attempts) if job.attempts >= job.max_attempts else _wait_again(held)
    if changed:
        logger.warning("Job %s lost its worker in attempt %s.", job.pk, job.attempts)
        publish_job(job.pk)
    return changed


def _wait_again(held: QuerySet[AnalysisJob]) -> bool:
    fresh = {"queued_at": timezone.now(), "enqueued_at": None, "progress": 0.0, "faces_found": 0, "seconds_left": None}
    return bool(held.update(state=AnalysisJob.State.QUEUED, lease=None, **fresh))


def give_up(job: AnalysisJob, held: QuerySet[AnalysisJob], attempts: int) -> bool:
    """The job has failed, as its worker died so often; False where it is not held like this any more."""
    message = _("The worker ended %(n)d times while it read this video, most likely out of memory.")
    failed = {"error_code": "worker_lost", **stored_error(message % {"n": attempts}), "seconds_left": None}
    with transaction.atomic():
        # The session's row first, as a deletion and a cancelling lock them.
        with suppress(Conflict):
            fail_session(session=job.session)
        changed = held.update(state=AnalysisJob.State.FAILED, lease=None, finished_at=timezone.now(), **failed)
        if changed:
            job_ended.send(sender=AnalysisJob, job=job, state=AnalysisJob.State.FAILED)
        else:
            transaction.set_rollback(True)
    return bool(changed)

"""Jobs that nobody works on although they are not over: their worker died, or their message was lost."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.analysis.models import AnalysisJob
from webplatform.analysis.progress import publish_job
from webplatform.common.errors import Conflict
from webplatform.history.services import fail_session

FIRST_WAIT = timedelta(seconds=10)

logger = logging.getLogger(__name__)


def release_stale_jobs() -> int:
    """Every running job without a recent heartbeat waits again, or has failed if it was begun often enough.

    Returns how many were released.
    """
    limit = timezone.now() - timedelta(seconds=settings.RAUT_JOB_STALE_SECONDS)
    stale = AnalysisJob.objects.filter(state=AnalysisJob.State.RUNNING, heartbeat_at__lt=limit).select_related(
        "session"
    )
    return sum(_release(job) for job in stale)


def unsent_jobs() -> list[UUID]:
    """Waiting jobs whose message was never sent, or was sent so long ago that it may be lost.

    The wait doubles with every message: a long queue is not flooded, and a second message harms nobody, since
    only one worker can claim a job.
    """
    lost = Q(enqueued_at__lt=timezone.now() - FIRST_WAIT - (F("enqueued_at") - F("queued_at")))
    waiting = AnalysisJob.objects.filter(Q(enqueued_at=None) | lost, state=AnalysisJob.State.QUEUED)
    return list(waiting.order_by("queued_at").values_list("pk", flat=True))


def _release(job: AnalysisJob) -> bool:
    """Give the job free, unless its worker has shown a sign of life since it was read."""
    now = timezone.now()
    held = AnalysisJob.objects.filter(pk=job.pk, lease=job.lease, heartbeat_at=job.heartbeat_at)
    with transaction.atomic():
        if job.cancel_requested_at is not None:
            changed = held.update(state=AnalysisJob.State.CANCELLED, lease=None, finished_at=now)
        elif job.attempts >= job.max_attempts:
            message = _("The worker ended %(n)d times while it read this video, most likely out of memory.")
            changed = held.update(
                state=AnalysisJob.State.FAILED,
                lease=None,
                finished_at=now,
                error_code="worker_lost",
                error_message=message % {"n": job.attempts},
            )
        else:
            again = {"queued_at": now, "enqueued_at": None, "progress": 0.0, "faces_found": 0, "seconds_left": None}
            return bool(held.update(state=AnalysisJob.State.QUEUED, lease=None, **again)) and _told(job)
        if changed:
            _fail_session_of(job)
    return bool(changed) and _told(job)


def _fail_session_of(job: AnalysisJob) -> None:
    try:
        fail_session(session=job.session)
    except Conflict:
        logger.info("Session %s of job %s was not open any more.", job.session_id, job.pk)


def _told(job: AnalysisJob) -> bool:
    logger.warning("Job %s lost its worker in attempt %s.", job.pk, job.attempts)
    publish_job(job.pk)
    return True

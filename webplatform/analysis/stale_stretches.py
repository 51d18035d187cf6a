"""Stretches that nobody works on although their job is not over: their worker died, or their message was lost."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, Q
from django.utils import timezone

from webplatform.analysis.models import AnalysisJob, Stretch
from webplatform.analysis.progress import publish_job
from webplatform.analysis.stranded import FIRST_WAIT, give_up
from webplatform.common.pulse import silent

KEPT_FOR = timedelta(days=1)  # after a failure: who starts the job again in that time goes on from what is whole
MOST_AT_ONCE = 500  # messages in one go

logger = logging.getLogger(__name__)


def release_stale_stretches() -> int:
    """Every running stretch without a recent heartbeat waits again; its job has failed if it was begun often enough.

    Returns how many were released.
    """
    stale = Stretch.objects.filter(silent(), Stretch.is_at_work(), state=Stretch.State.RUNNING)
    return sum(_release(stretch) for stretch in stale.defer("observed").select_related("job__session"))


def unsent_stretches(job_id: UUID | None = None) -> list[tuple[int, UUID]]:
    """Waiting stretches, told by their own id and their job's, whose message was never sent or may be lost.

    The wait doubles with every message, as that of jobs does.
    """
    now = timezone.now()
    lost = Q(enqueued_at__lt=now - FIRST_WAIT - (F("enqueued_at") - F("queued_at"))) | Q(
        enqueued_at__gt=now + FIRST_WAIT
    )
    rows = Stretch.objects.waiting().filter(Q(enqueued_at=None) | lost)
    rows = rows if job_id is None else rows.filter(job=job_id)
    return list(rows.order_by("queued_at", "number").values_list("pk", "job")[:MOST_AT_ONCE])


def forget_old_stretches() -> int:
    """Nothing is left of the stretches of jobs that failed or were cancelled a day ago; returns how many went.

    Nor of jobs that are done: a worker of an older release reads them whole and knows of no stretches.
    """
    ended = Q(job__state__in=(AnalysisJob.State.FAILED, AnalysisJob.State.CANCELLED))
    old = ended & Q(job__finished_at__lt=timezone.now() - KEPT_FOR)
    return Stretch.objects.filter(old | Q(job__state=AnalysisJob.State.DONE)).delete()[0]


def _release(stretch: Stretch) -> bool:
    """Give the stretch free, unless its worker has shown a sign of life since it was read, or its job has ended."""
    logger.warning("Stretch %s of job %s lost its worker.", stretch.number, stretch.job_id)
    if stretch.attempts >= settings.RAUT_JOB_MAX_ATTEMPTS:
        is_silent = Exists(stretch.held.filter(heartbeat_at=stretch.heartbeat_at))
        held = AnalysisJob.objects.filter(is_silent, pk=stretch.job_id, state=AnalysisJob.State.RUNNING, lease=None)
        changed = give_up(stretch.job, held, stretch.attempts)
    else:
        again = {"lease": None, "progress": 0.0, "queued_at": timezone.now(), "enqueued_at": None}
        changed = bool(
            stretch.held.filter(heartbeat_at=stretch.heartbeat_at).update(state=Stretch.State.QUEUED, **again)
        )
    if changed:
        publish_job(stretch.job_id)
    return changed

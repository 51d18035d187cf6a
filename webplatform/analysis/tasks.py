"""What is sent to the workers: ids, and nothing else."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import RedisError

from webplatform.analysis import leftovers, stranded, withdrawals, work
from webplatform.analysis.models import AnalysisJob
from webplatform.common.breaker import redis_hangs

logger = logging.getLogger(__name__)


@shared_task
def analyze(job_id: str) -> None:
    """Do the job, if it still waits."""
    work.run_job(UUID(job_id))


@shared_task
def requeue_stranded_jobs() -> None:
    """Take up the jobs whose worker died and those whose message was lost."""
    stranded.release_stale_jobs()
    for job_id in stranded.unsent_jobs():
        send_analysis(job_id)


@shared_task
def remove_leftovers() -> None:
    """Remove files that no row knows of, and videos that may not stay."""
    withdrawals.drop_unwanted_media()
    leftovers.remove_orphan_files()


def send_analysis(job_id: UUID) -> bool:
    """Send the job's message; False when Redis is away, and then the beat sends it later."""
    if redis_hangs.is_open:
        return False
    try:
        analyze.delay(str(job_id))
    except (OperationalError, RedisError) as error:
        redis_hangs.note(error)
        logger.warning("Job %s waits for Redis to come back: %s", job_id, error)
        return False
    AnalysisJob.objects.filter(pk=job_id).update(enqueued_at=timezone.now())
    return True

"""What is sent to the workers: ids, and nothing else."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from webplatform.common.messages import send_message
from webplatform.exporting import stranded, work
from webplatform.exporting.models import ExportJob

logger = logging.getLogger(__name__)


@shared_task
def export_sessions(job_id: str) -> None:
    """Make the file, if the job still waits."""
    work.run_export_job(UUID(job_id))


@shared_task
def requeue_stranded() -> None:
    """Take up the jobs whose worker died and those whose message was lost."""
    stranded.release_stale_jobs()
    for job_id in stranded.unsent_jobs():
        send_export_job(job_id)


def send_export_job(job_id: UUID) -> bool:
    """Send the job's message; False when Redis is away, and then the beat sends it later."""
    if not send_message(export_sessions, str(job_id), about=f"Export job {job_id}"):
        return False
    ExportJob.objects.filter(pk=job_id).update(enqueued_at=timezone.now())
    return True

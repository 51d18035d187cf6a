"""Celery tasks of the workers. They carry only ids."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task

from webplatform.exporting import work
from webplatform.exporting.models import ExportJob
from webplatform.jobs.requeue import release_stale, unsent
from webplatform.jobs.sending import send_job

logger = logging.getLogger(__name__)


@shared_task
def export_sessions(job_id: str) -> None:
    """Make the file, if the job still waits."""
    work.run_export_job(UUID(job_id))


@shared_task
def requeue_stale() -> None:
    """Take up the jobs whose worker died and those whose message was lost."""
    release_stale(ExportJob.objects.all(), work.give_up)
    for job in unsent(ExportJob.objects.all()):
        send_export_job(job.pk)


def send_export_job(job_id: UUID) -> bool:
    """Send the job's message; False when Redis is away, and then the beat sends it later."""
    return send_job(ExportJob, job_id, export_sessions)

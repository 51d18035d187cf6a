"""The message that a job waits. The row is what counts: a lost message only delays the job."""

from __future__ import annotations

from typing import Any  # Celery's tasks, of which it ships no types

from django.utils import timezone

from webplatform.jobs.messages import send_message
from webplatform.jobs.models import Job


def send_job(kind: type[Job], pk: object, task: Any, *arguments: object) -> bool:
    """Send the job's message; False when Redis is away, and then the beat sends it later.

    Args:
        words: the task's arguments; the job's id by default.
    """
    about = f"{kind._meta.verbose_name} {pk}"
    if not send_message(task, *(arguments or (pk if isinstance(pk, int) else str(pk),)), about=about):
        return False
    kind._default_manager.filter(pk=pk).update(enqueued_at=timezone.now())
    return True

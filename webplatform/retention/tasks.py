"""What the housekeeper does for retention: ids travel, and nothing else."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from webplatform.jobs.requeue import release_stale, unsent
from webplatform.jobs.sending import send_job
from webplatform.retention import erasing, guard, warning, work
from webplatform.retention.models import DataExport

UNFINISHED_AFTER = timedelta(minutes=1)

logger = logging.getLogger(__name__)


@shared_task(name="webplatform.retention.tasks.purge")
def purge_now() -> None:
    """Remove what its time is over for, unless clock or amount are in doubt."""
    guard.purge_if_sure()


@shared_task
def note_time() -> None:
    """Keep the latest time that the platform was at work."""
    guard.note_time()


@shared_task
def tell_owners() -> None:
    """Tell the studies' owners by mail what will go within a week; not by a clock that is in doubt."""
    if guard.note_time():
        warning.tell_owners()


@shared_task
def export(export_id: str) -> None:
    """Write the export, if it still waits."""
    work.run_export(UUID(export_id))


@shared_task
def requeue_stale() -> None:
    """Take up exports and erasures whose process died, and exports whose message was lost."""
    release_stale(DataExport.objects.all(), work.give_up)
    for waiting in unsent(DataExport.objects.all()):
        send_export(waiting.pk)
    for receipt in erasing.unfinished(timezone.now() - UNFINISHED_AFTER):
        erasing.finish(receipt)


def send_export(export_id: UUID) -> bool:
    """Send the export's message; False when Redis is away, and then the beat sends it later."""
    return send_job(DataExport, export_id, export)

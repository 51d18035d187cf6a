"""Export jobs that nobody works on although they are not over: their worker died, or their message was lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from webplatform.common.job_errors import stored_error
from webplatform.common.pulse import silent
from webplatform.exporting.models import ExportJob

MAX_ATTEMPTS = 3
LOST_AFTER = timedelta(minutes=30)  # the queue is the analyses', which may take a while


def release_stale_jobs() -> None:
    """Every running job without a recent heartbeat waits again, or has failed if it was begun often enough."""
    now = timezone.now()
    stale = ExportJob.objects.filter(silent(), state=ExportJob.State.RUNNING)
    for job in stale.filter(attempts__gte=MAX_ATTEMPTS):
        with override("en"):
            why = _("The server stopped %(n)d times while it made this file.") % {"n": job.attempts}
        failed = {"state": ExportJob.State.FAILED, "error_code": "given_up", **stored_error(why)}
        stale.filter(pk=job.pk).update(lease=None, finished_at=now, **failed)
    stale.update(state=ExportJob.State.QUEUED, lease=None, enqueued_at=None)


def unsent_jobs() -> list[UUID]:
    """Waiting jobs whose message was never sent, or so long ago that it may be lost."""
    lost = Q(enqueued_at=None) | Q(enqueued_at__lt=timezone.now() - LOST_AFTER)
    waiting = ExportJob.objects.filter(lost, state=ExportJob.State.QUEUED)
    return list(waiting.order_by("asked_at").values_list("pk", flat=True))

"""Give up a job, a stretch or a playback copy whose worker died repeatedly."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.db.models import Exists, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.analysis.events import job_ended
from webplatform.analysis.models import AnalysisJob, Stretch
from webplatform.analysis.progress import publish_job
from webplatform.common.errors import Conflict
from webplatform.history.services import fail_session
from webplatform.jobs.job_errors import stored_error
from webplatform.jobs.requeue import release_stale


def release_stale_jobs() -> int:
    """Requeue or fail every stale job and push its progress; return how many there were.

    A job without a lease is nobody's while its stretches are read: those have heartbeats of their own.
    """
    released = release_stale(AnalysisJob.objects.filter(lease__isnull=False).select_related("session"), give_up)
    for job in released:
        publish_job(job.pk)
    return len(released)


def release_stale_stretches() -> int:
    """Every stale stretch waits again, or its job has failed; returns how many there were."""
    rows = Stretch.objects.filter(Stretch.is_at_work()).defer("observed").select_related("job__session")
    released = release_stale(rows, _give_up_stretch)
    for stretch in released:
        publish_job(stretch.job_id)
    return len(released)


def give_up(job: AnalysisJob, held: QuerySet[AnalysisJob], attempts: int | None = None) -> bool:
    """The job has failed, as its worker died so often; False where it is not held like this any more."""
    message = _("The worker ended %(n)d times while it read this video, most likely out of memory.")
    failed = {"error_code": "worker_lost", **stored_error(message % {"n": attempts or job.attempts})}
    with transaction.atomic():
        # The session's row first, as a deletion and a cancelling lock them.
        with suppress(Conflict):
            fail_session(session=job.session)
        failed |= {"finished_at": timezone.now(), "seconds_left": None}
        changed = held.update(state=AnalysisJob.State.FAILED, lease=None, **failed)
        if changed:
            job_ended.send(sender=AnalysisJob, job=job, state=AnalysisJob.State.FAILED)
        else:
            transaction.set_rollback(True)
    return bool(changed)


def _give_up_stretch(stretch: Stretch, held: QuerySet[Stretch]) -> bool:
    running = AnalysisJob.objects.filter(Exists(held), pk=stretch.job_id, state=AnalysisJob.State.RUNNING, lease=None)
    return give_up(stretch.job, running, stretch.attempts)

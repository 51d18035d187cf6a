"""The stretches of a long video's job as rows: planned once, claimed like jobs, done one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, FloatField, Max, Q, Sum
from django.db.models.functions import Cast, Greatest
from django.utils import timezone

import inference
from webplatform.analysis.models import AnalysisJob, Stretch, recording_of
from webplatform.common.errors import KeyGone
from webplatform.history.models import Session
from webplatform.jobs import leases
from webplatform.jobs.requeue import unsent
from webplatform.modelhub.models import ModelVersion
from webplatform.vault.keys import key_of
from webplatform.vault.sealed_bytes import open_bytes

TRIES = 20  # to claim one, where others are as quick
KEPT_FOR = timedelta(days=1)  # after a failure: who starts the job again in that time goes on from what is whole
MOST_AT_ONCE = 500  # messages in one go


def lay_out(job: AnalysisJob, spans: Sequence[inference.Span], version: ModelVersion) -> None:
    """Every span of the video waits to be read with this model."""
    now = timezone.now()
    Stretch.objects.bulk_create(
        Stretch(
            job=job,
            number=number,
            start=span.start,
            stop=span.stop,
            from_ms=span.from_ms,
            to_ms=span.to_ms,
            before_ms=span.before_ms,
            model_version=version,
            observing=inference.OBSERVING,
            queued_at=now,
        )
        for number, span in enumerate(spans, start=1)
    )


def resume(job: AnalysisJob, version: ModelVersion) -> bool:
    """What an earlier attempt laid out waits again, but for what is whole; False where nothing of it can be used.

    Stretches that another model read, or that were observed in another way, are gone.
    """
    rows = Stretch.objects.filter(job=job)
    if not rows.exists():
        return False
    rows.exclude(model_version=version, observing=inference.OBSERVING).delete()
    if not rows.exists():
        AnalysisJob.objects.filter(pk=job.pk).update(worker_seconds=0.0)
        return False
    again = {"state": Stretch.State.QUEUED, "lease": None, "attempts": 0, "progress": 0.0}
    rows.exclude(state=Stretch.State.DONE).update(**again, queued_at=timezone.now(), enqueued_at=None)
    return True


def is_whole(job: AnalysisJob) -> bool:
    """Whether all of the job's stretches are done."""
    rows = Stretch.objects.filter(job=job)
    return rows.exists() and not rows.exclude(state=Stretch.State.DONE).exists()


def claim(job_id: UUID) -> Stretch | None:
    """Take the job's next waiting stretch; of several workers that try, each gets another one; None: none waits."""
    waiting = Stretch.objects.waiting().filter(job=job_id, observing=inference.OBSERVING).order_by("number")
    rows = Stretch.objects.filter(Stretch.is_at_work()).defer("observed").select_related("model_version", "job")
    for _try in range(TRIES):
        pk = waiting.values_list("pk", flat=True).first()
        if pk is None:
            return None
        if stretch := leases.claim(rows, pk, started_at=timezone.now(), progress=0.0):
            return stretch
    return None


def outdate(job_id: UUID) -> bool:
    """A job whose waiting stretches an older release laid out waits as a whole: it is cut anew by a newer one."""
    waiting = Stretch.objects.waiting().filter(job=job_id)
    if not waiting.exists() or waiting.filter(observing__gte=inference.OBSERVING).exists():
        return False
    again = {"state": AnalysisJob.State.QUEUED, "enqueued_at": None, "progress": 0.0, "seconds_left": None}
    return bool(AnalysisJob.objects.filter(pk=job_id, state=AnalysisJob.State.RUNNING, lease=None).update(**again))


def finish(stretch: Stretch, observed: bytes, *, worker_s: float) -> tuple[bool, UUID | None]:
    """The stretch is done, if this worker still holds it; of the last one the job is this worker's, to be joined.

    The locks go in the order of a deletion: session, job, stretch. The job's row makes two workers that end at once
    see each other.

    Returns whether it was held, and the job's lease where it was the last one.
    """
    done = {"state": Stretch.State.DONE, "lease": None, "progress": 1.0, "finished_at": timezone.now()}
    with transaction.atomic():
        # A write, not a look: SQLite would refuse to write after it where another one has written meanwhile.
        Session.everything.filter(pk=stretch.job.session_id).update(state=F("state"))
        job = AnalysisJob.objects.filter(pk=stretch.job_id, state=AnalysisJob.State.RUNNING, lease=None)
        if not job.update(heartbeat_at=timezone.now(), worker_seconds=F("worker_seconds") + worker_s):
            return False, None
        if not stretch.held.update(observed=observed, worker_seconds=worker_s, **done):
            transaction.set_rollback(True)
            return False, None
        if Stretch.objects.filter(job=stretch.job_id).exclude(state=Stretch.State.DONE).exists():
            return True, None
        lease = uuid4()
        job.update(lease=lease)
        return True, lease


def note_progress(job: AnalysisJob) -> None:
    """The job's row says how far its stretches are together, and how long the rest will take at this pace."""
    rows = Stretch.objects.filter(job=job)
    length, now = Cast(F("to_ms") - F("from_ms"), FloatField()), timezone.now()
    done_before = Q(state=Stretch.State.DONE, finished_at__lt=job.started_at or now)
    sums = rows.aggregate(
        whole=Sum(length),
        read=Sum(length * F("progress")),
        earlier=Sum(length * F("progress"), filter=done_before),
        faces=Max("faces_found"),
    )
    total_ms = sums["whole"] or 1.0
    share, earlier = (sums["read"] or 0.0) / total_ms, (sums["earlier"] or 0.0) / total_ms
    since_s = (now - job.started_at).total_seconds() if job.started_at else 0.0
    left_s = since_s * (1 - share) / (share - earlier) if share > earlier else None
    progress = {"progress": Greatest(F("progress"), min(share, 0.99)), "seconds_left": left_s}
    running = AnalysisJob.objects.filter(pk=job.pk, state=AnalysisJob.State.RUNNING, lease=None)
    running.update(**progress, faces_found=sums["faces"] or 0, heartbeat_at=now)


def key_for(session: Session) -> bytes | None:
    """The key that seals what is observed of the session's video; None where the video is older than keys."""
    try:
        return key_of(str(recording_of(session).pk))
    except KeyGone:
        return None


def observed_of(job: AnalysisJob, number: int, key: bytes) -> inference.ObservedStretch:
    """What was observed of the job's stretch with this number."""
    sealed = Stretch.objects.values_list("observed", flat=True).get(job=job, number=number)
    return inference.unpack_stretch(open_bytes(bytes(sealed), key))


def unsent_stretches(job_id: UUID | None = None) -> list[tuple[int, UUID]]:
    """Waiting stretches, told by their own id and their job's, whose message was never sent or may be lost."""
    rows = Stretch.objects.waiting()
    rows = unsent(rows if job_id is None else rows.filter(job=job_id))
    return list(rows.order_by("queued_at", "number").values_list("pk", "job")[:MOST_AT_ONCE])


def forget_old_stretches() -> int:
    """Nothing is left of the stretches of jobs that failed or were cancelled a day ago; returns how many went.

    Nor of jobs that are done: a worker of an older release reads them whole and knows of no stretches.
    """
    ended = Q(job__state__in=(AnalysisJob.State.FAILED, AnalysisJob.State.CANCELLED))
    ended_long_ago = ended & Q(job__finished_at__lt=timezone.now() - KEPT_FOR)
    return Stretch.objects.filter(ended_long_ago | Q(job__state=AnalysisJob.State.DONE)).delete()[0]

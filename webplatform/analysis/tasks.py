"""What is sent to the workers: ids, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from webplatform.analysis import (
    job_order,
    orphan_files,
    playback,
    stale_stretches,
    stranded,
    stretch_work,
    withdrawals,
    work,
)
from webplatform.analysis.models import AnalysisJob, PlaybackCopy, Stretch
from webplatform.common.messages import send_message
from webplatform.history.models import Session
from webplatform.vault import stored

logger = logging.getLogger(__name__)


@shared_task
def analyze(job_id: str) -> None:
    """Do the job whose turn it is: a message says that one waits, and which of them is read first is not its say."""
    job = job_order.next_job() or UUID(job_id)
    if session := work.run_job(job) or read_stretch(job):
        want_playback(session)


@shared_task
def copy_for_playing(copy_id: int) -> None:
    """Make the copy that browsers play, if it still waits."""
    playback.run_copy(copy_id)


@shared_task
def requeue_stranded_jobs() -> None:
    """Take up the jobs whose worker died and those whose message was lost."""
    stranded.release_stale_jobs()
    for job_id in stranded.unsent_jobs():
        send_analysis(job_id)
    stale_stretches.release_stale_stretches()
    send_stretches(stale_stretches.unsent_stretches())
    playback.release_stale_copies()
    for copy_id in playback.unsent_copies():
        send_copy(copy_id)


@shared_task
def remove_leftovers() -> None:
    """Remove files that no row knows of, videos that may not stay, and stretches that nobody goes on with."""
    withdrawals.drop_unwanted_media()
    stale_stretches.forget_old_stretches()
    orphan_files.remove_orphan_files()


@shared_task
def remove_due_files() -> None:
    """Remove from the object store what could not be removed when its time had come."""
    if waiting := stored.remove_due():
        logger.warning("%d removals wait for the object store.", waiting)


def read_stretch(job_id: UUID) -> Session | None:
    """The next stretch of the job, if it was cut, is read; what waits of it has its messages, for other workers."""
    send_stretches(stale_stretches.unsent_stretches(job_id))
    return stretch_work.run_stretch(job_id)


def send_stretches(waiting: Sequence[tuple[int, UUID]]) -> None:
    """Send a message for each of these stretches, told by their own id and their job's, while Redis takes them."""
    for stretch_id, job_id in waiting:
        if not send_message(analyze, str(job_id), about=f"A stretch of job {job_id}"):
            return
        Stretch.objects.filter(pk=stretch_id).update(enqueued_at=timezone.now())


def send_analysis(job_id: UUID) -> bool:
    """Send the job's message; False when Redis is away, and then the beat sends it later."""
    if not send_message(analyze, str(job_id), about=f"Job {job_id}"):
        return False
    AnalysisJob.objects.filter(pk=job_id).update(enqueued_at=timezone.now())
    return True


def want_playback(session: Session) -> None:
    """A copy of the session's video is being made where browsers do not play the video itself."""
    if copy := playback.wanted_copy(session):
        send_copy(copy.pk)


def send_copy(copy_id: int) -> bool:
    """Send the copy's message; False when Redis is away, and then the beat sends it later."""
    if not send_message(copy_for_playing, copy_id, about=f"The copy {copy_id}"):
        return False
    PlaybackCopy.objects.filter(pk=copy_id).update(enqueued_at=timezone.now())
    return True

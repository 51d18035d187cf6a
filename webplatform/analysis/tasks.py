"""Celery tasks of the workers. They carry only ids."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from celery import shared_task

from webplatform.analysis import (
    job_order,
    orphan_files,
    playback,
    stale_jobs,
    stretch_work,
    stretches,
    withdrawals,
    work,
)
from webplatform.analysis.models import AnalysisJob, PlaybackCopy, Stretch
from webplatform.history.models import Session
from webplatform.jobs.requeue import release_stale, unsent
from webplatform.jobs.sending import send_job
from webplatform.vault import stored

logger = logging.getLogger(__name__)
ANALYSE = "webplatform.analysis.tasks.analyze"  # as workers of older releases know it


@shared_task(name=ANALYSE)
def analyse(job_id: str) -> None:
    """Do the job whose turn it is: a message says that one waits, and which of them is read first is not its say."""
    job = job_order.next_job() or UUID(job_id)
    if session := work.run_job(job) or read_stretch(job):
        want_playback(session)


@shared_task
def copy_for_playing(copy_id: int) -> None:
    """Make the copy that browsers play, if it still waits."""
    playback.run_copy(copy_id)


@shared_task
def requeue_stale_jobs() -> None:
    """Take up the jobs whose worker died and those whose message was lost."""
    stale_jobs.release_stale_jobs()
    for job in unsent(AnalysisJob.objects.only("pk")):
        send_analysis(job.pk)
    stale_jobs.release_stale_stretches()
    send_stretches(stretches.unsent_stretches())
    release_stale(PlaybackCopy.objects.all(), playback.give_up)
    for copy in unsent(PlaybackCopy.objects.only("pk")):
        send_copy(copy.pk)


@shared_task
def remove_orphans() -> None:
    """Remove orphan files, videos that may not be kept, and stretches that are not continued."""
    withdrawals.drop_unwanted_media()
    stretches.forget_old_stretches()
    orphan_files.remove_orphan_files()


@shared_task
def remove_due_files() -> None:
    """Remove from the object store what could not be removed when its time had come."""
    if waiting := stored.remove_due():
        logger.warning("%d removals wait for the object store.", waiting)


def read_stretch(job_id: UUID) -> Session | None:
    """The next stretch of the job, if it was cut, is read; what waits of it has its messages, for other workers."""
    send_stretches(stretches.unsent_stretches(job_id))
    return stretch_work.run_stretch(job_id)


def send_stretches(waiting: Sequence[tuple[int, UUID]]) -> None:
    """Send a message for each of these stretches, told by their own id and their job's, while Redis takes them."""
    for stretch_id, job_id in waiting:
        if not send_job(Stretch, stretch_id, analyse, str(job_id)):
            return


def send_analysis(job_id: UUID) -> bool:
    """Send the job's message; False when Redis is away, and then the beat sends it later."""
    return send_job(AnalysisJob, job_id, analyse)


def want_playback(session: Session) -> None:
    """A copy of the session's video is being made where browsers do not play the video itself."""
    if copy := playback.wanted_copy(session):
        send_copy(copy.pk)


def send_copy(copy_id: int) -> bool:
    """Send the copy's message; False when Redis is away, and then the beat sends it later."""
    return send_job(PlaybackCopy, copy_id, copy_for_playing)

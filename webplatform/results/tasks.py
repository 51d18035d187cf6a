"""What the housekeeper does for results: ids travel, and nothing else."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task

from webplatform.jobs.messages import send_message
from webplatform.jobs.requeue import release_stale, unsent
from webplatform.jobs.sending import send_job
from webplatform.results import curves, refreshing, work
from webplatform.results.models import StudyFigures

logger = logging.getLogger(__name__)


@shared_task
def make_figures(figures_id: str) -> None:
    """Make the results, if they still wait."""
    if work.run_figures(UUID(figures_id)):
        send_figures(UUID(figures_id))


@shared_task
def keep_new_curves() -> None:
    """Add up the sessions that have closed, and have their studies' results made again."""
    studies = {curves.keep_curve(session_id) for session_id in curves.sessions_without_curve()}
    for study_id in studies - {None}:
        send_each(refreshing.outdated_figures(study_id))


@shared_task
def refresh_watched() -> None:
    """Have the results made again that somebody looked at lately and that are not current."""
    for study_id in refreshing.watched_studies():
        send_each(refreshing.outdated_figures(study_id))


@shared_task
def requeue_stale() -> None:
    """Take up results whose worker died, and those whose message was lost."""
    release_stale(StudyFigures.objects.defer("result"), work.give_up)
    send_each([figures.pk for figures in unsent(StudyFigures.objects.only("pk"))])


def send_each(figures_ids: list[UUID]) -> None:
    """Send the messages of all of these."""
    for figures_id in figures_ids:
        send_figures(figures_id)


def send_figures(figures_id: UUID) -> bool:
    """Send the row's message; False when Redis is away, and then the beat sends it later."""
    return send_job(StudyFigures, figures_id, make_figures)


@shared_task
def keep_curve(session_id: str) -> None:
    """Add up one session, if that was not done of what it holds now."""
    curves.keep_curve(UUID(session_id))


def send_curve(session_id: UUID) -> bool:
    """Send the task for one session's curve; False when Redis is unavailable; the next reader sends it again."""
    return send_message(keep_curve, str(session_id), about=f"The curve of session {session_id}")

"""Celery tasks of the housekeeper. They only say that something is due."""

from __future__ import annotations

from celery import shared_task

from webplatform.fetching import work
from webplatform.jobs.messages import send_message


@shared_task
def fetch() -> None:
    """Begin with whatever is due."""
    work.fetch_due()


@shared_task
def requeue_stale() -> None:
    """Take up what a dead process left, and what is due again; a lost message loses nothing."""
    if work.release_stale_fetches():
        work.fetch_due()


@shared_task
def forget() -> None:
    """Remove what ended a while ago."""
    work.forget_old_fetches()


def send_fetches() -> bool:
    """Wake the housekeeper; False when Redis is away, and then the beat does it."""
    return send_message(fetch, about="Videos to fetch")

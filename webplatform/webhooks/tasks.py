"""Celery tasks of the housekeeper. They only say that something is due."""

from __future__ import annotations

from celery import shared_task

from webplatform.jobs.messages import send_message
from webplatform.webhooks import work


@shared_task
def deliver() -> None:
    """Send whatever is due, unless this process is at it already."""
    work.deliver_due()


@shared_task
def requeue_stale() -> None:
    """Take up what a sender left behind, and what is due again; a lost message loses nothing."""
    if work.release_stale_deliveries():
        work.deliver_due()


@shared_task
def forget_deliveries() -> None:
    """Remove what is older than RAUT_WEBHOOK_KEEP_DAYS."""
    work.forget_old_deliveries()


def send_deliveries() -> bool:
    """Wake the housekeeper; False when Redis is away, and then the beat does it."""
    return send_message(deliver, about="Webhooks' deliveries")

"""What the housekeeper does for studies."""

from __future__ import annotations

from celery import shared_task

from webplatform.studies.expired_invitations import delete_expired


@shared_task
def forget_invitations() -> None:
    """Remove the letters that nobody answered."""
    delete_expired()

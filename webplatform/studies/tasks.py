"""What the housekeeper does for studies."""

from __future__ import annotations

from celery import shared_task

from webplatform.studies.expired_invitations import forget_expired


@shared_task
def forget_invitations() -> None:
    """Remove the letters that nobody answered."""
    forget_expired()

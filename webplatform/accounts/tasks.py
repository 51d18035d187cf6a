"""What the housekeeper does for accounts."""

from __future__ import annotations

from celery import shared_task

from webplatform.accounts.idempotency_keys import forget_old_answers
from webplatform.accounts.logins import forget_ended


@shared_task
def forget_logins() -> None:
    """Remove what is left of logins that have ended."""
    forget_ended()


@shared_task
def forget_answers() -> None:
    """Remove the answers to requests with an Idempotency-Key whose day is over."""
    forget_old_answers()

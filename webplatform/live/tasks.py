"""What the housekeeper does for live sessions."""

from __future__ import annotations

from celery import shared_task

from webplatform.live import silent


@shared_task
def close_silent_sessions() -> None:
    """Close the webcam sessions whose socket died without a word."""
    silent.close_silent_sessions()

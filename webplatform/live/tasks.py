"""What the housekeeper does for live sessions."""

from __future__ import annotations

from celery import shared_task

from webplatform.live import stale_connections


@shared_task
def close_silent_sessions() -> None:
    """Close the webcam sessions whose socket died without a word."""
    stale_connections.close_stale_sessions()

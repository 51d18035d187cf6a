"""Tasks of the beat that belong to no other app."""

from __future__ import annotations

from celery import shared_task

from webplatform.analysis import resumable


@shared_task
def tend_uploads() -> None:
    """Remove uploads whose time is over, and hand in those that were complete when a process ended."""
    resumable.tend_uploads()

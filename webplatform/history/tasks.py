"""What the housekeeper does for the history."""

from __future__ import annotations

from celery import shared_task

from webplatform.history import erasure_log_lines, withdrawals


@shared_task
def remove_unconsented() -> None:
    """Remove the sessions whose consent was withdrawn and that a dying process left behind."""
    withdrawals.remove_unconsented()


@shared_task
def write_left_lines() -> None:
    """Write pending lines into the erasure log."""
    erasure_log_lines.write_pending_lines()

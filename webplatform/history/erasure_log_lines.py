"""Lines for the erasure log: a row in the transaction that erases, a line in the file after the commit.

A process that dies right after its commit, or a disk that is full then, would leave the line unwritten for good, and a
restored backup would bring back what somebody had erased.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from webplatform.common.database.commits import after_commit
from webplatform.history import erasure_log
from webplatform.history.models import LedgerLine

LEFT_AFTER = timedelta(seconds=30)

logger = logging.getLogger(__name__)


def note_erased(kind: str, subject: object, **ids: object) -> None:
    """Write to the erasure log, as soon as this transaction is committed, that the subject (an id) was erased."""
    after_commit(_write, LedgerLine.objects.create(kind=kind, said={"subject": subject, **ids}))


def write_pending_lines() -> int:
    """The lines are written that a process left behind, or for which there was no room; returns how many.

    Raises:
        OSError: there still is none.
    """
    now = timezone.now()
    pending = LedgerLine.objects.filter(Q(created_at__lt=now - LEFT_AFTER) | Q(created_at__gt=now + LEFT_AFTER))
    lines = list(pending.order_by("pk"))
    for line in lines:
        _write(line)
    if lines:
        logger.warning("Wrote %d pending lines into the erasure log.", len(lines))
    return len(lines)


def _write(line: LedgerLine) -> None:
    fields = {**line.said}
    erasure_log.note(
        line.kind, fields.pop("subject"), **fields
    )  # twice, where it dies here: reading it twice harms nothing
    LedgerLine.objects.filter(pk=line.pk).delete()

"""The right to work on a job: claimed by one conditional UPDATE, lost when the row has another lease or none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from webplatform.jobs.models import QUEUED, RUNNING, LeasedRow

Row = TypeVar("Row", bound=LeasedRow)


class LeaseLost(Exception):
    """The job belongs to another worker, was deleted or has ended: this worker must write nothing more."""


def claim(rows: QuerySet[Row], pk: object, **changes: Any) -> Row | None:  # fields of the row
    """Claim the waiting job; if two workers try, only one gets it.

    Args:
        rows: the queryset in which the job is searched, with its related rows.
        changes: other fields to set.
    """
    lease = uuid4()
    claimed = {"state": RUNNING, "lease": lease, "heartbeat_at": timezone.now(), "attempts": F("attempts") + 1}
    if not rows.filter(pk=pk, state=QUEUED).update(**claimed, **changes):
        return None
    return rows.filter(pk=pk, lease=lease).first()


def requeue(rows: QuerySet[Model], **changes: Any) -> bool:  # fields of the row
    """Let the jobs wait again, without a lease, and send their messages again; False if there were none."""
    values = {"queued_at": timezone.now(), "enqueued_at": None, "progress": 0.0, "faces_found": 0, "seconds_left": None}
    field_names = {field.name for field in rows.model._meta.get_fields()}
    values = {name: value for name, value in values.items() if name in field_names}
    return bool(rows.update(state=QUEUED, lease=None, **values, **changes))


def hand_back(held: QuerySet[Model]) -> bool:
    """Let the job wait for another worker without counting this attempt; False if it was not held any more."""
    return requeue(held, attempts=F("attempts") - 1)


def is_stale(patience: timedelta | None = None) -> Q:
    """Return the condition for a heartbeat that is too old, or in the future because the clock was set back.

    Args:
        patience: the allowed age; RAUT_JOB_STALE_SECONDS by default.
    """
    now, patience = timezone.now(), patience or timedelta(seconds=settings.RAUT_JOB_STALE_SECONDS)
    return Q(heartbeat_at__lt=now - patience) | Q(heartbeat_at__gt=now + patience)

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
    """The job is another worker's, was deleted or has ended: whoever sees this must write nothing."""


def claim(rows: QuerySet[Row], pk: object, **changes: Any) -> Row | None:  # fields of the row
    """Take the waiting job; of two workers that try, one gets it.

    Args:
        rows: where it is looked for, with what shall be read along.
        changes: what else the row says from now on.
    """
    lease = uuid4()
    taken = {"state": RUNNING, "lease": lease, "heartbeat_at": timezone.now(), "attempts": F("attempts") + 1}
    if not rows.filter(pk=pk, state=QUEUED).update(**taken, **changes):
        return None
    return rows.filter(pk=pk, lease=lease).first()


def requeue(rows: QuerySet[Model], **changes: Any) -> bool:  # fields of the row
    """The jobs wait again, without a lease, and their messages are sent anew; False where there were none."""
    fresh = {"queued_at": timezone.now(), "enqueued_at": None, "progress": 0.0, "faces_found": 0, "seconds_left": None}
    own = {field.name for field in rows.model._meta.get_fields()}
    fresh = {name: value for name, value in fresh.items() if name in own}
    return bool(rows.update(state=QUEUED, lease=None, **fresh, **changes))


def hand_back(held: QuerySet[Model]) -> bool:
    """The job waits for another worker, as if this one had never begun it; False where it was not held any more."""
    return requeue(held, attempts=F("attempts") - 1)


def is_stale(patience: timedelta | None = None) -> Q:
    """The rows whose heartbeat is too old; one from the future is of before the clock was set back.

    Args:
        patience: how old is too old; RAUT_JOB_STALE_SECONDS if not told.
    """
    now, patience = timezone.now(), patience or timedelta(seconds=settings.RAUT_JOB_STALE_SECONDS)
    return Q(heartbeat_at__lt=now - patience) | Q(heartbeat_at__gt=now + patience)

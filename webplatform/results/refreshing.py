"""Which kept results are not of what their study holds now: they wait for a worker again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from webplatform.results.gathering import study_digest
from webplatform.results.models import StudyFigures
from webplatform.studies.models import Study

WATCHED = timedelta(days=2)  # so long after somebody looked, results are refreshed before anybody looks again
AGAIN_AFTER = timedelta(minutes=1)
State = StudyFigures.State


def watched_studies() -> list[UUID]:
    """The studies whose results somebody looked at lately."""
    return list(_watched().order_by().values_list("study_id", flat=True).distinct())


def outdated_figures(study_id: UUID) -> list[UUID]:
    """The study's results that somebody looked at lately and that wait from now on, because it holds something else."""
    rows = _watched().filter(study_id=study_id)
    study = Study.objects.filter(pk=study_id).first()
    return requeue(rows, study_digest(study)) if study is not None and rows.exists() else []


def requeue(rows: QuerySet[StudyFigures], digest: str) -> list[UUID]:
    """Those of the rows that wait from now on: made of something else, or failed a while ago.

    What runs is looked at when it ends.
    """
    is_due = ~Q(wanted=digest) | Q(state=State.FAILED, asked_at__lt=timezone.now() - AGAIN_AFTER)
    due = rows.filter(is_due).exclude(state=State.RUNNING).values_list("pk", flat=True)
    fresh = {"wanted": digest, "state": State.QUEUED, "attempts": 0, "enqueued_at": None}
    idle = StudyFigures.objects.exclude(state=State.RUNNING)
    return [pk for pk in list(due) if idle.filter(pk=pk).update(**fresh)]


def _watched() -> QuerySet[StudyFigures]:
    return StudyFigures.objects.filter(asked_at__gte=timezone.now() - WATCHED)

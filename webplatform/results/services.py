"""Request a study's results: stored ones come at once, new ones from a worker."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webplatform.common.database.commits import after_commit
from webplatform.results.choices import Choice
from webplatform.results.gathering import study_digest
from webplatform.results.models import StudyFigures
from webplatform.results.refreshing import requeue
from webplatform.results.tasks import send_each
from webplatform.studies.models import Study

MOST_KEPT = 60  # choices of one study


@transaction.atomic
def request_figures(*, study: Study, choice: Choice) -> StudyFigures:
    """Return the study's row of results for this choice; where it is missing or out of date, a worker computes it."""
    now, contents_digest = timezone.now(), study_digest(study)
    plain = {"choice": asdict(choice), "wanted": contents_digest, "asked_at": now}
    figures, is_new = StudyFigures.objects.get_or_create(study=study, digest=choice.digest, defaults=plain)
    if is_new:
        _forget_oldest(study)
        waiting = [figures.pk]
    else:
        waiting = requeue(StudyFigures.objects.filter(pk=figures.pk), contents_digest)
        StudyFigures.objects.filter(pk=figures.pk).update(asked_at=now)
        figures.refresh_from_db()
    if waiting:
        after_commit(send_each, waiting)
    return figures


def forget_figures(*, study_id: UUID) -> None:
    """Delete the study's stored results: the data behind them may no longer be shown."""
    StudyFigures.objects.filter(study_id=study_id).delete()


def _forget_oldest(study: Study) -> None:
    newest = study.figures.order_by("-asked_at").values_list("pk", flat=True)[:MOST_KEPT]
    study.figures.exclude(pk__in=list(newest)).delete()

"""Making results, in a worker: claim the row, add up what is new, compute, say how it ended. Safe to run twice."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from webplatform.jobs.heartbeat import Heartbeat
from webplatform.jobs.leases import claim
from webplatform.jobs.outages import handed_back
from webplatform.results.choices import stored_choice
from webplatform.results.composing import results_of
from webplatform.results.curves import keep_curves
from webplatform.results.gathering import material_of, study_digest
from webplatform.results.models import StudyFigures
from webplatform.studies.models import Study

State = StudyFigures.State

logger = logging.getLogger(__name__)


def run_figures(figures_id: UUID) -> bool:
    """The results are made, or failed, or another worker has them; returns whether they wait again."""
    figures = claim(StudyFigures.objects.select_related("study"), figures_id)
    if figures is None:
        logger.info("Results %s do not wait any more.", figures_id)
        return False
    try:
        with Heartbeat(figures.held):
            keep_curves(figures.study)
            made_of = study_digest(figures.study)
            result = results_of(material_of(figures.study), stored_choice(figures.choice))
        return _settle(figures.held, figures.study, made_of, result)
    except Exception as error:
        if handed_back(figures.held, error, f"Results {figures_id}"):
            return False
        logger.exception("Results %s failed.", figures_id)
        give_up(figures, figures.held)
        return False


@transaction.atomic
def _settle(held: QuerySet[StudyFigures], study: Study, made_of: str, result: dict[str, object]) -> bool:
    """Keep the results; those of something that has changed meanwhile wait to be made again."""
    current_digest = study_digest(study)
    done = {"lease": None, "made_of": made_of, "wanted": current_digest, "result": result, "made_at": timezone.now()}
    if current_digest == made_of:
        held.update(state=State.DONE, **done)
        return False
    # Somebody may have withdrawn: figures that hold their readings are not kept.
    fresh = {"state": State.QUEUED, "lease": None, "wanted": current_digest, "attempts": 0, "enqueued_at": None}
    return bool(held.update(**fresh))


def give_up(figures: StudyFigures, held: QuerySet[StudyFigures]) -> bool:
    """The results could not be made; False where they are not held like this any more."""
    return bool(held.update(state=State.FAILED, lease=None))

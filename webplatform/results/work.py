"""Making results, in a worker: claim the row, add up what is new, compute, say how it ended. Safe to run twice."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from webplatform.common.database_away import handed_back
from webplatform.common.pulse import Pulse, silent
from webplatform.results.choices import stored_choice
from webplatform.results.composing import results_of
from webplatform.results.curves import keep_curves
from webplatform.results.gathering import material_of, wanted_of
from webplatform.results.models import StudyFigures
from webplatform.studies.models import Study

MAX_ATTEMPTS = 3
LOST_AFTER = timedelta(minutes=1)
State = StudyFigures.State

logger = logging.getLogger(__name__)


def run_figures(figures_id: UUID) -> bool:
    """The results are made, or failed, or another worker has them; returns whether they wait again."""
    lease = uuid4()
    claimed = StudyFigures.objects.filter(pk=figures_id, state=State.QUEUED).update(
        state=State.RUNNING, lease=lease, attempts=F("attempts") + 1, heartbeat_at=timezone.now()
    )
    if not claimed:
        logger.info("Results %s do not wait any more.", figures_id)
        return False
    held = StudyFigures.objects.filter(pk=figures_id, lease=lease, state=State.RUNNING)
    figures = StudyFigures.objects.select_related("study").get(pk=figures_id)
    try:
        with Pulse(held, every_s=settings.RAUT_JOB_STALE_SECONDS / 4):
            keep_curves(figures.study)
            made_of = wanted_of(figures.study)
            result = results_of(material_of(figures.study), stored_choice(figures.choice))
        return _settle(held, figures.study, made_of, result)
    except Exception as error:
        if handed_back(held, error, f"Results {figures_id}"):
            return False
        logger.exception("Results %s failed.", figures_id)
        held.update(state=State.FAILED, lease=None)
        return False


@transaction.atomic
def _settle(held: QuerySet[StudyFigures], study: Study, made_of: str, result: dict[str, object]) -> bool:
    """Keep the results; those of something that has changed meanwhile wait to be made again."""
    wanted = wanted_of(study)
    done = {"lease": None, "made_of": made_of, "wanted": wanted, "result": result, "made_at": timezone.now()}
    if wanted == made_of:
        held.update(state=State.DONE, **done)
        return False
    # Somebody may have withdrawn: figures that hold their readings are not kept.
    fresh = {"state": State.QUEUED, "lease": None, "wanted": wanted, "attempts": 0, "enqueued_at": None}
    return bool(held.update(**fresh))


def release_stale_figures() -> None:
    """Every running row without a recent heartbeat waits again, or has failed if it was begun often enough."""
    stale = StudyFigures.objects.filter(silent(), state=State.RUNNING)
    stale.filter(attempts__gte=MAX_ATTEMPTS).update(state=State.FAILED, lease=None)
    stale.update(state=State.QUEUED, lease=None, enqueued_at=None)


def unsent_figures() -> list[UUID]:
    """Waiting rows whose message was never sent, or so long ago that it may be lost."""
    lost = Q(enqueued_at=None) | Q(enqueued_at__lt=timezone.now() - LOST_AFTER)
    waiting = StudyFigures.objects.filter(lost, state=State.QUEUED)
    return list(waiting.order_by("asked_at").values_list("pk", flat=True))

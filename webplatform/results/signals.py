"""What results do when other apps say that something happened."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from webplatform.history.events import readings_removed, session_erased
from webplatform.history.models import Session
from webplatform.results.models import SessionCurve
from webplatform.results.services import forget_figures


@receiver(session_erased)
def forget_results(session_id: UUID, **_: Any) -> None:
    """Nothing of an erased session is left in the figures of its study."""
    for study_id in Session.objects.filter(pk=session_id).values_list("study_id", flat=True):
        forget_figures(study_id=study_id)


@receiver(readings_removed)
def forget_curve(session_id: UUID, **_: Any) -> None:
    """What was made of readings goes with them."""
    SessionCurve.objects.filter(pk=session_id).delete()
    forget_results(session_id)

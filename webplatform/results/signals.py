"""What results do when other apps say that something happened."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from webplatform.consent.models import ConsentRecord
from webplatform.history.events import readings_removed, session_assigned, session_binned, session_erased
from webplatform.history.models import Session
from webplatform.results.models import SessionCurve
from webplatform.results.services import forget_figures


@receiver(session_erased)
def forget_results(session_id: UUID, **_: Any) -> None:
    """Nothing of an erased session is left in the figures of its study."""
    for study_id in Session.everything.filter(pk=session_id).values_list("study_id", flat=True):
        forget_figures(study_id=study_id)


@receiver(session_binned)
def forget_deleted(session: Session, **_: Any) -> None:
    """Nothing of a session in the bin is left in the figures of its study."""
    forget_figures(study_id=session.study_id)


@receiver(readings_removed)
def forget_curve(session_id: UUID, **_: Any) -> None:
    """What was made of readings goes with them."""
    SessionCurve.objects.filter(pk=session_id).delete()
    forget_results(session_id)


@receiver(session_assigned)
def forget_where_it_was(before: ConsentRecord, **_: Any) -> None:
    """Nothing of a session that is somebody else's now is left in the figures of the study where it was."""
    if before.participant is not None:
        forget_figures(study_id=before.participant.study_id)

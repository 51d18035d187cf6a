"""What history does when other apps say that something happened."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import Scope
from webplatform.history.events import session_assigned
from webplatform.history.models import Session
from webplatform.history.revision import revise
from webplatform.history.withdrawals import remove_unconsented


@receiver(consent_withdrawn)
def remove_sessions(scopes: frozenset[str], **_: Any) -> None:
    """What rested on the consent goes as soon as the withdrawal is committed."""
    if Scope.ANALYSE in scopes:
        transaction.on_commit(partial(remove_unconsented), robust=True)


@receiver(session_assigned)
def recount_people(session: Session, **_: Any) -> None:
    """A recording of one participant puts a face's pieces together; no face is somebody of another study."""
    session.face_edits.filter(participant__isnull=False).exclude(participant__study=session.study_id).delete()
    revise(session)

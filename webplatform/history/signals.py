"""How history reacts to signals of other apps."""

from typing import Any

from django.dispatch import receiver

from webplatform.common.database.commits import after_commit
from webplatform.consent.events import consent_withdrawn
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.history.events import session_assigned
from webplatform.history.media import destroy_waiting_keys
from webplatform.history.models import Session
from webplatform.history.revision import revise
from webplatform.history.withdrawals import remove_unconsented


@receiver(consent_withdrawn)
def remove_sessions(record: ConsentRecord, scopes: frozenset[str], **_: Any) -> None:
    """What rested on the consent goes as soon as the withdrawal is committed, keys that wait for their end too."""
    if {ConsentScope.ANALYSE, ConsentScope.KEEP_MEDIA} & set(scopes):
        after_commit(destroy_waiting_keys, record.pk)
    if ConsentScope.ANALYSE in scopes:
        after_commit(remove_unconsented)


@receiver(session_assigned)
def recount_people(session: Session, **_: Any) -> None:
    """A recording of one participant puts a face's pieces together; no face is somebody of another study."""
    session.face_edits.filter(participant__isnull=False).exclude(participant__study=session.study_id).delete()
    revise(session)

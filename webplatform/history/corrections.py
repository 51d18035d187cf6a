"""Correct the expression that a face showed."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from inference import EMOTIONS
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.consent.models import ConsentScope
from webplatform.consent.queries import effective_scopes
from webplatform.consent.services import require_scope
from webplatform.history.models import Correction, Session, Track
from webplatform.history.queries import is_editable_by
from webplatform.history.revision import revise

MAX_CORRECTIONS = 2000


def may_correct(session: Session, user: User) -> bool:
    """Whether the user may correct the session: its people agreed to training, and the user may change it."""
    agreed = ConsentScope.TRAIN in effective_scopes(session.consent)
    return agreed and session.state == Session.State.CLOSED and is_editable_by(session, user)


@transaction.atomic
def correct(*, session: Session, user: User, track: int, from_ms: int, to_ms: int, emotion: str) -> Correction:
    """The face showed `emotion` from one moment to another; what was said before of the same time is replaced.

    Raises:
        NotAllowed: the user may only view the session.
        ConsentMissing: the person seen has not agreed that pictures of them train models.
        Invalid: there is no such face, expression or stretch, or no reading in it.
        Conflict: the session is not closed, or carries as many corrections as it can.
    """
    if not is_editable_by(session, user):
        raise NotAllowed(_("Only owners and analysts of the study may correct its sessions."))
    if session.state != Session.State.CLOSED:
        raise Conflict(_("Only a session that is done can be corrected."))
    require_scope(record=session.consent, scope=ConsentScope.TRAIN)
    if emotion not in EMOTIONS:
        raise Invalid(_("There is no such expression."))
    tracked = Track.objects.filter(session=session, number=track).first()
    if tracked is None or not tracked.observations.filter(t_ms__gte=from_ms, t_ms__lte=to_ms).exists():
        raise Invalid(_("This face has no reading in that stretch."))
    Correction.objects.filter(session=session, track=tracked, from_ms__gte=from_ms, to_ms__lte=to_ms).delete()
    if session.corrections.count() >= MAX_CORRECTIONS:
        raise Conflict(_("A session carries at most %(limit)d corrections.") % {"limit": MAX_CORRECTIONS})
    correction = Correction.objects.create(
        session=session, track=tracked, from_ms=from_ms, to_ms=to_ms, emotion=emotion, created_by=user
    )
    revise(session)
    return correction


@transaction.atomic
def take_back(*, correction: Correction, user: User) -> None:
    """The correction is gone.

    Raises:
        NotAllowed: the user may only view the session.
    """
    if not is_editable_by(correction.session, user):
        raise NotAllowed(_("Only owners and analysts of the study may correct its sessions."))
    correction.delete()
    revise(correction.session)

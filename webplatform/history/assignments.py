"""Assign a session: its participant and study, and its condition."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from webplatform.accounts.audit import record_event
from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.consent.services import require_consent
from webplatform.history.events import session_assigned
from webplatform.history.models import Session
from webplatform.history.queries import is_deletable_by, is_editable_by
from webplatform.history.repetitions import of_one_video
from webplatform.studies.approvals import require_permitted
from webplatform.studies.models import Condition, Participant, Stimulus
from webplatform.studies.permissions import require_recorder


@transaction.atomic
def set_condition(*, sessions: Iterable[Session], user: User, condition: Condition | None) -> int:
    """The sessions bear the condition, or none; so does what was read of the same videos. All of them, or nothing.

    Returns how many changed.

    Raises:
        NotAllowed: the user may only view one of them.
        Invalid: one is of another study than the condition.
    """
    affected: dict[object, Session] = {}
    for session in sessions:
        if not is_editable_by(session, user):
            raise NotAllowed(_("Only owners and analysts of the study may do this."))
        require_condition_of(session, condition)
        affected |= {one.pk: one for one in of_one_video(session)}
    changed = [session for session in affected.values() if session.condition_id != (condition and condition.pk)]
    for session in changed:
        session.condition = condition
        session.save(update_fields=["condition"])
        about = {"study_id": session.study_id, "target": f"session:{session.pk}"}
        record_event("session.condition", actor=user, **about, condition=condition and condition.pk)
    return len(changed)


def set_stimulus(*, session: Session, stimulus: Stimulus | None, position: int | None = None) -> None:
    """The session is one in which this film of its study was shown, or none, and at which place in their order."""
    session.stimulus, session.stimulus_position = stimulus, position
    session.save(update_fields=["stimulus", "stimulus_position"])


@transaction.atomic
def assign_participant(*, session: Session, user: User, participant: Participant) -> Session:
    """The session is this participant's, in their study and on their consent; so is what was read of the same video.

    A video that their study or their consent does not keep goes. In another study the condition is gone.

    Raises:
        NotAllowed: the user may not record in the participant's study, or not take the session out of its own.
        ConsentMissing: the participant has not agreed, or has to be asked again.
        Conflict: the session is not done.
    """
    require_recorder(participant.study, user)
    _require_taking(session, user, participant)
    require_permitted(participant.study)
    consent = require_consent(of=participant)
    before, was_in = session.participant_id, session.study_id
    for one in of_one_video(session):
        if one.state == Session.State.OPEN:
            raise Conflict(_("The session is still being recorded or read."))
        was_on = one.consent
        one.condition_id = one.condition_id if one.study_id == participant.study_id else None
        if one.study_id != participant.study_id:
            one.stimulus, one.stimulus_position = None, None
        one.participant, one.consent, one.study = participant, consent, participant.study
        one.save(update_fields=["participant", "consent", "study", "condition", "stimulus", "stimulus_position"])
        session_assigned.send(sender=Session, session=one, before=was_on)
    details = {"participant": str(participant.pk), "before": str(before or ""), "was_in": str(was_in)}
    record_event(
        "session.assigned", actor=user, study_id=participant.study_id, target=f"session:{session.pk}", **details
    )
    session.refresh_from_db()
    return session


def require_condition_of(session: Session, condition: Condition | None) -> None:
    """Raises Invalid where the condition is one of another study."""
    if condition is not None and condition.study_id != session.study_id:
        raise Invalid(_("“%(name)s” is a condition of another study.") % {"name": condition}, field="condition")


def _require_taking(session: Session, user: User, participant: Participant) -> None:
    may_take = is_editable_by(session, user)
    if session.study_id != participant.study_id:
        may_take = may_take and is_deletable_by(session, user)
    if not may_take:
        raise NotAllowed(_("Only the study's owner or whoever recorded a session may move it to another study."))

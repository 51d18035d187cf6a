"""What participants ask of a study's owner, and the owner's answers."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid
from webplatform.studies.audit_trail import record
from webplatform.studies.events import request_received
from webplatform.studies.models import Participant, ParticipantRequest
from webplatform.studies.participant_lock import lock_participant
from webplatform.studies.permissions import require_owner

ANSWER_WITHIN = timedelta(hours=72)


@transaction.atomic
def submit_request(*, participant: Participant, kind: str, text: str = "") -> ParticipantRequest:
    """The study's owner has this request, and 72 hours; asking the same again while it is open changes nothing.

    Raises:
        Invalid: there is no such kind, or a question without a text.
    """
    if kind not in ParticipantRequest.Kind.values:
        raise Invalid(_("This is not one of the choices."), field="kind")
    text = text.replace("\0", " ").strip()[:2000]
    if kind == ParticipantRequest.Kind.QUESTION and not text:
        raise Invalid(_("Write what you want to ask."), field="text")
    lock_participant(participant.pk)
    participant_request = participant.requests.filter(kind=kind, state=ParticipantRequest.State.OPEN).first()
    if participant_request is None:
        now = timezone.now()
        participant_request = ParticipantRequest.objects.create(
            participant=participant, kind=kind, text=text, asked_at=now, due_at=now + ANSWER_WITHIN
        )
        record(actor=None, action="request.asked", study=participant.study, kind=kind, request=participant_request.pk)
        request_received.send(sender=ParticipantRequest, request=participant_request)
    return participant_request


@transaction.atomic
def answer_request(*, request: ParticipantRequest, user: User, is_done: bool, answer: str) -> ParticipantRequest:
    """The open request is done or refused, with the owner's answer, which the participant reads on their page.

    Raises:
        NotAllowed: the user does not own the study.
        Invalid: there is no answer.
        Conflict: it was answered already.
    """
    study = request.participant.study
    require_owner(study, user)
    lock_participant(request.participant_id)
    answer = answer.replace("\0", " ").strip()[:2000]
    if not answer:
        raise Invalid(_("Write an answer that the participant can read."), field="answer")
    state = ParticipantRequest.State.DONE if is_done else ParticipantRequest.State.REFUSED
    still_open = ParticipantRequest.objects.filter(pk=request.pk, state=ParticipantRequest.State.OPEN)
    if not still_open.update(state=state, answer=answer, answered_at=timezone.now(), answered_by=user):
        raise Conflict(_("This request was answered already."))
    record(actor=user, action="request.answered", study=study, request=request.pk, state=state.value)
    request.refresh_from_db()
    return request

"""What a participant can do without an account, and how the study's owner answers requests."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.consent.services import give_participant_consent, withdraw_consent
from webplatform.participation.requests import answer_request, submit_request
from webplatform.retention.services import erase_participant
from webplatform.studies.audit_trail import record
from webplatform.studies.models import Participant, ParticipantRequest

Channel = ConsentRecord.Channel


@transaction.atomic
def agree(
    *,
    participant: Participant,
    language: str,
    scopes: Iterable[str],
    channel: Channel,
    by_guardian: bool = False,
    digest: str | None = None,
) -> ConsentRecord:
    """The participant has agreed, and the audit says so.

    Raises:
        Invalid: a scope is unknown, or the analysis is not among them.
        Conflict: `digest` says that another notice was read than holds now.
    """
    consent = give_participant_consent(
        participant=participant,
        language=language,
        scopes=scopes,
        channel=channel,
        by_guardian=by_guardian,
        digest=digest,
    )
    record(actor=None, action="consent.given", study=participant.study, consent=consent.pk, scopes=consent.scopes)
    return consent


@transaction.atomic
def withdraw(*, participant: Participant, channel: Channel, scopes: Iterable[str] = (ConsentScope.ANALYSE,)) -> int:
    """The scopes hold no more: what ran on them is stopped, and what rested on them goes; the audit says so.

    Raises:
        Invalid: a scope is unknown.
    """
    withdrawn = sorted(scopes)
    changed = withdraw_consent(of=participant, channel=channel, scopes=withdrawn)
    if changed:
        record(actor=None, action="consent.withdrawn", study=participant.study, scopes=withdrawn, consents=changed)
    return changed


@transaction.atomic
def answer(*, request: ParticipantRequest, user: User, is_done: bool, text: str) -> ParticipantRequest:
    """The request is answered; an erasure that is said to be done is done: nothing of the participant is left.

    Raises:
        NotAllowed: the user does not own the study.
        Invalid: there is no answer.
        Conflict: it was answered already.
    """
    participant = request.participant
    answered = answer_request(request=request, user=user, is_done=is_done, answer=text)
    if is_done and answered.kind == ParticipantRequest.Kind.ERASURE:
        erase_participant(participant=participant, by=user)
        answered.participant = participant  # whose row goes with the commit
    return answered


__all__ = ["agree", "answer", "submit_request", "withdraw"]

"""The people who are seen in a study: pseudonyms, their links without an account, and what they ask for."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Conflict, Invalid, NotFound
from webplatform.common.input.text import shown_text
from webplatform.studies.audit_trail import record
from webplatform.studies.events import request_received
from webplatform.studies.models import Condition, Participant, ParticipantLink, ParticipantRequest, Study
from webplatform.studies.services import require_owner, require_recorder
from webplatform.studies.variables import checked_values, set_values

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another one
MAX_LINK_DAYS = 365
MAX_PSEUDONYM = 40
ANSWER_WITHIN = timedelta(hours=72)


def lock_participant(pk: UUID) -> None:
    """Nobody else changes anything of the participant until this transaction ends.

    Whatever touches a participant takes this lock first and the audit log's afterwards: in one order nobody waits for
    somebody who waits for them.

    Raises NotFound where the participant was erased meanwhile.
    """
    if not Participant.objects.select_for_update(of=("self",)).filter(pk=pk).values_list("pk").first():
        raise NotFound(_("There is no such participant any more."))


def add_participant(
    *,
    study: Study,
    user: User,
    pseudonym: str = "",
    language: str = "",
    variables: Mapping[str, object] | None = None,
) -> Participant:
    """The study has this participant; without a pseudonym they get one that says nothing.

    Raises:
        NotAllowed: the user may not record in the study.
        Invalid: the pseudonym looks like an address or is too long, the study lacks the language, or a variable has
            no such value.
        Conflict: the pseudonym is taken.
    """
    require_recorder(study, user)
    name = clean_pseudonym(pseudonym) or "P-" + "".join(secrets.choice(LETTERS) for _i in range(6))
    language = language or study.languages[0]
    if language not in study.languages:
        raise Invalid(_("The study does not offer this language."), field="language")
    known = {key: value for key, value in checked_values(study, variables or {}).items() if value is not None}
    participant = Participant(study=study, pseudonym=name, language=language, values=known, created_by=user)
    return _store(participant, user, "participant.added")


@transaction.atomic
def change_participant(
    *,
    participant: Participant,
    user: User,
    pseudonym: str | None = None,
    variables: Mapping[str, object] | None = None,
    condition: Condition | Literal["same"] | None = "same",
) -> Participant:
    """The participant has this pseudonym, condition and these values of variables; all of it changes, or nothing.

    Raises:
        NotAllowed, Invalid, Conflict: as for a new participant; Invalid, too, for another study's condition.
    """
    require_recorder(participant.study, user)
    if condition != "same" and condition != participant.condition:
        if condition is not None and condition.study_id != participant.study_id:
            raise Invalid(_("The study has no such condition."), field="condition")
        participant.condition = condition
        _store(participant, user, "participant.condition", ["condition"])
    if variables:
        set_values(participant=participant, user=user, values=variables)
    if pseudonym is not None and clean_pseudonym(pseudonym) != participant.pseudonym:
        participant.pseudonym = clean_pseudonym(pseudonym)
        if not participant.pseudonym:
            raise Invalid(_("A pseudonym cannot be empty."), field="pseudonym")
        _store(participant, user, "participant.renamed", ["pseudonym"])
    return participant


def clean_pseudonym(text: str) -> str:
    """The pseudonym on one line; empty for none.

    Raises Invalid where it looks like an address or is too long.
    """
    name = shown_text(text)
    if len(name) > MAX_PSEUDONYM or "@" in name:
        raise Invalid(_("A pseudonym has at most 40 characters and is no address or name."), field="pseudonym")
    return name


def _store(participant: Participant, user: User, action: str, fields: list[str] | None = None) -> Participant:
    try:
        with transaction.atomic():
            participant.save(update_fields=fields)
            record(actor=user, action=action, study=participant.study, participant=str(participant.pk))
    except IntegrityError as error:
        raise Conflict(_("The study has a participant of this pseudonym already."), field="pseudonym") from error
    return participant


@transaction.atomic
def create_link(*, participant: Participant, user: User, days: int = 90) -> tuple[ParticipantLink, str]:
    """The participant has a new key to their page that lasts `days`; the key is returned only here.

    Raises:
        NotAllowed: the user may not record in the study.
        Invalid: days are not between 1 and 365.
    """
    require_recorder(participant.study, user)
    lock_participant(participant.pk)
    if not 1 <= days <= MAX_LINK_DAYS:
        raise Invalid(_("A link lasts from 1 to %(most)d days.") % {"most": MAX_LINK_DAYS}, field="days")
    key = secrets.token_urlsafe(32)
    link = ParticipantLink.objects.create(
        participant=participant,
        digest=key_digest(key),
        created_by=user,
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(actor=user, action="participant.link_created", study=participant.study, participant=str(participant.pk))
    return link, key


@transaction.atomic
def revoke_link(*, link: ParticipantLink, user: User) -> None:
    """The link opens nothing any more. Revoking twice is the same as once.

    Raises:
        NotAllowed: the user may not record in the study.
    """
    study = link.participant.study
    require_recorder(study, user)
    lock_participant(link.participant_id)
    if ParticipantLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record(actor=user, action="participant.link_revoked", study=study, participant=str(link.participant_id))


def valid_links() -> object:
    """The links that open a page now."""
    links = ParticipantLink.objects.filter(revoked_at=None, expires_at__gt=timezone.now())
    return links.select_related("participant__study")


def link_of_key(key: str) -> ParticipantLink | None:
    """The link that a key opens, noted as used; None for a wrong, an expired or a revoked one."""
    link = valid_links().filter(digest=key_digest(key)).first()
    if link is not None:
        ParticipantLink.objects.filter(pk=link.pk).update(last_used_at=timezone.now())
    return link


def link_address(key: str) -> str:
    """The whole address that a participant gets."""
    return f"{settings.PUBLIC_URL}/p/{key}/"


def key_digest(key: str) -> str:
    """SHA-256 of a link's key, hex."""
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def ask(*, participant: Participant, kind: str, text: str = "") -> ParticipantRequest:
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
    asked = participant.requests.filter(kind=kind, state=ParticipantRequest.State.OPEN).first()
    if asked is None:
        now = timezone.now()
        asked = ParticipantRequest.objects.create(
            participant=participant, kind=kind, text=text, asked_at=now, due_at=now + ANSWER_WITHIN
        )
        record(actor=None, action="request.asked", study=participant.study, kind=kind, request=asked.pk)
        request_received.send(sender=ParticipantRequest, request=asked)
    return asked


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

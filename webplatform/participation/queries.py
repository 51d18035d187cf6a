"""What a participant has agreed to, and what a study's owner has to answer."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord, Scope
from webplatform.consent.notices import notice_of
from webplatform.consent.queries import latest_of, latest_of_each, scopes_left
from webplatform.consent.services import is_current
from webplatform.studies.models import Participant, ParticipantRequest, Study
from webplatform.studies.queries import variables_of


def standing_of(participant: Participant) -> dict[str, Any]:
    """What the participant has agreed to, and whether they have to be asked (again)."""
    record = latest_of(participant)
    scopes = scopes_left(record) if record else []
    is_valid = record is not None and Scope.ANALYSE in scopes and is_current(record)
    return {"record": record, "scopes": scopes, "is_valid": is_valid, "is_asked_again": bool(scopes) and not is_valid}


def notice_data(participant: Participant, language: str) -> dict[str, Any]:
    """The notice as programs read it."""
    notice = notice_of(participant.study, language)
    return {
        "language": notice.text.language,
        "version": notice.text.version,
        "text": notice.body,
        "hash": notice.digest,
    }


def requests_of(user: User) -> QuerySet[ParticipantRequest]:
    """The requests of the participants in the user's studies; what is due first comes first."""
    requests = ParticipantRequest.objects.filter(participant__study__memberships__user=user)
    return requests.select_related("participant__study")


def participants_of(study: Study) -> list[Participant]:
    """The study's participants with `standing`, their links that are open, their variables and number of sessions."""
    found = study.participants.select_related("study", "condition").prefetch_related("links", "study__variables")
    participants = list(found.annotate(session_count=Count("sessions")))
    records = {record.participant_id: record for record in latest_of_each(study.participants.all())}
    digests: dict[str, str] = {}
    now = timezone.now()
    for participant in participants:
        participant.standing = _standing(study, records.get(participant.pk), digests)
        participant.known = variables_of(participant, participant.study.variables.all())
        participant.open_links = [
            link for link in participant.links.all() if link.revoked_at is None and link.expires_at > now
        ]
    return participants


def _standing(study: Study, record: ConsentRecord | None, digests: dict[str, str]) -> dict[str, Any]:
    """`standing_of` for one of many; `digests` remembers the notice of each language."""
    scopes = scopes_left(record) if record else []
    if record and record.language not in digests:
        digests[record.language] = notice_of(study, record.language).digest
    is_valid = record is not None and Scope.ANALYSE in scopes and record.text_digest == digests[record.language]
    return {"record": record, "scopes": scopes, "is_valid": is_valid, "is_asked_again": bool(scopes) and not is_valid}

"""Read what a participant has agreed to, and the requests that a study's owner has to answer."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from webplatform.accounts.models import User
from webplatform.consent.consent_status import consent_statuses_of
from webplatform.consent.notices import notice_of
from webplatform.studies.models import Participant, ParticipantRequest, Study
from webplatform.studies.queries import variables_of


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
    rows = study.participants.select_related("study", "condition").prefetch_related("links", "study__variables")
    participants = list(
        rows.annotate(session_count=Count("sessions", filter=Q(sessions__binned_at=None))).order_by("pseudonym")
    )
    standings = consent_statuses_of([study])
    now = timezone.now()
    for participant in participants:
        participant.standing = standings[participant.pk]
        participant.known = variables_of(participant, participant.study.variables.all())
        participant.open_links = [
            link for link in participant.links.all() if link.revoked_at is None and link.expires_at > now
        ]
    return participants

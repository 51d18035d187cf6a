"""Participants' links: an address with a key opens their page without an account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from webplatform.accounts.models import User
from webplatform.common.errors import Invalid
from webplatform.studies.audit_trail import record
from webplatform.studies.models import Participant, ParticipantLink
from webplatform.studies.participant_lock import lock_participant
from webplatform.studies.participants import LINK_DAYS, MAX_LINK_DAYS
from webplatform.studies.permissions import require_recorder


@transaction.atomic
def create_link(*, participant: Participant, user: User, days: int = LINK_DAYS) -> tuple[ParticipantLink, str]:
    """The participant has a new key to their page that lasts `days`; the key is returned only here.

    Raises:
        NotAllowed: the user may not record in the study.
        Invalid: days are not between 1 and `MAX_LINK_DAYS`.
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
    return settings.PUBLIC_URL + reverse("participation:enter", args=[key])


def key_digest(key: str) -> str:
    """SHA-256 of a link's key, hex."""
    return hashlib.sha256(key.encode()).hexdigest()

"""Letters that nobody answered do not stay."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from webplatform.studies.models import Invitation

FORGET_AFTER = timedelta(days=30)


def delete_expired() -> int:
    """Invitations, and the addresses on them, are gone a month after their end; returns how many went."""
    return Invitation.objects.filter(expires_at__lt=timezone.now() - FORGET_AFTER).delete()[0]

"""Which addresses events may be sent to: checked when a webhook is saved, and at every connection."""

from __future__ import annotations

from django.conf import settings

from webplatform.common.outbound.addresses import Allowed, Target, target_within

MAX_URL = 500


def allowed() -> Allowed:
    """What the settings let events be sent to."""
    return Allowed(http=settings.RAUT_WEBHOOK_HTTP, private=settings.RAUT_WEBHOOK_PRIVATE, longest=MAX_URL)


def target_of(url: str) -> Target:
    """The parts of a webhook's address; raises Invalid where it may not be sent to."""
    return target_within(url, allowed())

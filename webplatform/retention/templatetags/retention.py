"""What every page tells an admin of retention."""

from __future__ import annotations

from django import template

from webplatform.retention.models import PurgeHold

register = template.Library()


@register.simple_tag
def waiting_purge() -> PurgeHold | None:
    """The purge that waits for an admin's word."""
    return PurgeHold.objects.filter(ended_at=None, confirmed_at=None).first()

"""Template filters for what somebody agreed to."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from webplatform.consent import queries
from webplatform.consent.models import ConsentRecord, ConsentScope

register = template.Library()


@register.filter
def scope_names(codes: Iterable[str]) -> str:
    """What somebody agreed to, in words."""
    return ", ".join(str(ConsentScope(code).label) for code in codes)


@register.filter
def scopes_left(record: ConsentRecord) -> list[str]:
    """What the agreement still covers."""
    return queries.scopes_left(record)

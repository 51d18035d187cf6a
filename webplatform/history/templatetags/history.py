"""Template filters for expressions."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from webplatform.history.words import EMOTION_NAMES

register = template.Library()


@register.filter
def expression(code: str) -> str:
    """What the pages call the expression of that code; anything else stays as it is."""
    return str(EMOTION_NAMES.get(code, code))


@register.filter
def expected_shares(shares: list[float]) -> str:
    """How frequent each expression was expected to be, in words."""
    if len(set(shares)) == 1:
        return _("each expression as frequent as any other")
    named_shares = zip(EMOTION_NAMES.values(), shares, strict=True)
    return ", ".join(f"{name} {100 * share:.3g} %" for name, share in named_shares)

"""Template tags that every page may use."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from webplatform.common.http.script_texts import script_texts_url
from webplatform.consent import queries
from webplatform.consent.models import ConsentRecord, ConsentScope
from webplatform.history.words import EMOTION_NAMES

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture beside a word; the word says what it means, so screen readers pass the picture over."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def script_texts() -> SafeString:
    """The script that gives a page's modules `gettext` and `ngettext`; it stands before them."""
    return format_html('<script src="{}"></script>', script_texts_url(get_language() or settings.LANGUAGE_CODE))


@register.filter
def exact(t_ms: int | None) -> str:
    """A moment to the millisecond, as forms take it: 0:07.400, 62:30.000."""
    if t_ms is None:
        return ""
    seconds, rest_ms = divmod(t_ms, 1000)
    return f"{seconds // 60}:{seconds % 60:02}.{rest_ms:03}"


@register.filter
def clock(duration_ms: int | None) -> str:
    """A length of time as players show it: 0:07, 12:30, 1:02:03."""
    if duration_ms is None:
        return "–"
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter
def percent(share: float | None) -> int:
    """A share from 0 to 1 in whole percent."""
    return round(100 * (share or 0))


@register.filter
def expression(code: str) -> str:
    """What the pages call the expression of that code; anything else stays as it is."""
    return str(EMOTION_NAMES.get(code, code))


@register.filter
def expected_shares(shares: list[float]) -> str:
    """How frequent each expression was expected to be, in words."""
    if len(set(shares)) == 1:
        return _("each expression as frequent as any other")
    named = zip(EMOTION_NAMES.values(), shares, strict=True)
    return ", ".join(f"{name} {100 * share:.3g} %" for name, share in named)


@register.filter
def scope_names(codes: Iterable[str]) -> str:
    """What somebody agreed to, in words."""
    return ", ".join(str(ConsentScope(code).label) for code in codes)


@register.filter
def scopes_left(record: ConsentRecord) -> list[str]:
    """What the agreement still covers."""
    return queries.scopes_left(record)

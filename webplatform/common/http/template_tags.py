"""Template tags and filters that every page may use; settings.py loads them into all templates."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from webplatform.common.http.script_texts import script_texts_url

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
    seconds, milliseconds = divmod(t_ms, 1000)
    return f"{seconds // 60}:{seconds % 60:02}.{milliseconds:03}"


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

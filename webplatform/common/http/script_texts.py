"""The texts of the pages' scripts, as one script for each language that browsers may keep.

Its address names the language and a digest of the content, so that a page never meets the texts of an earlier version.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

from webplatform.common.http.compression import accepts_gzip

MAX_AGE_S = 365 * 24 * 3600


class _Catalog(JavaScriptCatalog):
    """Django's catalogue of our own texts only: without those of Django's administration."""

    packages = ("webplatform",)

    def get_paths(self, packages: tuple[str, ...]) -> list[str]:
        return [str(folder) for folder in settings.LOCALE_PATHS]


@dataclass(frozen=True, slots=True)
class ScriptTexts:
    """The script that defines `gettext` and `ngettext` for one language."""

    content: bytes
    packed: bytes  # the same by gzip: it holds nothing secret
    digest: str


@cache
def script_texts_in(language: str) -> ScriptTexts:
    """The texts in that language, read once in a process as all translations are."""
    with translation.override(language):
        content = _Catalog().get(HttpRequest()).content
    return ScriptTexts(content, gzip.compress(content, mtime=0), hashlib.sha256(content).hexdigest()[:16])


def script_texts_url(language: str) -> str:
    """The address that a page names."""
    return reverse("script-texts", args=[language, script_texts_in(language).digest])


@require_safe
def script_texts(request: HttpRequest, language: str, digest: str) -> HttpResponse:
    """The texts as they are now; kept by browsers only where the address names just these."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    texts = script_texts_in(language)
    is_packed = accepts_gzip(request)
    content = texts.packed if is_packed else texts.content
    answer = HttpResponse(content, content_type="text/javascript; charset=utf-8")
    if is_packed:
        answer["Content-Encoding"] = "gzip"
    patch_vary_headers(answer, ["Accept-Encoding"])
    if digest == texts.digest:
        patch_cache_control(answer, public=True, max_age=MAX_AGE_S, immutable=True)
    else:  # asked for by a page of another version, while a deployment goes through the processes
        patch_cache_control(answer, no_cache=True)
    return answer

"""The language of those who come without an HTTP request: over a WebSocket."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.utils import translation


def language_of(scope: dict[str, Any]) -> str:
    """The language that a page for the same browser would have."""
    headers = dict(scope.get("headers", ()))
    accepted = headers.get(b"accept-language", b"").decode("latin-1")
    request = SimpleNamespace(COOKIES=scope.get("cookies", {}), META={"HTTP_ACCEPT_LANGUAGE": accepted})
    return translation.get_language_from_request(request)

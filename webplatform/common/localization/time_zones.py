"""Pages tell times in the zone of the browser that asks; it says in a cookie which one that is."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

COOKIE = "zone"  # js/zone.js writes it
LONGEST = 64


class Zones:
    """Where there is no such cookie, or no such zone, times are in the server's; the REST API's always are."""

    def __init__(self, get_response: Any) -> None:  # Django's own callable
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with _zone_of(request):
            answer: HttpResponse = self._get_response(request)
        return answer


def _zone_of(request: HttpRequest) -> AbstractContextManager[None]:
    name = request.COOKIES.get(COOKIE, "")
    if not name or len(name) > LONGEST or request.path.startswith("/api/"):
        return nullcontext()
    try:
        return timezone.override(ZoneInfo(name))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return nullcontext()

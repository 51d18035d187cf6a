"""What the REST API still answers and will stop to: told in each answer that used it (docs/api.md, "Changes").

`Deprecation` is RFC 9745's header, `Sunset` RFC 8594's. Nothing ends sooner than a year after it was deprecated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpResponse
from django.utils.http import http_date
from rest_framework.request import Request


@dataclass(frozen=True, slots=True)
class Deprecated:
    """Something that ends: since when it is deprecated, and when it may be gone."""

    since: datetime
    until: datetime


PAGE_NUMBERS = Deprecated(datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC))
DOCUMENT = '</api/docs/>; rel="deprecation"; type="text/html"'


def note_deprecated(request: Request, deprecation: Deprecated) -> None:
    """The answer to this request will say so."""
    request._request.deprecated = deprecation


def set_deprecation_headers(response: HttpResponse, deprecation: Deprecated) -> None:
    """Put it into the answer's headers."""
    response.headers["Deprecation"] = f"@{int(deprecation.since.timestamp())}"
    response.headers["Sunset"] = http_date(deprecation.until.timestamp())
    response.headers["Link"] = DOCUMENT

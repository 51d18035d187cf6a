"""Input that no database and no text can hold: refused with its name, never a crash on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any  # JSON

from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from webplatform.common.http.problems import problem_answer

LARGEST_ID = 2**63 - 1
DEEPEST = 100


class StrictJson(JSONParser):
    """JSON of a bearable depth, without half characters and with numbers that can be stored."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None):  # type: ignore[no-untyped-def]
        try:
            data = super().parse(stream, media_type, parser_context)
            if _depth(data) > DEEPEST:
                raise ParseError(_("The JSON is nested too deeply."))
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        except UnicodeEncodeError as error:
            raise ParseError(_("The JSON holds half a character.")) from error
        except ValueError as error:  # such as a number of more digits than Python reads
            raise ParseError(str(error)) from error
        return data


def unstorable(error: BaseException) -> bool:
    """Whether an error says that a value, and not the server, was wrong: a number too large, a NUL, half a letter."""
    if isinstance(error, OverflowError | UnicodeEncodeError | DataError):
        return True
    return isinstance(error, ValueError) and "NUL" in str(error)


class StrictAddresses:
    """Numbers in addresses that no row can have, and text in a query that no database takes, lead nowhere."""

    def __init__(self, get_response: Any) -> None:  # Django's own callable
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.META.get("QUERY_STRING", "") or "%00" in request.META.get("QUERY_STRING", ""):
            return self._refusal(request, 400)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, arguments: object, view_kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if any(isinstance(value, int) and value > LARGEST_ID for value in view_kwargs.values()):
            return self._refusal(request, 404)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return self._refusal(request, 400) if unstorable(error) else None

    def _refusal(self, request: HttpRequest, status: int) -> HttpResponse | None:
        if not request.path.startswith("/api/"):
            if status == 404:
                raise Http404
            raise SuspiciousOperation("A value that cannot be stored.")
        error = {404: ("not_found", "There is no such object."), 400: ("invalid", "A value cannot be stored.")}[status]
        return problem_answer(*error, status)


def _depth(data: Any) -> int:
    deepest, remaining = 0, [(data, 1)]
    while remaining:
        value, depth = remaining.pop()
        deepest = max(deepest, depth)
        if isinstance(value, dict | list):
            remaining += [(inner, depth + 1) for inner in (value.values() if isinstance(value, dict) else value)]
    return deepest

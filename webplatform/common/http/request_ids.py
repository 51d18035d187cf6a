"""Each request has an id, which its answer and its log lines carry: what a person quotes, an admin finds."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9_-]{8,64}")  # one that a proxy or a caller chose
_current: ContextVar[str] = ContextVar("request_id", default="-")


def current_request_id() -> str:
    """The id of the request that is being answered; `-` outside of one."""
    return _current.get()


class RequestIds:
    """Gives each request an id, or keeps the one that it brings in `X-Request-ID`, and puts it onto the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proposed = request.headers.get(HEADER, "")
        number = proposed if ACCEPTED.fullmatch(proposed) else uuid.uuid4().hex
        request.request_id, token = number, _current.set(number)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response.headers[HEADER] = number
        return response


class WithRequestId(logging.Filter):
    """Lets a log line's format name `%(request_id)s`."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)  # Django writes some lines when the request is over
        record.request_id = getattr(request, "request_id", None) or current_request_id()
        return True

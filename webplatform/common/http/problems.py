"""One shape for every error of the REST API: a problem of RFC 9457, with what programs have always read beside it."""

from __future__ import annotations

import json
from typing import Any  # JSON

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from webplatform.common.http.request_ids import current_request_id

PROBLEM = "application/problem+json"
API = "/api/"


def problem(code: str, message: str, status: int, details: Any = None) -> dict[str, Any]:
    """The body of an error: RFC 9457's members, and `code`, `message` and `details`.

    `instance` names the request, whose number the log lines carry as well.
    """
    return {
        "type": f"urn:raut:problem:{code}",
        "title": HttpResponse(status=status).reason_phrase,
        "status": status,
        "detail": message,
        "instance": f"urn:raut:request:{current_request_id()}",
        "code": code,
        "message": message,
        "details": {} if details is None else details,
    }


def problem_answer(code: str, message: str, status: int, details: Any = None) -> HttpResponse:
    """The error as an answer outside of REST framework's views."""
    body = json.dumps(problem(code, message, status, details), ensure_ascii=False)
    return HttpResponse(body, status=status, content_type=PROBLEM)


def no_such_address(request: HttpRequest, *_rest: object, **_named: object) -> HttpResponse:
    """The answer of every address under `/api/` that is none."""
    return problem_answer("not_found", "There is no such address.", 404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 400: as a problem under `/api/`, else as a page."""
    if request.path.startswith(API):
        return problem_answer("invalid", "The request cannot be read.", 400)
    return defaults.bad_request(request, exception)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 403: as a problem under `/api/`, else as a page."""
    if request.path.startswith(API):
        return problem_answer("permission_denied", "This is not allowed.", 403)
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 404: as a problem under `/api/`, else as a page."""
    if request.path.startswith(API):
        return no_such_address(request)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's 500: as a problem under `/api/`, else as a page."""
    if request.path.startswith(API):
        return problem_answer("server_error", "The server failed. Its log tells why, under this request's id.", 500)
    return defaults.server_error(request)

"""Turns what a REST view raises into a problem (see `common.http.problems`)."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from webplatform.common.errors import AppError
from webplatform.common.http.problems import PROBLEM, problem
from webplatform.common.input.strict_input import unstorable
from webplatform.common.system.disk import is_full, storage_full


def error_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into its JSON answer; None lets Django answer 500."""
    if is_full(error):  # while Django wrote the body's parts to disk
        error = storage_full()
    if unstorable(error):
        return _body("invalid", "A value cannot be stored.", {}, 400)
    if isinstance(error, AppError):
        return _body(error.code, error.message, error.details, error.status)
    response = exception_handler(error, context)
    if response is None:
        return None
    return _shaped(response, *_describe(error))


def _describe(error: Exception) -> tuple[str, str, Any]:
    """Code, message and details of an error of REST framework or Django."""
    if isinstance(error, exceptions.ValidationError):
        return "invalid", "Some fields are not valid.", error.detail
    if isinstance(error, Http404):
        return "not_found", "There is no such object.", {}
    if isinstance(error, exceptions.APIException):
        code = error.get_codes()
        return (code if isinstance(code, str) else "error"), str(error.detail), {}
    return "permission_denied", "This is not allowed.", {}  # Django's own PermissionDenied


def _body(code: str, message: str, details: dict[str, Any], status: int) -> Response:
    wait_s = details.get("retry_after_s")
    headers = {"Retry-After": str(wait_s)} if wait_s else None
    return _shaped(Response(status=status, headers=headers), code, message, details)


def _shaped(response: Response, code: str, message: str, details: Any) -> Response:
    response.data = problem(code, message, response.status_code, details)
    response.content_type = PROBLEM
    return response

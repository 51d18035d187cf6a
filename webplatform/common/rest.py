"""One shape for every error of the REST API: `{"code", "message", "details"}`."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from webplatform.common.disk import is_full, storage_full
from webplatform.common.errors import AppError
from webplatform.common.strict import unstorable


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
    if isinstance(error, exceptions.ValidationError):
        response.data = {"code": "invalid", "message": "Some fields are not valid.", "details": error.detail}
    elif isinstance(error, Http404):
        response.data = {"code": "not_found", "message": "There is no such object.", "details": {}}
    elif isinstance(error, exceptions.APIException):
        code = error.get_codes()
        response.data = {
            "code": code if isinstance(code, str) else "error",
            "message": str(error.detail),
            "details": {},
        }
    return response


def _body(code: str, message: str, details: dict[str, Any], status: int) -> Response:
    wait_s = details.get("retry_after_s")
    headers = {"Retry-After": str(wait_s)} if wait_s else None
    return Response({"code": code, "message": message, "details": details}, status=status, headers=headers)

"""One look for every refusal that a page meets: the sentence of the error, and its HTTP status."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from webplatform.common.errors import AppError


class RefusalPages:
    """Turns an AppError that a page's view lets through into a page; the REST API answers its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, AppError):
            return None
        told = {"message": error.message, "status": error.status}
        response = render(request, "refusal.html", told, status=error.status)
        if wait_s := error.details.get("retry_after_s"):
            response["Retry-After"] = str(wait_s)
        return response

"""One look for every refusal that a page meets: the sentence of the error, and its HTTP status."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from webplatform.common.errors import AppError, NotAllowed, NotFound


def tell(request: HttpRequest, error: AppError) -> None:
    """The page that comes next says why nothing was done; who may not do it at all gets the refusal's own page."""
    if isinstance(error, NotAllowed):
        raise error
    messages.error(request, error.message)


class RefusalPages:
    """Turns an AppError that a page's view lets through into a page; the REST API answers its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 429:  # allauth's own limits do not say when to try again
            response.headers.setdefault("Retry-After", "60")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, AppError):
            return None
        context = {"message": error.message, "status": error.status}
        template = "404.html" if isinstance(error, NotFound) else "refusal.html"
        response = render(request, template, context, status=error.status)
        if wait_s := error.details.get("retry_after_s"):
            response["Retry-After"] = str(wait_s)
        return response

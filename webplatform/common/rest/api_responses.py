"""What every answer of the REST API gets on its way out: the members asked for, a tag, compression, what is left."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any  # JSON

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.text import compress_string

from webplatform.common.http.deprecation import set_deprecation_headers
from webplatform.common.http.problems import API, no_such_address
from webplatform.common.rate_limits.limits import RateUsage
from webplatform.common.rest.declared import FIELDS

COMPRESSED_FROM_BYTES = 1024


class ApiAnswers:
    """Cuts answers to `fields`, tags what is read (ETag, 304), compresses JSON, tells rates and what is deprecated."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(API):
            return response
        if response.status_code == 404 and not response.streaming and "json" not in response.get("Content-Type", ""):
            response = no_such_address(request)  # instead of Django's page for developers
        if spent := getattr(request, "rate_spent", None):
            _set_rate_headers(response, spent)
        if deprecated := getattr(request, "deprecated", None):
            set_deprecation_headers(response, deprecated)
        if response.streaming or "json" not in response.get("Content-Type", ""):
            return response
        if request.method in ("GET", "HEAD") and response.status_code == 200:
            response = _tagged(request, response)
        return _compressed(request, response)

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        """REST framework's answers pass here before they become text."""
        fields = request.GET.get(FIELDS, "") if request.path.startswith(API) else ""
        if fields and request.method in ("GET", "HEAD") and response.status_code == 200:
            response.data = _cut(response.data, set(fields.split(",")))
        return response


def _cut(data: Any, names: set[str]) -> Any:
    if isinstance(data, list | tuple):
        return [_cut(row, names) for row in data]
    if not isinstance(data, dict):
        return data
    if {"next", "previous", "results"} <= set(data):
        return {**data, "results": _cut(data["results"], names)}
    return {name: value for name, value in data.items() if name in names}


def _tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    digest = hashlib.sha256(response.content).hexdigest()[:32]
    response.headers.setdefault("ETag", f'W/"{digest}"')  # weak: the same answer may come compressed
    return get_conditional_response(request, etag=response.headers["ETag"], response=response)


def _compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ("Accept-Encoding",))
    accepts_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    if not accepts_gzip or len(response.content) < COMPRESSED_FROM_BYTES or response.has_header("Content-Encoding"):
        return response
    response.content = compress_string(response.content, max_random_bytes=100)  # no length tells what is inside
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.content))
    return response


def _set_rate_headers(response: HttpResponse, spent: RateUsage) -> None:
    response.headers["RateLimit-Policy"] = f'"{spent.rate}";q={spent.most};w={spent.window_s}'
    response.headers["RateLimit"] = f'"{spent.rate}";r={spent.left};t={spent.reset_s}'

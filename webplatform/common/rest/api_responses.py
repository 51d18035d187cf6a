"""What every answer of the REST API gets on its way out: the members asked for, a tag, compression, what is left."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any  # JSON

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.text import compress_string

from webplatform.common.http.deprecation import tell_deprecated
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
            _tell_rate(response, spent)
        if deprecated := getattr(request, "deprecated", None):
            tell_deprecated(response, deprecated)
        if response.streaming or "json" not in response.get("Content-Type", ""):
            return response
        if request.method in ("GET", "HEAD") and response.status_code == 200:
            response = _tagged(request, response)
        return _compressed(request, response)

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        """REST framework's answers pass here before they become text."""
        asked = request.GET.get(FIELDS, "") if request.path.startswith(API) else ""
        if asked and request.method in ("GET", "HEAD") and response.status_code == 200:
            response.data = _cut(response.data, set(asked.split(",")))
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
    is_wanted = "gzip" in request.headers.get("Accept-Encoding", "")
    if not is_wanted or len(response.content) < COMPRESSED_FROM_BYTES or response.has_header("Content-Encoding"):
        return response
    response.content = compress_string(response.content, max_random_bytes=100)  # no length tells what is inside
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.content))
    return response


def _tell_rate(response: HttpResponse, spent: RateUsage) -> None:
    response.headers["RateLimit-Policy"] = f'"{spent.what}";q={spent.most};w={spent.window_s}'
    response.headers["RateLimit"] = f'"{spent.what}";r={spent.left};t={spent.reset_s}'

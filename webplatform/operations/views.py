"""Answers for load balancers and container health checks. They name no version, no host, no user."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webplatform.operations.health import read_health


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Whether this process answers at all."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the parts that this process needs answer: 200 if all do, 503 otherwise."""
    found = read_health()
    body = {
        "status": "ok" if found.is_well else "degraded",
        "database": found.has_database,
        "redis": found.has_redis,
        "disk": found.has_disk,
        "beat": found.has_beat,
        "workers": found.workers,
        "purge_held": found.is_purge_held,
    }
    return JsonResponse(body, status=200 if found.is_well else 503)

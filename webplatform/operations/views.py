"""Answers for load balancers, health checks, Prometheus and admins. They name no version, no host, no user."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from webplatform.accounts.staff import staff_only
from webplatform.operations.health import database_answers, read_health
from webplatform.operations.measurements import Measurements
from webplatform.operations.state import read_state
from webplatform.vault.stored import is_remote


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Whether this process answers at all."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve: its database answers. A worker that is away must not take the pages away, too."""
    is_ready = database_answers()
    return JsonResponse({"status": "ok" if is_ready else "degraded"}, status=200 if is_ready else 503)


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the parts that this process needs answer: 200 if all do, 503 otherwise."""
    parts = read_health()
    body = {
        "status": "ok" if parts.is_well else "degraded",
        "database": parts.has_database,
        "redis": parts.has_redis,
        "disk": parts.has_disk,
        "beat": parts.has_beat,
        "workers": parts.workers,
        "purge_held": parts.is_purge_held,
        **({"store": parts.has_store} if is_remote() else {}),
    }
    return JsonResponse(body, status=200 if parts.is_well else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The measurements in Prometheus's text format, for who holds RAUT_METRICS_TOKEN; without one nobody reads them."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expected_token = settings.RAUT_METRICS_TOKEN.encode()
    if not expected_token or scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), expected_token):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Measurements())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


@never_cache
@login_required
@staff_only
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """The same at a glance, for admins."""
    return render(request, "operations/state.html", {"state": read_state()})

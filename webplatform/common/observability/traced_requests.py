"""Each request is a span: its method, its route and its answer's status. The route names no person and holds no key."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from webplatform.common.observability.tracing import span

UNKNOWN = "no route"


class TracedRequests:
    """In the settings only where traces are on; behind RequestIds, before everything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        method = request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "_OTHER"
        number = {"raut__request_id": request.request_id}  # type: ignore[attr-defined]  # RequestIds gave it
        with span(method, parent="", kind="SERVER", http__request__method=method, **number) as one:
            response = self.get_response(request)
            route = request.resolver_match.route if request.resolver_match else UNKNOWN
            one.update_name(f"{method} {route}")
            one.set_attributes({"http.route": route, "http.response.status_code": response.status_code})
        return response

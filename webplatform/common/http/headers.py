"""Headers of every answer: what a page may use of the device, and who may load what we answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response

POLICY = "Permissions-Policy"
NEVER = ("microphone", "geolocation", "display-capture", "midi", "payment", "usb", "serial", "hid")
NOTHING = ", ".join(f"{name}=()" for name in ("camera", *NEVER))
CAMERA = NOTHING.replace("camera=()", "camera=(self)")
# For answers that come from elsewhere: a browser shows them, runs nothing of them, and lets them load nothing.
INERT = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}


class DeviceAndOrigin:
    """Forbids every page the camera that does not ask for it (`uses_camera`), and other sites to embed our answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(POLICY, NOTHING)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def unchanged(request: HttpRequest, tag: str) -> HttpResponse | None:
    """304 to whoever says that they have what this ETag names already, else None."""
    if request.method not in ("GET", "HEAD") or get_conditional_response(request, etag=tag) is None:
        return None
    return HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": "private, no-cache"})


def uses_camera(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the view's page ask for the camera."""

    @wraps(view)
    def allowed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers[POLICY] = CAMERA
        return response

    return allowed

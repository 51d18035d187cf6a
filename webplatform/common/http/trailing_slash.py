"""Addresses of the REST API end with a slash; whoever leaves it out means the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any  # ASGI's messages are open dictionaries

from django.http import HttpRequest, HttpResponse

API = "/api/"


def with_final_slash(path: str) -> str:
    """The path as the addresses of `/api/` are written; any other path as it is."""
    return f"{path}/" if path.startswith(API) and not path.endswith("/") else path


class FinalSlash:
    """Answers an address of `/api/` without its final slash as the one with it: a redirect would lose a POST's body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.path, request.path_info = with_final_slash(request.path), with_final_slash(request.path_info)
        return self.get_response(request)


class FinalSlashApp:
    """The same before Django: limits of bodies go by the address, too."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: object, send: object) -> None:
        await self._app({**scope, "path": with_final_slash(scope["path"])}, receive, send)

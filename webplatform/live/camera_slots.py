"""The camera slots of this process: a socket without a slot is sent to another process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any  # ASGI's messages and scope
from urllib.parse import parse_qs

from django.conf import settings

RETRY_AFTER_S = 1
ANSWER = b"This process watches as many cameras as it can. Try again: another one may have room."

_taken = 0


def take() -> bool:
    """A slot is taken; False where all are."""
    global _taken
    if _taken >= settings.RAUT_LIVE_MAX_SOCKETS:
        return False
    _taken += 1
    return True


def give_back() -> None:
    """A slot is free again."""
    global _taken
    _taken -= 1


def taken() -> int:
    """How many are taken now."""
    return _taken


def wants_words(scope: dict[str, Any]) -> bool:
    """Whether the socket is to be opened to say that there is no room: a browser's script sees no status."""
    return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("explain") == ["1"]


async def refuse(scope: dict[str, Any], send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """Answer the handshake with 503: a proxy tries another process, a client tries again."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    headers = [(b"retry-after", str(RETRY_AFTER_S).encode()), (b"content-type", b"text/plain")]
    await send({"type": "websocket.http.response.start", "status": 503, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": ANSWER})

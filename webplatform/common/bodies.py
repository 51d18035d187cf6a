"""How much a request may carry. Django would first write the whole body to disk and only then look at it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Message = dict[str, Any]  # ASGI's messages and scopes are open dictionaries
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

SMALL_BYTES = 5 * 1024 * 1024  # forms and JSON


class BodyLimit:
    """Refuses bodies over the limit of their address with 413: at once where the length is declared, else on the way.

    Args:
        app: the ASGI application behind.
        large: limits in bytes of the addresses that take more than SMALL_BYTES.
    """

    def __init__(self, app: App, large: Mapping[str, int]) -> None:
        self._app = app
        self._large = dict(large)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        limit_bytes = self._large.get(scope["path"], SMALL_BYTES)
        if _declared_bytes(scope) > limit_bytes:
            await _refuse(send, limit_bytes)
            return
        received_bytes = 0

        async def counted() -> Message:
            nonlocal received_bytes
            message = await receive()
            received_bytes += len(message.get("body", b""))
            # As if the client had gone: Django drops what it has and answers nothing.
            return {"type": "http.disconnect"} if received_bytes > limit_bytes else message

        await self._app(scope, counted, send)
        if received_bytes > limit_bytes:
            await _refuse(send, limit_bytes)


def _declared_bytes(scope: Message) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return int(declared) if declared.isdigit() else 0


async def _refuse(send: Send, limit_bytes: int) -> None:
    text = f"The request is larger than {limit_bytes // 1024**2} MiB."
    body = json.dumps({"code": "too_large", "message": text, "details": {"limit_bytes": limit_bytes}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": [*headers, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": body})

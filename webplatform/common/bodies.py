"""How much a request may carry. Django would first write the whole body to disk and only then look at it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from webplatform.common.disk import is_full, storage_full
from webplatform.common.errors import AppError, TooLarge

Message = dict[str, Any]  # ASGI's messages and scopes are open dictionaries
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

SMALL_BYTES = 5 * 1024 * 1024  # forms and JSON


class BodyLimit:
    """Refuses bodies over the limit of their address with 413, and those that the disk cannot hold with 507.

    Both happen at once where the length is declared, else on the way.

    Args:
        app: the ASGI application behind.
        large: limits in bytes of the addresses that take more than SMALL_BYTES.
        has_room: whether the disk can take a body of so many bytes.
    """

    def __init__(
        self, app: App, large: Mapping[str, int], *, has_room: Callable[[int], bool] = lambda size_bytes: True
    ) -> None:
        self._app = app
        self._large = dict(large)
        self._has_room = has_room

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        limit_bytes = self._large.get(scope["path"], SMALL_BYTES)
        declared_bytes = _declared_bytes(scope)
        if declared_bytes > limit_bytes:
            await _refuse(send, _too_large(limit_bytes))
        elif declared_bytes > SMALL_BYTES and not self._has_room(declared_bytes):
            await _refuse(send, storage_full())
        else:
            await self._pass_on(scope, receive, send, limit_bytes)

    async def _pass_on(self, scope: Message, receive: Receive, send: Send, limit_bytes: int) -> None:
        received_bytes, has_answered = 0, False

        async def counted() -> Message:
            nonlocal received_bytes
            message = await receive()
            received_bytes += len(message.get("body", b""))
            # As if the client had gone: Django drops what it has and answers nothing.
            return {"type": "http.disconnect"} if received_bytes > limit_bytes else message

        async def noted(message: Message) -> None:
            nonlocal has_answered
            has_answered = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except OSError as error:
            if has_answered or not is_full(error):
                raise
            await _refuse(send, storage_full())
            return
        if received_bytes > limit_bytes:
            await _refuse(send, _too_large(limit_bytes))


def _declared_bytes(scope: Message) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return int(declared) if declared.isdigit() else 0


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge(f"The request is larger than {limit_bytes // 1024**2} MiB.", limit_bytes=limit_bytes)


async def _refuse(send: Send, error: AppError) -> None:
    body = json.dumps({"code": error.code, "message": error.message, "details": error.details}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    start = {"type": "http.response.start", "status": error.status, "headers": [*headers, (b"connection", b"close")]}
    await send(start)
    await send({"type": "http.response.body", "body": body})

"""How much a request may carry. Django would first write the whole body to disk and only then look at it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from webplatform.common.errors import AppError, TooLarge
from webplatform.common.http.large_bodies import BodyRule, Require
from webplatform.common.http.problems import PROBLEM, problem
from webplatform.common.system.disk import is_full, storage_full

Message = dict[str, Any]  # ASGI's messages and scopes are open dictionaries
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

CHECKED_FROM_BYTES = 2 * 1024 * 1024  # what stays in memory needs no disk
CHECKED_EVERY_BYTES = 8 * 1024 * 1024
SMALL_BYTES = 5 * 1024 * 1024  # forms and JSON


async def refuse_nobody(require: Require, scope: Message, size_bytes: int) -> None:
    """Receive bodies from anybody."""


class BodyLimit:
    """Refuses bodies over the limit of their view with 413, and those that the disk cannot hold with 507.

    Both happen at once where the length is declared, else on the way.

    Args:
        app: the ASGI application behind.
        rule_of: the rule of the view that a request (its ASGI scope) is for; None: it takes SMALL_BYTES from anybody.
        has_room: whether the disk can take a body of so many bytes.
        goes_on: whether it can go on after so many bytes of a body; asked now and then.
        refuses: why a rule's `require` refuses the request, asked before the first byte: an AppError as the answer,
            any other exception where the application answers as to a request without a body, None to receive it.
    """

    def __init__(
        self,
        app: App,
        rule_of: Callable[[Message], BodyRule | None],
        *,
        has_room: Callable[[int], bool] = lambda size_bytes: True,
        goes_on: Callable[[int], bool] = lambda received_bytes: True,
        refuses: Callable[[Require, Message, int], Awaitable[Exception | None]] = refuse_nobody,
    ) -> None:
        self._app = app
        self._rule_of = rule_of
        self._has_room = has_room
        self._goes_on = goes_on
        self._refuses = refuses

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        rule = self._rule_of(scope)
        limit_bytes = rule.limit_bytes if rule else SMALL_BYTES
        declared_bytes = _declared_bytes(scope)
        if declared_bytes > limit_bytes:
            await _refuse(send, _too_large(limit_bytes))
        elif declared_bytes > SMALL_BYTES and not self._has_room(declared_bytes):
            await _refuse(send, storage_full())
        elif rule and rule.require and (refusal := await self._refuses(rule.require, scope, declared_bytes)):
            await self._turn_away(refusal, scope, send)
        else:
            await self._pass_on(scope, receive, send, limit_bytes)

    async def _turn_away(self, refusal: Exception, scope: Message, send: Send) -> None:
        """Nothing of the body is read; the connection ends, because it would come all the same."""
        if isinstance(refusal, AppError):
            await _refuse(send, refusal)
            return

        is_sent = False

        async def nothing() -> Message:
            nonlocal is_sent
            if is_sent:
                await asyncio.Event().wait()  # for the client's end, which nobody hears of without reading on
            is_sent = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
            await send(message)

        lengths = (b"content-length", b"transfer-encoding")
        headers = [(name, value) for name, value in scope["headers"] if name not in lengths]
        await self._app({**scope, "headers": [*headers, (b"content-length", b"0")]}, nothing, closing)

    async def _pass_on(self, scope: Message, receive: Receive, send: Send, limit_bytes: int) -> None:
        received_bytes, next_check_bytes, has_answered, is_full_now = 0, CHECKED_FROM_BYTES, False, False

        async def counted() -> Message:
            nonlocal received_bytes, next_check_bytes, is_full_now
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > next_check_bytes:
                next_check_bytes = received_bytes + CHECKED_EVERY_BYTES
                is_full_now = is_full_now or not self._goes_on(received_bytes)
            # As if the client had gone: Django drops what it has and answers nothing.
            return {"type": "http.disconnect"} if is_full_now or received_bytes > limit_bytes else message

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
        if is_full_now and not has_answered:
            await _refuse(send, storage_full())
        elif received_bytes > limit_bytes and not has_answered:
            await _refuse(send, _too_large(limit_bytes))


def _declared_bytes(scope: Message) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return int(declared) if declared.isdigit() else 0


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge(f"The request is larger than {limit_bytes // 1024**2} MiB.", limit_bytes=limit_bytes)


async def _refuse(send: Send, error: AppError) -> None:
    body = json.dumps(problem(error.code, error.message, error.status, error.details)).encode()
    headers = [(b"content-type", PROBLEM.encode()), (b"content-length", str(len(body)).encode())]
    start = {"type": "http.response.start", "status": error.status, "headers": [*headers, (b"connection", b"close")]}
    await send(start)
    await send({"type": "http.response.body", "body": body})

"""A request's body, read while it comes in: nothing of it waits on the disk or in memory."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from typing import Any  # ASGI's messages are open dictionaries

from django.db import connections

Message = dict[str, Any]
DRAINED_BYTES = 256 * 1024


class BodyBroke(OSError):
    """The client went away in the middle of the body."""


class StreamedBody(io.RawIOBase):
    """A body that a thread reads while the event loop receives it.

    Args:
        receive: ASGI's.
        loop: that it belongs to.
    """

    def __init__(self, receive: Callable[[], Awaitable[Message]], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._receive, self._loop = receive, loop
        self._part = memoryview(b"")
        self._is_over = asyncio.Event()
        self.is_whole = self.is_broken = False
        self._at_end: list[Callable[[], object]] = []

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io's own type is private
        """Raises BodyBroke."""
        while not self._part and not self.is_whole:
            if self.is_broken:
                raise BodyBroke("The client went away.")
            _give_connections_back()
            self._wait_for_part()
        data = self._part[: len(buffer)]
        buffer[: len(data)] = data
        self._part = self._part[len(data) :]
        return len(data)

    async def ended(self) -> Message:
        """ASGI's `receive` for whoever waits for the client to go away, once the body is over."""
        await self._is_over.wait()
        return {"type": "http.disconnect"} if self.is_broken else await self._receive()

    async def drain(self) -> bool:
        """A small rest that nobody read is dropped, so that the connection can be used again; False: it cannot."""
        dropped = len(self._part)
        while not self.is_whole and not self.is_broken and dropped < DRAINED_BYTES:
            await self._take_part()
            dropped += len(self._part)
        return self.is_whole

    def at_end(self, act: Callable[[], object]) -> None:
        """`act` is called when the request has ended, whichever way."""
        self._at_end.append(act)

    def close(self) -> None:
        if not self.closed:
            self.is_broken = not self.is_whole
            while self._at_end:
                self._at_end.pop()()
        super().close()

    def _wait_for_part(self) -> None:
        waiting: Future[None] = asyncio.run_coroutine_threadsafe(self._take_part(), self._loop)
        try:
            waiting.result()
        except CancelledError as error:  # the server ends
            self.is_broken = True
            raise BodyBroke("The server ends.") from error

    async def _take_part(self) -> None:
        message = await self._receive()
        self._part = memoryview(message.get("body", b""))
        self.is_broken = message["type"] == "http.disconnect"
        self.is_whole = not self.is_broken and not message.get("more_body", False)
        if self.is_broken or self.is_whole:
            self._is_over.set()


def _give_connections_back() -> None:
    """A slow client keeps none of the database's few connections."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()

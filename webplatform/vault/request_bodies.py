"""Request bodies while they are received: small ones in memory, large ones encrypted on the disk.

Django would keep a large one in a plain temporary file, and only then look at who sent it. Uploads are not kept at all:
their views and handlers read them as they come.
"""

from __future__ import annotations

import asyncio
import io
import os
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast  # ASGI's messages are open dictionaries

from django.conf import settings
from django.core.exceptions import RequestAborted

from webplatform.common.http.request_threads import KeptThreads
from webplatform.common.http.streamed_body import Message, StreamedBody
from webplatform.vault.sealed import SealedWriter, new_key, open_sealed

SUFFIX = ".body"
Receive = Callable[[], Awaitable[Message]]


class SealedBody:
    """Takes a body in, part by part; `opened` gives it back. Nobody else has the key of what lies on the disk."""

    def __init__(self) -> None:
        self._small: io.BytesIO | None = io.BytesIO()
        self._path: Path | None = None

    def write(self, part: bytes) -> None:
        """The part is kept."""
        if self._small is not None:
            self._small.write(part)
            if self._small.tell() > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
                self._move_to_disk(self._small.getvalue())
        else:
            self._writer.write(part)

    def opened(self) -> IO[bytes]:
        """The whole body, opened for reading; closing it ends it."""
        if self._small is not None:
            self._small.seek(0)
            return self._small
        self._writer.finish()
        self._target.close()
        path = cast("Path", self._path)
        try:
            return open_sealed(path, self._key)
        finally:
            path.unlink(missing_ok=True)  # what is open can be read on

    def drop(self) -> None:
        """Nothing of it is left."""
        if self._path is not None:
            with suppress(OSError):  # what is still in its buffer cannot be written either
                self._target.close()
            self._path.unlink(missing_ok=True)

    def _move_to_disk(self, received: bytes) -> None:
        self._key = new_key()
        handle, name = tempfile.mkstemp(suffix=SUFFIX, dir=settings.FILE_UPLOAD_TEMP_DIR)
        self._path, self._target = Path(name), os.fdopen(handle, "wb")
        self._writer = SealedWriter(self._target, self._key)
        self._writer.write(received)
        self._small = None


class SealedBodies(KeptThreads):
    """Our handler, which keeps no plain body on the disk.

    Args:
        streams: whether the view reads the body of this request while it comes in.
    """

    def __init__(self, streams: Callable[[Message], bool] = lambda scope: False) -> None:
        super().__init__()
        self._streams = streams

    async def handle(self, scope: Message, receive: Receive, send: Callable[[Message], Awaitable[None]]) -> None:
        if not self._streams(scope):
            await super().handle(scope, receive, send)
            return
        body = StreamedBody(receive, asyncio.get_running_loop())

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and not await body.drain():
                message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
            await send(message)

        try:
            await super().handle(scope, body.ended, answer)
        finally:
            body.close()

    def create_request(self, scope: Message, body_file: IO[bytes]) -> tuple[Any, Any]:
        request, refusal = super().create_request(scope, body_file)
        if request is not None:
            request.streamed_body = body_file if isinstance(body_file, StreamedBody) else None
            if request.streamed_body is not None:  # parsers take a body without a declared length for none at all
                request.META.setdefault("CONTENT_LENGTH", "1")
        return request, refusal

    async def take_in(self, receive: Receive) -> IO[bytes]:
        streamed = getattr(receive, "__self__", None)
        if isinstance(streamed, StreamedBody):
            return cast("IO[bytes]", streamed)
        body = SealedBody()
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise RequestAborted
                body.write(message.get("body", b""))
                if not message.get("more_body", False):
                    return body.opened()
        except BaseException:
            body.drop()
            raise

"""Files sent piece by piece, never whole in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import IO

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

CHUNK_BYTES = 256 * 1024


def chunks_of(opened: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    """What a file holds: it is opened for the first piece and closed after the last."""
    with opened() as file:
        while piece := file.read(CHUNK_BYTES):
            yield piece


def body_of(request: HttpRequest, pieces: Iterator[bytes]) -> Iterator[bytes] | AsyncIterator[bytes]:
    """The pieces as a streamed answer takes them; they are read in threads and touch no database."""
    # An ASGI server would first collect a plain iterator's pieces in memory, all of them.
    return _asynchronous(pieces) if isinstance(request, ASGIRequest) else pieces


async def _asynchronous(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    # Who leaves, as a player that seeks does, may leave while a thread reads the next piece: the generator cannot be
    # closed then. It is let go instead, which closes its file as soon as that thread is done.
    next_piece = sync_to_async(next, thread_sensitive=False)
    while (piece := await next_piece(pieces, None)) is not None:
        yield piece

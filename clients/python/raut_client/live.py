"""Pictures of a camera or a file, read as they come (docs/live-protocol.md). Needs `raut-client[live]`."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any  # what JSON holds

import websockets

from raut_client.errors import RautError, Unreachable

HEADER = struct.Struct("!BB2xII")  # version, kind, seq, t_ms
VERSION = FRAME = 1
QUALITY = 85
ANSWER_WITHIN_S = 30.0

Frames = Iterable[tuple[int, bytes]]


def camera(number: int = 0, *, seconds: float | None = None) -> Iterator[tuple[int, bytes]]:
    """What a camera sees: when each picture was taken, ms, and the picture as JPEG.

    Args:
        number: which camera.
        seconds: how long; None: until you stop asking.
    """
    began_s = time.monotonic()
    for picture, _place_ms in _pictures(number):
        t_ms = round(1000 * (time.monotonic() - began_s))
        if seconds is not None and t_ms > 1000 * seconds:
            return
        yield t_ms, picture


def video(path: str, *, fps: float = 10) -> Iterator[tuple[int, bytes]]:
    """The pictures of a file in its own time, `fps` a second at most."""
    due_ms = 0.0
    for picture, place_ms in _pictures(path):
        if place_ms >= due_ms:
            due_ms += 1000 / fps
            yield round(place_ms), picture


async def run(
    url: str,
    ticket: Callable[[], Awaitable[str]],
    frames: Frames,
    on_result: Callable[[dict[str, Any]], None],
    *,
    title: str | None,
    fps: float,
) -> str | None:
    """Send one picture after the other and tell `on_result` each answer; returns the session's id.

    A camera's pictures are sent as fast as they are answered; what cannot be read in time the server answers with a
    `reason`. None is returned where no picture was read: then nothing is kept.

    Raises:
        RautError: the server would not begin, or ended it; `code` says why.
        Unreachable: the connection was lost.
    """
    by = {"Authorization": f"Ticket {await ticket()}"}
    address = f"{url.replace('http', 'ws', 1)}/ws/live/"
    try:
        async with websockets.connect(address, origin=websockets.Origin(url), additional_headers=by) as socket:
            start = {"type": "start", "version": VERSION, "fps": fps} | ({"title": title} if title else {})
            await socket.send(json.dumps(start))
            await _next(socket, "ready")
            await _send_all(socket, frames, on_result)
            await socket.send(json.dumps({"type": "stop"}))
            session = (await _next(socket, "ended"))["session"]
            return None if session is None else str(session)
    except (OSError, TimeoutError, websockets.WebSocketException) as error:
        raise Unreachable(f"The connection to {url} was lost: {error}") from error


async def _send_all(
    socket: websockets.ClientConnection, frames: Frames, on_result: Callable[[dict[str, Any]], None]
) -> None:
    following = iter(frames)
    seq = 0
    while (frame := await asyncio.to_thread(next, following, None)) is not None:
        seq += 1
        await socket.send(HEADER.pack(VERSION, FRAME, seq, frame[0]) + frame[1])
        on_result(await _next(socket, "result"))


async def _next(socket: websockets.ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind; the server's refusal is raised."""
    while True:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), ANSWER_WITHIN_S))
        if message["type"] in {"closing", "error"}:
            raise RautError(str(message["message"]), code=str(message["code"]))
        if message["type"] == kind:
            return message


def _pictures(source: int | str) -> Iterator[tuple[bytes, float]]:
    """JPEGs with their place in a file, ms."""
    import cv2  # who sends pictures of their own needs no OpenCV

    opened = cv2.VideoCapture(source)
    try:
        if not opened.isOpened():
            raise FileNotFoundError(f"No pictures come from {source!r}.")
        while True:
            place_ms = opened.get(cv2.CAP_PROP_POS_MSEC)
            is_there, frame = opened.read()
            if not is_there:
                return
            _done, jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            yield jpeg.tobytes(), place_ms
    finally:
        opened.release()

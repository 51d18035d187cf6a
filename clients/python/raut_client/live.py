"""Pictures of a camera or a file, read as they come (docs/live-protocol.md). Needs `raut-client[live]`."""

from __future__ import annotations

import asyncio
import json
import random
import struct
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any  # what JSON holds

import httpx
import websockets

from raut_client.errors import RautError, ServerFailed, Unreachable

HEADER = struct.Struct("!BB2xII")  # version, kind, seq, t_ms
VERSION = FRAME = 1
QUALITY = 85
COME_BACK = 1012  # the server's process ends, another one goes on
OPEN_WITHIN_S, ANSWER_WITHIN_S = 10.0, 30.0
START_WITHIN_S = 3.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 4.0

Frames = Iterable[tuple[int, bytes]]


def camera(number: int = 0, *, seconds: float | None = None) -> Iterator[tuple[int, bytes]]:
    """What a camera sees: when each picture was taken, ms, and the picture as JPEG.

    Args:
        number: which camera.
        seconds: how long; None: until you stop asking.
    """
    began_s = time.monotonic()
    for picture, _position_ms in _pictures(number):
        t_ms = round(1000 * (time.monotonic() - began_s))
        if seconds is not None and t_ms > 1000 * seconds:
            return
        yield t_ms, picture


def video(path: str, *, fps: float = 10) -> Iterator[tuple[int, bytes]]:
    """The pictures of a file in its own time, `fps` a second at most."""
    due_ms = 0.0
    for picture, position_ms in _pictures(path):
        if position_ms >= due_ms:
            due_ms += 1000 / fps
            yield round(position_ms), picture


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
    `reason`. Where the connection is lost or the server's process ends, the session goes on in another one; a picture
    that was on its way then has the `reason` `lost`. None is returned where no picture was read: then nothing is kept.

    Raises:
        RautError: the server would not begin, or ended it; `code` says why.
        ServerFailed: it watches as many cameras as it can (`code`: `full`).
        Unreachable: the connection was lost, and did not come back in time.
    """
    link = _Link(url, ticket)
    try:
        start = {"type": "start", "version": VERSION, "fps": fps} | ({"title": title} if title else {})
        await link.open(start, within_s=START_WITHIN_S)
        following = iter(frames)
        while (frame := await asyncio.to_thread(next, following, None)) is not None:
            on_result(await link.read(*frame))
        session = (await link.stop())["session"]
        return None if session is None else str(session)
    finally:
        await link.close()


class _Link:
    """The socket of one session, or the one after it."""

    def __init__(self, url: str, ticket: Callable[[], Awaitable[str]]) -> None:
        self._url, self._ticket = url, ticket
        self._socket: websockets.ClientConnection | None = None
        self._seq = 0
        self._token, self._resume_within_s = "", 0.0

    async def open(self, first: dict[str, Any], *, within_s: float) -> None:
        """The session has begun, or goes on; until then it is tried again, and each time another process may answer."""
        deadline_s, wait_s = time.monotonic() + within_s, random.uniform(0, FIRST_WAIT_S)
        while True:
            try:
                await self._open(first)
                return
            except (OSError, TimeoutError, websockets.WebSocketException, Unreachable, ServerFailed) as error:
                await self.close()
                is_over = time.monotonic() + wait_s > deadline_s
                if is_over or (first["type"] == "start" and not _is_full(error)):
                    raise _as_raut_error(self._url, error) from error
            await asyncio.sleep(wait_s)
            wait_s = min(max(2 * wait_s, FIRST_WAIT_S), LONGEST_WAIT_S)

    async def _open(self, first: dict[str, Any]) -> None:
        by = {"Authorization": f"Ticket {await self._ticket()}"}
        address = f"{self._url.replace('http', 'ws', 1)}/ws/live/"
        self._socket = await websockets.connect(
            address, origin=websockets.Origin(self._url), additional_headers=by, open_timeout=OPEN_WITHIN_S
        )
        await self._socket.send(json.dumps(first))
        ready = await _next(self._socket, "ready")
        self._token, self._resume_within_s = ready["token"], ready["resume_within_s"]

    async def read(self, t_ms: int, picture: bytes) -> dict[str, Any]:
        """What the server says of a picture."""
        while True:
            self._seq += 1
            message = HEADER.pack(VERSION, FRAME, self._seq, t_ms) + picture
            answer, is_taken = await self._exchange(message, "result")
            if answer is not None:
                return answer
            if is_taken:  # perhaps it was read: sent again it would count twice
                return {"type": "result", "seq": self._seq, "t_ms": t_ms, "reason": "lost"}

    async def stop(self) -> dict[str, Any]:
        """The session is closed; what the server says of it."""
        answer = None
        while answer is None:
            answer, _ = await self._exchange(json.dumps({"type": "stop"}), "ended")
        return answer

    async def _exchange(self, message: str | bytes, kind: str) -> tuple[dict[str, Any] | None, bool]:
        """The answer; without one, whether the server may have taken the message. The next one goes to a new socket."""
        assert self._socket is not None
        try:
            await self._socket.send(message)
            return await _next(self._socket, kind), True
        except (OSError, TimeoutError, websockets.ConnectionClosed) as error:
            close_frame = error.rcvd if isinstance(error, websockets.ConnectionClosed) else None
            await self.close()
            resume = {"type": "resume", "version": VERSION, "token": self._token}
            await self.open(resume, within_s=self._resume_within_s)
            # A server that closes with this code answers first what it has taken.
            return None, close_frame is None or close_frame.code != COME_BACK

    async def close(self) -> None:
        """No socket is open."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()


async def _next(socket: websockets.ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind; the server's refusal is raised."""
    while True:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), ANSWER_WITHIN_S))
        if message["type"] in {"closing", "error"}:
            raise RautError(str(message["message"]), code=str(message["code"]))
        if message["type"] == kind:
            return message


def _is_full(error: Exception) -> bool:
    """Whether one process had no room, or ends; another one may have."""
    return isinstance(error, websockets.InvalidStatus) and error.response.status_code == httpx.codes.SERVICE_UNAVAILABLE


def _as_raut_error(url: str, error: Exception) -> RautError:
    if isinstance(error, RautError):
        return error
    if _is_full(error):
        return ServerFailed("The server watches as many cameras as it can.", code="full", status=503)
    return Unreachable(f"The connection to {url} was lost: {error}")


def _pictures(source: int | str) -> Iterator[tuple[bytes, float]]:
    """JPEGs with their place in a file, ms."""
    import cv2  # who sends pictures of their own needs no OpenCV

    opened = cv2.VideoCapture(source)
    try:
        if not opened.isOpened():
            raise FileNotFoundError(f"No pictures come from {source!r}.")
        while True:
            position_ms = opened.get(cv2.CAP_PROP_POS_MSEC)
            is_read, frame = opened.read()
            if not is_read:
                return
            _done, jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            yield jpeg.tobytes(), position_ms
    finally:
        opened.release()

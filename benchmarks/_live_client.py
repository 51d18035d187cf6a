"""Webcams without a camera: each one a real WebSocket that sends real JPEGs at a rate and notes what comes back."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import websockets

HEADER = struct.Struct(">BBxxII")
ANSWER_WITHIN_S = 30


@dataclass
class Tally:
    """What one webcam, or several together, saw of the server.

    Args:
        sent: frames sent.
        answered: frames that were read.
        dropped: frames that were not, by the reason; `skipped` were never sent, because no answer had come by then.
        faces: faces in the answers.
        round_trip_ms: of each frame that was read.
        problems: what else came instead of an answer.
    """

    sent: int = 0
    answered: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    faces: int = 0
    round_trip_ms: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.sent += other.sent
        self.answered += other.answered
        self.dropped += other.dropped
        self.faces += other.faces
        self.round_trip_ms += other.round_trip_ms
        self.problems += other.problems


@dataclass
class Clock:
    """When a webcam takes its pictures: at a steady rate that begins at a moment of its own."""

    fps: float
    seconds: float
    offset_s: float
    started_s: float = field(default_factory=time.perf_counter)

    async def ticks(self) -> AsyncIterator[tuple[int, int]]:
        """Yield the number of each picture at its moment, and how many were missed right before it."""
        last = 0
        while True:
            number = max(int((time.perf_counter() - self.started_s - self.offset_s) * self.fps) + 1, last + 1)
            at_s = self.started_s + self.offset_s + number / self.fps
            if at_s > self.started_s + self.seconds:
                return
            await asyncio.sleep(max(at_s - time.perf_counter(), 0))
            yield number, number - last - 1
            last = number


class Webcam:
    """One session on a live server."""

    def __init__(self, url: str, ticket: Callable[[], Awaitable[str]], jpegs: list[bytes], in_flight: int) -> None:
        self._url, self._ticket, self._jpegs, self._in_flight = url, ticket, jpegs, in_flight
        self._sent_s: dict[int, float] = {}
        self.tally = Tally()

    async def run(self, clock: Clock, ready: asyncio.Barrier) -> Tally:
        """Connect, wait for all the others, send until the clock ends, stop."""
        origin = self._url.replace("ws", "http", 1)
        by = {"Authorization": f"Ticket {await self._ticket()}"}
        async with websockets.connect(
            f"{self._url}/ws/live/", origin=origin, additional_headers=by, max_queue=None, proxy=None
        ) as socket:
            start = {"type": "start", "version": 1, "fps": clock.fps}
            await socket.send(json.dumps(start))
            first = json.loads(await socket.recv())
            if first["type"] != "ready":
                raise RuntimeError(f"The server would not begin: {first}")
            await ready.wait()
            clock.started_s = time.perf_counter()
            hearing = asyncio.create_task(self._hear(socket))
            try:
                await self._send(socket, clock)
                await socket.send(json.dumps({"type": "stop"}))
                await asyncio.wait_for(hearing, ANSWER_WITHIN_S)
            except (TimeoutError, websockets.ConnectionClosed) as error:
                self.tally.problems.append(repr(error))
            finally:
                hearing.cancel()
        self.tally.dropped["unanswered"] += len(self._sent_s)
        return self.tally

    async def _send(self, socket: websockets.ClientConnection, clock: Clock) -> None:
        async for number, missed in clock.ticks():
            self.tally.dropped["skipped"] += missed
            if len(self._sent_s) >= self._in_flight:
                self.tally.dropped["skipped"] += 1
                continue
            now = time.perf_counter()
            t_ms = round((now - clock.started_s) * 1000)
            self._sent_s[number] = now
            self.tally.sent += 1
            await socket.send(HEADER.pack(1, 1, number, t_ms) + self._jpegs[number % len(self._jpegs)])

    async def _hear(self, socket: websockets.ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            if message["type"] != "result":
                if message["type"] != "ended":
                    self.tally.problems.append(text)
                continue
            took_ms = (time.perf_counter() - self._sent_s.pop(message["seq"])) * 1000
            if "faces" in message:
                self.tally.answered += 1
                self.tally.faces += len(message["faces"])
                self.tally.round_trip_ms.append(took_ms)
            else:
                self.tally.dropped[message["reason"]] += 1


class Poster:
    """One webcam whose frames go to a view, a request each, over a connection that is kept."""

    def __init__(self, host: str, port: int, jpegs: list[bytes]) -> None:
        self._host, self._port, self._jpegs = host, port, jpegs
        self.tally = Tally()

    async def run(self, clock: Clock, ready: asyncio.Barrier) -> Tally:
        """Post until the clock ends, one request at a time: a page that waits for its answer."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        await ready.wait()
        clock.started_s = time.perf_counter()
        async for number, missed in clock.ticks():
            self.tally.dropped["skipped"] += missed
            jpeg = self._jpegs[number % len(self._jpegs)]
            started = time.perf_counter()
            self.tally.sent += 1
            writer.write(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(jpeg)}\r\n\r\n".encode() + jpeg)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            self.tally.faces += len(json.loads(await reader.readexactly(length)))
            self.tally.round_trip_ms.append((time.perf_counter() - started) * 1000)
            self.tally.answered += 1
        writer.close()
        return self.tally


async def watch_all(cameras: list[Webcam] | list[Poster], *, fps: float, seconds: float) -> Tally:
    """Let all of them run at the same time; returns what they saw together."""
    total, ready = Tally(), asyncio.Barrier(len(cameras))
    clocks = [Clock(fps, seconds, offset_s=number / len(cameras) / fps) for number in range(len(cameras))]
    pairs = zip(cameras, clocks, strict=True)
    for tally in await asyncio.gather(*(camera.run(clock, ready) for camera, clock in pairs)):
        total.add(tally)
    return total

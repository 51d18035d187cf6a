"""Limits for HTTP connections: time for headers and bodies, and room for new ones when all places are taken.

uvicorn waits for ever for the rest of a request and answers 503 to everybody once its places are taken. Here the rest
must come in time, and when all places are taken the oldest connection without a whole request, or whose answer nobody
reads, makes room, of the address that holds most of them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any  # uvicorn's protocols of different kinds lie in one set

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_CONNECTIONS = 500
HEADERS_WITHIN_S = 10.0
BODY_PART_WITHIN_S = 20.0
BODY_CHECKED_EVERY_S = 10.0
LEAST_BODY_BYTES_PER_S = 500  # one byte now and then is no upload
UNREAD_S = 10.0  # an answer that nobody went on reading for so long: a paused video asks again by itself
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class GuardedHttp(HttpToolsProtocol):
    """uvicorn's protocol with a clock for what is still to come."""

    _clock: asyncio.TimerHandle | None = None
    _stalled_s: float | None = None  # since when the client has not read on
    _body_bytes = 0
    _since_s = 0.0  # when the request that is still to come began
    _body_at_s = 0.0  # when its body's last part came

    @property
    def is_spare(self) -> bool:
        """Whether it may end: its request is not whole yet, the last one was answered, or nobody reads the answer."""
        if self.cycle is None or self.cycle.response_complete or self.cycle.more_body:
            return True
        return self._stalled_s is not None and self.loop.time() - self._stalled_s > UNREAD_S

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_headers()
        if len(self.connections) > MOST_CONNECTIONS and not make_room(self.connections, but=self):
            transport.write(BUSY)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_headers()

    def on_headers_complete(self) -> None:
        self._stop_clock()
        super().on_headers_complete()
        if self.cycle is not None and not self.cycle.response_complete:
            self._body_bytes, self._since_s = 0, self.loop.time()
            self._body_at_s = self._since_s
            self._clock = self.loop.call_later(BODY_CHECKED_EVERY_S, self._check_body)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._body_at_s = self.loop.time()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._stop_clock()
        super().on_message_complete()

    def pause_writing(self) -> None:
        self._stalled_s = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._stalled_s = None
        super().resume_writing()

    def _await_headers(self) -> None:
        self._stop_clock()
        self._since_s = self.loop.time()
        self._clock = self.loop.call_later(HEADERS_WITHIN_S, self.give_up)

    def _check_body(self) -> None:
        now_s = self.loop.time()
        if self.flow.read_paused:  # it is we who do not read
            self._body_at_s = now_s
            self._since_s += BODY_CHECKED_EVERY_S
        is_slow = self._body_bytes < LEAST_BODY_BYTES_PER_S * (now_s - self._since_s - BODY_PART_WITHIN_S)
        if is_slow or now_s - self._body_at_s > BODY_PART_WITHIN_S:
            self.give_up()
        else:
            self._clock = self.loop.call_later(BODY_CHECKED_EVERY_S, self._check_body)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def give_up(self) -> None:
        """The connection ends; what is at its request hears that the client has gone."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.abort()


def make_room(connections: set[Any], *, but: object) -> bool:
    """The oldest connection that may end is closed, of the address with most of them; False: there is none.

    Args:
        connections: every connection of this process, those of WebSockets among them.
        but: the connection that needs the room.
    """
    idle = [c for c in connections if isinstance(c, GuardedHttp) and c is not but and c.is_spare]
    if not idle:
        return False
    crowd = Counter(_address_of(c) for c in idle)
    most = crowd.most_common(1)[0][0]
    oldest = min((c for c in idle if _address_of(c) == most), key=lambda c: (_has_body(c), c._since_s))
    oldest.give_up()
    connections.discard(oldest)  # its end is told a turn later, and the next one who comes must not count it
    return True


def _has_body(connection: GuardedHttp) -> bool:
    return connection.cycle is not None and not connection.cycle.response_complete


def _address_of(connection: GuardedHttp) -> str:
    return connection.client[0] if connection.client else ""

"""uvicorn's WebSockets as we end them, at the bytes that a client sees."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from webplatform.common.system.shutdown import shutdown_of
from webplatform.operations.sockets import DrainingSocket

HANDSHAKE = (
    b"GET /ws/live/ HTTP/1.1\r\nHost: raut\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
COME_BACK = b"\x88\x02" + (1012).to_bytes(2, "big")  # a close frame
App = Callable[..., Awaitable[None]]


class Wire(asyncio.Transport):
    """The client's end: what was written, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written, self.closed = b"", False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


@pytest.fixture
async def opened():
    """`await opened(app)`: a socket whose handshake has come in, and its wire."""
    tasks: list[asyncio.Task] = []

    async def connect(app: App) -> tuple[DrainingSocket, Wire]:
        state = ServerState()
        config = Config(app, ws="none", lifespan="off", log_config=None)
        config.load()
        config.loaded_app = app
        one, wire = DrainingSocket(config, state, {}), Wire()
        one.connection_made(wire)
        one.data_received(HANDSHAKE)
        tasks.extend(state.tasks)
        for _ in range(5):
            await asyncio.sleep(0)
        return one, wire

    yield connect
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _accept(receive: Callable[[], Awaitable[Any]], send: Callable[..., Awaitable[None]]) -> None:
    await receive()
    await send({"type": "websocket.accept"})


async def test_a_socket_whose_code_asked_to_be_told_ends_by_that_code_alone(opened):
    told = asyncio.Event()

    async def app(scope, receive, send):
        shutdown_of(scope).on_shutdown(told.set)
        await _accept(receive, send)
        await told.wait()
        await send({"type": "websocket.send", "text": "the last words"})
        await send({"type": "websocket.close", "code": 1012})

    one, wire = await opened(app)
    one.shutdown()
    assert (told.is_set(), wire.closed) == (True, False)
    for _ in range(5):
        await asyncio.sleep(0)
    assert wire.written.endswith(b"\x81\x0ethe last words" + COME_BACK)


async def test_any_other_socket_is_closed_at_once_and_told_to_come_back(opened):
    async def app(scope, receive, send):
        await _accept(receive, send)
        await receive()
        await asyncio.Event().wait()

    one, wire = await opened(app)
    one.shutdown()
    assert wire.written.endswith(COME_BACK)
    assert wire.closed


async def test_a_handshake_that_is_under_way_is_sent_to_another_process(opened):
    async def app(scope, receive, send):
        await asyncio.Event().wait()  # whose login it is, is being looked up

    one, wire = await opened(app)
    one.shutdown()
    assert wire.written.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 0" in wire.written.lower()
    assert wire.closed

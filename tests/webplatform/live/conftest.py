"""A live socket without a network, real frames, and the shipped model behind it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import cv2
import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator

from tests.clips import moving_face
from webplatform.live.consumers import LiveConsumer
from webplatform.modelhub.engines import engine_for
from webplatform.modelhub.services import ensure_active_model


class Socket(ApplicationCommunicator):
    """The client's end. (Channels' own testing package needs the server Daphne.)"""

    async def open(self) -> dict:
        await self.send_input({"type": "websocket.connect"})
        return await self.receive_output()

    async def say(self, **message) -> None:
        await self.send_input({"type": "websocket.receive", "text": json.dumps(message)})

    async def send_bytes(self, data: bytes) -> None:
        await self.send_input({"type": "websocket.receive", "bytes": data})

    async def frame(self, seq: int, t_ms: int, picture: bytes) -> None:
        await self.send_bytes(struct.pack(">BBxxII", 1, 1, seq, t_ms) + picture)

    async def hear(self, timeout: float = 10) -> dict:
        """The next message; `{"closed": code}` for the end."""
        output = await self.receive_output(timeout)
        return {"closed": output.get("code")} if output["type"] == "websocket.close" else json.loads(output["text"])

    async def hear_until(self, kind: str, timeout: float = 10) -> dict:
        while (message := await self.hear(timeout)).get("type") != kind:
            assert "closed" not in message, message
        return message

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.wait(10)


@pytest.fixture
def socket_of():
    def connect(user, **more) -> Socket:
        scope = {"type": "websocket", "path": "/ws/live/", "headers": [], "user": user, **more}
        return Socket(LiveConsumer.as_asgi(), scope)

    return connect


@pytest.fixture
def model(transactional_db, settings):
    """The shipped model is active and loaded; frames may come as fast as the tests send them."""
    settings.RAUT_LIVE_MAX_FPS = 1000
    version = ensure_active_model()
    engine_for(version)
    return version


@pytest.fixture(scope="session")
def jpegs() -> list[bytes]:
    """Ten pictures of a real face that moves, 640 x 480."""
    return [cv2.imencode(".jpg", frame)[1].tobytes() for frame in moving_face(10)]


@pytest.fixture(scope="session")
def empty_jpeg() -> bytes:
    import numpy as np

    return cv2.imencode(".jpg", np.full((240, 320, 3), 90, np.uint8))[1].tobytes()


@pytest.fixture
def begin(socket_of, owner, consent, model):
    """`await begin()`: a started session of the owner and what the server said to it."""

    async def start(**asked):
        socket = socket_of(owner)
        assert (await socket.open())["type"] == "websocket.accept"
        await socket.say(type="start", version=1, **asked)
        ready = await socket.hear()
        assert ready["type"] == "ready", ready
        return socket, ready

    return start


@pytest.fixture
def ask():
    """`await ask(lambda: …)`: the answer of a question to the database."""
    return lambda question: sync_to_async(question)()


@pytest.fixture
def folder_of_everything(settings) -> Path:
    return Path(settings.DATA_DIR)

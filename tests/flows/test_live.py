"""Live sessions on real processes: several web servers behind one address, crashes, strangers' pages."""

from __future__ import annotations

import json
import os
import signal
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext

import httpx
import pytest
from django.conf import settings
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.clips import moving_face
from tests.web_process import workers_of
from tests.whole_platform import Person, Platform

HEADER = struct.Struct(">BBxxII")
EVERY_MS = 100


@pytest.fixture(scope="module")
def jpegs() -> list[bytes]:
    import cv2

    return [cv2.imencode(".jpg", frame)[1].tobytes() for frame in moving_face(20)]


class Camera:
    """A program that speaks the protocol."""

    def __init__(self, platform: Platform, person: Person, jpegs: list[bytes], sockets: ExitStack) -> None:
        self.platform, self.person, self.jpegs, self.sockets = platform, person, jpegs, sockets
        self.sent = 0
        self.started_s = time.monotonic()
        self.socket: ClientConnection | None = None

    def open(self, origin: str = "", **message: object) -> dict:
        """Connect and send the first message; returns the answer."""
        ticket = self.person.api.post("/api/v1/live/tickets/").json()
        address = self.platform.url.replace("http", "ws", 1) + ticket["socket"]
        by = {"Authorization": f"Ticket {ticket['ticket']}"}
        connecting = connect(
            address, origin=origin or self.platform.url, additional_headers=by, proxy=None, open_timeout=20
        )
        self.socket = self.sockets.enter_context(connecting)
        return self.ask({"version": 1, **message})

    def ask(self, message: dict) -> dict:
        self.socket.send(json.dumps(message))
        return json.loads(self.socket.recv(20))

    def watch(self, frames: int) -> list[dict]:
        return [self.look() for _ in range(frames)]

    def look(self) -> dict:
        time.sleep(EVERY_MS / 1000)
        t_ms = round((time.monotonic() - self.started_s) * 1000)
        self.sent += 1
        self.socket.send(HEADER.pack(1, 1, self.sent, t_ms) + self.jpegs[self.sent % len(self.jpegs)])
        return json.loads(self.socket.recv(20))

    def session(self, session_id: str) -> dict:
        return self.person.api.get(f"/api/v1/sessions/{session_id}/").json()


@pytest.fixture
def camera_of(platform: Platform, jpegs: list[bytes]) -> Iterator[Callable[[Person], Camera]]:
    with ExitStack() as sockets:
        yield lambda person: Camera(platform, person, jpegs, sockets)


def await_two_servers(platform: Platform) -> list[int]:
    return platform.wait_for(
        lambda: len(pids := workers_of(platform.supervisor.pid("web"))) == 2 and pids, timeout_s=60
    )


def kill_until_it_dies(platform: Platform, camera: Camera) -> None:
    """Kill the web server that the camera is connected to, and only that one if the first guess is right."""
    for pid in await_two_servers(platform):
        os.kill(pid, signal.SIGKILL)
        try:
            camera.watch(3)
        except ConnectionClosed:
            return
    raise AssertionError("The socket outlived both servers.")


def test_a_session_outlives_the_web_server_that_it_began_on(platform: Platform, camera_of):
    camera = camera_of(platform.create_user())
    ready = camera.open(type="start", title="Two servers")
    camera.watch(30)
    before_ms = round((time.monotonic() - camera.started_s) * 1000)
    kill_until_it_dies(platform, camera)
    resumed = platform.wait_for(lambda: resume(camera, ready["token"]), timeout_s=25)
    assert (resumed["type"], resumed["session"]) == ("ready", ready["session"])
    assert before_ms - resumed["last_ms"] <= 2500  # what was not stored yet: two seconds at most, and the way to it
    gap_ends_ms = camera.look()["t_ms"]
    camera.watch(5)
    camera.socket.send(json.dumps({"type": "stop"}))
    ended = json.loads(camera.socket.recv(20))
    assert ended["statistics"]["resumed"] == 1
    session = camera.session(ready["session"])
    assert (session["state"], session["is_partial"], session["source"]) == ("closed", False, "webcam")
    observations = camera.person.api.get(f"/api/v1/sessions/{ready['session']}/observations/?page_size=500").json()
    times = [row["t_ms"] for row in observations["results"]]
    assert resumed["last_ms"] in times
    assert not [t_ms for t_ms in times if resumed["last_ms"] < t_ms < gap_ends_ms]  # the gap stays a gap


def resume(camera: Camera, token: str) -> dict | None:
    try:
        return camera.open(type="resume", token=token)
    except (OSError, httpx.HTTPError, InvalidStatus, ConnectionClosed):
        return None  # that server is starting again


@pytest.mark.parametrize(("origin", "refused"), [("https://elsewhere.example", True), ("", False)])
def test_a_page_of_another_site_cannot_connect_with_the_browsers_login(platform: Platform, origin: str, refused: bool):
    """A browser sends its cookie wherever a page comes from; a ticket, which a program asked for, needs no origin."""
    person = platform.create_user()
    browser = Client()
    browser.force_login(person.user)
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    address = f"{platform.url.replace('http', 'ws', 1)}/ws/jobs/"
    asked = {"additional_headers": {"Cookie": cookie}, "proxy": None, "open_timeout": 20}
    expected = pytest.raises(InvalidStatus) if refused else nullcontext()
    with expected, connect(address, origin=origin or platform.url, **asked) as socket:
        assert socket.recv(20)


def test_a_message_beyond_every_limit_closes_the_socket_and_nothing_else(platform: Platform, camera_of):
    person = platform.create_user()
    camera, other = camera_of(person), camera_of(person)
    assert camera.open(type="start")["type"] == other.open(type="start")["type"] == "ready"
    with pytest.raises(ConnectionClosed) as closed:
        camera.socket.send(HEADER.pack(1, 1, 1, 0) + bytes(5 * 1024**2))  # the server may close before it has all
        camera.socket.recv(20)
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
    assert other.look()["type"] == "result"

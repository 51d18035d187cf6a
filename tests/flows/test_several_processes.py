"""Cameras on two web processes behind the shipped nginx: who goes where, and what a restart costs them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import cv2
import pytest
from raut_client import AsyncRaut, ServerFailed
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.clips import moving_face
from tests.proxy import started_nginx
from tests.web_process import web_process
from tests.whole_platform import Person, Platform
from webplatform.history.models import Observation, Session

pytestmark = pytest.mark.nginx
EACH = 2  # cameras that one process watches
EVERY_S = 0.2
MOST_GAP_MS = 2000  # beyond what a busy machine needs for a frame anyway


@dataclass(eq=False)
class Camera:
    """One that films until it is told to stop, by the Python client."""

    url: str
    person: Person
    jpegs: list[bytes]
    is_on: bool = True
    told: list[dict] = field(default_factory=list)
    session_id: str | None = None
    failure: BaseException | None = None

    def frames(self) -> Iterator[tuple[int, bytes]]:
        began_s, number = time.monotonic(), 0
        while self.is_on:
            time.sleep(max(began_s + number * EVERY_S - time.monotonic(), 0))
            number += 1
            yield round((time.monotonic() - began_s) * 1000), self.jpegs[number % len(self.jpegs)]

    async def film(self) -> None:
        token = self.person.api.headers["Authorization"].removeprefix("Token ")
        try:
            async with AsyncRaut(self.url, token) as raut:
                self.session_id = await raut.live(self.frames(), self.told.append, title="One of several")
        except Exception as error:
            self.failure = error


class Cameras:
    """Several of them in a thread with an event loop."""

    def __init__(self, url: str, person: Person, jpegs: list[bytes]) -> None:
        self.url, self.person, self.jpegs = url, person, jpegs
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.all: list[Camera] = []
        self.films: list = []

    def add(self, number: int) -> list[Camera]:
        new = [Camera(self.url, self.person, self.jpegs) for _ in range(number)]
        self.films += [asyncio.run_coroutine_threadsafe(camera.film(), self.loop) for camera in new]
        self.all += new
        return new

    def stop(self, which: list[Camera]) -> None:
        for camera in which:
            camera.is_on = False
        for camera in which:
            self.films[self.all.index(camera)].result(30)

    def close(self) -> None:
        self.stop(self.all)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture(scope="module")
def jpegs() -> list[bytes]:
    """Of a face that sits still: however long a busy machine takes, it keeps its number by its place."""
    return [cv2.imencode(".jpg", frame)[1].tobytes() for frame in moving_face(1)]


def all_see(cameras: list[Camera]) -> bool:
    """Whether each was answered three times more."""
    counts = [len(camera.told) for camera in cameras]
    for camera in cameras:
        assert camera.failure is None, camera.failure
    deadline_s = time.monotonic() + 20
    while time.monotonic() < deadline_s:
        if all(len(camera.told) >= count + 3 for camera, count in zip(cameras, counts, strict=True)):
            return True
        time.sleep(0.05)
    return False


def test_a_rolling_restart_loses_no_camera_and_a_full_process_sends_them_on(
    platform: Platform, jpegs: list[bytes], tmp_path: Path
):
    person = platform.create_user()
    with (
        web_process(platform, tmp_path / "a.log", places=EACH) as one,
        web_process(platform, tmp_path / "b.log", places=EACH) as other,
        started_nginx(tmp_path / "nginx", [one.url, other.url]) as url,
    ):
        cameras = Cameras(url, person, jpegs)
        try:
            staying, leaving = cameras.add(EACH), cameras.add(EACH)
            assert all_see(cameras.all)  # there is room, but not on one process
            (refused,) = cameras.add(1)
            platform.wait_for(lambda: refused.failure)
            assert isinstance(refused.failure, ServerFailed)
            assert refused.failure.code == "full"
            assert words_of_a_full_server(url, person) == 4429
            cameras.stop(leaving)
            one.stop()
            assert all_see(staying)  # on the other process, which has as many places as cameras
            one.start()
            one.await_up()
            other.stop()
            assert all_see(staying)
        finally:
            cameras.close()
    for camera in staying:
        assert_whole(camera, resumed_at_least=1)
    for camera in leaving:
        assert_whole(camera, resumed_at_least=0)


def words_of_a_full_server(url: str, person: Person) -> int:
    """What a script in a browser hears, which sees no status of a handshake."""
    ticket = person.api.post("/api/v1/live/tickets/").json()["ticket"]
    by = {"Authorization": f"Ticket {ticket}"}
    address = f"{url.replace('http', 'ws', 1)}/ws/live/?explain=1"
    with connect(address, additional_headers=by, proxy=None) as socket, pytest.raises(ConnectionClosed) as closed:
        while True:
            socket.recv(20)
    return closed.value.rcvd.code


def assert_whole(camera: Camera, *, resumed_at_least: int) -> None:
    """Each picture that was answered is in the history, once, and no other; the face kept its number."""
    assert camera.failure is None
    session = Session.objects.get(pk=camera.session_id)
    assert (session.state, session.is_partial) == (Session.State.CLOSED, False)
    assert session.live_statistics["resumed"] >= resumed_at_least
    seen = [answer["t_ms"] for answer in camera.told if answer.get("faces")]
    kept = list(Observation.objects.filter(session=session).order_by("t_ms").values_list("t_ms", "track__number"))
    assert [t_ms for t_ms, _ in kept] == seen
    assert {number for _, number in kept} == {1}
    *gaps, longest = sorted(after - before for before, after in pairwise(seen))
    ordinary = gaps[-session.live_statistics["resumed"] - 1]
    assert longest <= ordinary + MOST_GAP_MS

"""Another model becomes the active one while cameras run and programs ask: nothing fails, and nothing restarts."""

from __future__ import annotations

import json
import shutil
import struct
import threading
import time
from dataclasses import replace
from pathlib import Path

import cv2
import httpx
import pytest
from websockets.sync.client import connect

import inference
from inference.bundle import seal_bundle, write_spec
from tests.clips import moving_face
from tests.whole_platform import Person, Platform
from webplatform.history.models import Session
from webplatform.modelhub.models import ModelVersion
from webplatform.modelhub.queries import active_version
from webplatform.modelhub.services import promote_version, register_bundle

HEADER = struct.Struct(">BBxxII")
EVERY_S = 0.1


@pytest.fixture
def earlier(platform: Platform, tmp_path: Path) -> ModelVersion:
    """Another version, that was active once: the shipped weights with another threshold."""
    folder = tmp_path / "earlier"
    shutil.copytree(inference.SHIPPED_BUNDLE, folder)
    write_spec(folder, replace(inference.read_bundle(folder).spec, version="earlier", abstain_below=0.9))
    seal_bundle(folder)
    version = register_bundle(path=folder)
    ModelVersion.objects.filter(pk=version.pk).update(state=ModelVersion.State.RETIRED)
    return version


class Watching(threading.Thread):
    """A camera that sends a frame every tenth of a second until it is told to stop."""

    def __init__(self, platform: Platform, person: Person, jpegs: list[bytes]) -> None:
        super().__init__(daemon=True)
        self.platform, self.person, self.jpegs = platform, person, jpegs
        self.answers: list[dict] = []
        self.is_over = threading.Event()
        self.has_begun = threading.Event()
        self.ready: dict = {}

    def run(self) -> None:
        ticket = self.person.api.post("/api/v1/live/tickets/").json()
        address = self.platform.url.replace("http", "ws", 1) + ticket["socket"]
        by = {"Authorization": f"Ticket {ticket['ticket']}"}
        with connect(address, origin=self.platform.url, additional_headers=by, proxy=None, open_timeout=20) as socket:
            socket.send(json.dumps({"type": "start", "version": 1}))
            self.ready = json.loads(socket.recv(30))
            started_s = time.monotonic()
            while not self.is_over.wait(EVERY_S):
                seq = len(self.answers) + 1
                t_ms = round((time.monotonic() - started_s) * 1000)
                socket.send(HEADER.pack(1, 1, seq, t_ms) + self.jpegs[seq % len(self.jpegs)])
                self.answers.append(json.loads(socket.recv(20)))
                self.has_begun.set()
            socket.send(json.dumps({"type": "stop"}))
            while json.loads(socket.recv(20))["type"] != "ended":
                pass


class Asking(threading.Thread):
    """A program that reads its sessions as fast as they come."""

    def __init__(self, person: Person) -> None:
        super().__init__(daemon=True)
        self.person = person
        self.codes: list[int] = []
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(0.02):
            self.codes.append(self.person.api.get("/api/v1/sessions/").status_code)


def test_a_promotion_fails_no_request_and_leaves_no_frame_unanswered(platform, earlier):
    jpegs = [cv2.imencode(".jpg", frame)[1].tobytes() for frame in moving_face(20)]
    person = platform.create_user()
    before = active_version()
    cameras, asking = [Watching(platform, person, jpegs) for _ in range(2)], Asking(person)
    for thread in (*cameras, asking):
        thread.start()
    assert all(camera.has_begun.wait(60) for camera in cameras)
    promote_version(version=earlier, by=person.user, reason="to see whether anything breaks")
    new = Watching(platform, person, jpegs)
    new.start()
    assert new.has_begun.wait(30)
    promoted_at = {id(camera): len(camera.answers) for camera in cameras}
    platform.wait_for(lambda: all(len(camera.answers) >= promoted_at[id(camera)] + 15 for camera in cameras))
    for thread in (*cameras, new, asking):
        thread.is_over.set()
    for thread in (*cameras, new, asking):
        thread.join(30)
    assert str(earlier) == new.ready["model"]  # the next socket, whichever of the two servers it came to
    for camera in (*cameras, new):
        assert [answer["seq"] for answer in camera.answers] == list(range(1, len(camera.answers) + 1))
        assert [answer for answer in camera.answers if answer.get("reason")] == []
    assert set(asking.codes) == {httpx.codes.OK}
    read_by = {camera.ready["session"]: camera.ready["model"] for camera in cameras}
    assert set(read_by.values()) == {str(before)}  # what runs keeps its model
    for session in Session.objects.filter(pk__in=read_by):
        assert session.model_version == before
    promote_version(version=before, by=person.user, reason="back again")

"""A webcam that keeps account: which frames were answered, and what may be lost with a server that died."""

from __future__ import annotations

import json
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from tests.whole_platform import Person

HEADER = struct.Struct(">BBxxII")
EVERY_S = 0.2
RESUME_WITHIN_S = 29.0
TROUBLE = (OSError, TimeoutError, ConnectionClosed, InvalidHandshake, httpx.HTTPError, KeyError, json.JSONDecodeError)


@dataclass
class Film:
    """One session as its camera saw it.

    Args:
        answered: `t_ms` of each frame that was answered with a reading -> its faces: (track, box, scores).
        lost: for each connection that was lost, up to which time all is stored, and when the loss was seen; ms.
        is_whole: whether the session was stopped by the camera and the server said that it ended.
    """

    session: str
    token: str
    begun_s: float
    sent: set[int] = field(default_factory=set)
    answered: dict[int, list] = field(default_factory=dict)
    lost: list[tuple[int, int]] = field(default_factory=list)
    is_whole: bool = False

    @property
    def now_ms(self) -> int:
        return round((time.monotonic() - self.begun_s) * 1000)


class Camera:
    """Films one session after the other, resumes lost ones, and starts anew where that is refused."""

    def __init__(self, person: Person, jpegs: list[bytes], frames: int, over: threading.Event) -> None:
        self.person, self.films = person, []
        self._jpegs, self._frames, self._over = jpegs, frames, over
        self._seq = 0

    def run(self) -> None:
        while not self._over.is_set():
            with suppress(*TROUBLE):
                self._film()
            self._over.wait(0.5)

    def _film(self) -> None:
        socket, ready = self._open({"type": "start", "title": "Chaos"})
        film = Film(ready["session"], ready["token"], time.monotonic())
        self.films.append(film)
        while True:
            try:
                with socket:
                    self._watch(socket, film)
                return
            except TROUBLE:
                film.lost.append((-1, film.now_ms))
            resumed = self._resume(film)
            if resumed is None:
                return
            socket, ready = resumed
            film.lost[-1] = (ready["last_ms"], film.lost[-1][1])

    def _watch(self, socket: ClientConnection, film: Film) -> None:
        while len(film.sent) < self._frames and not self._over.is_set():
            time.sleep(EVERY_S)
            self._look(socket, film)
        socket.send(json.dumps({"type": "stop"}))
        film.is_whole = _heard(socket)["type"] == "ended"

    def _look(self, socket: ClientConnection, film: Film) -> None:
        self._seq, t_ms = self._seq + 1, film.now_ms
        film.sent.add(t_ms)
        socket.send(HEADER.pack(1, 1, self._seq, t_ms) + self._jpegs[self._seq % len(self._jpegs)])
        answer = _heard(socket)
        if answer["type"] != "result":
            raise ConnectionClosed(None, None)
        if "faces" in answer:
            film.answered[t_ms] = [(f["track"], f["box"], f["scores"], f["reason"]) for f in answer["faces"]]

    def _resume(self, film: Film) -> tuple[ClientConnection, dict] | None:
        until_s = time.monotonic() + RESUME_WITHIN_S
        while time.monotonic() < until_s:
            try:
                return self._open({"type": "resume", "token": film.token})
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code >= 4400:
                    return None
            except TROUBLE:
                pass
            time.sleep(0.5)
        return None

    def _open(self, message: dict) -> tuple[ClientConnection, dict]:
        ticket = self.person.api.post("/api/v1/live/tickets/", timeout=10).json()
        address = str(self.person.api.base_url).replace("http", "ws", 1).rstrip("/") + ticket["socket"]
        by = {"Authorization": f"Ticket {ticket['ticket']}"}
        connecting = connect(address, additional_headers=by, proxy=None, open_timeout=10, close_timeout=2)
        socket = connecting.__enter__()  # whoever gets it closes it, with another `with`
        try:
            socket.send(json.dumps({"version": 1, **message}))
            ready = _heard(socket)
            if ready["type"] != "ready":
                socket.recv(10)  # raises: the server closes
        except BaseException:
            socket.close()
            raise
        return socket, ready


def _heard(socket: ClientConnection) -> dict:
    return json.loads(socket.recv(25))

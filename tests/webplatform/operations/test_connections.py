"""A real web process that somebody tries to fill, while somebody else uses it."""

import os
import resource
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from tests.redis_server import own_redis
from webplatform.operations.connections import HEADERS_WITHIN_S, MOST_CONNECTIONS
from webplatform.operations.launch import Launch, commands
from webplatform.operations.startup import free_port

HALF = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
HALF_BODY = (
    b"POST /account/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin="
)
HANDSHAKE = (
    "GET {} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The web process as `manage.py up` starts it, without a database behind it."""
    folder: Path = tmp_path_factory.mktemp("web")
    port = free_port("127.0.0.1")
    launch = Launch(data_dir=folder, host="127.0.0.1", port=port)
    database = {"DATABASE_URL": f"sqlite:///{folder}/raut.sqlite3"}
    env = {**os.environ, "RAUT_DATA_DIR": str(folder), **database, "DJANGO_SETTINGS_MODULE": "webplatform.settings"}
    with own_redis() as redis, (folder / "log").open("wb") as log:
        env["REDIS_URL"] = redis.connection_url
        process = subprocess.Popen(commands(launch)["web"], env=env, stdout=log, stderr=log)
        try:
            _await(lambda: _answer(port) == 200, within_s=60)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def test_half_sent_requests_keep_nobody_out(port):
    _need_files(2 * MOST_CONNECTIONS)
    with ExitStack() as held:
        crowd = [held.enter_context(closing(_connect(port, HALF))) for _ in range(MOST_CONNECTIONS + 60)]
        assert [_answer(port) for _ in range(20)] == [200] * 20
        assert sum(_is_closed(one) for one in crowd) >= 60  # the oldest made room


def test_half_sent_bodies_keep_nobody_out(port):
    _need_files(2 * MOST_CONNECTIONS)
    with ExitStack() as held:
        for _ in range(MOST_CONNECTIONS + 60):
            held.enter_context(closing(_connect(port, HALF_BODY)))
        assert [_answer(port) for _ in range(20)] == [200] * 20


@pytest.mark.parametrize("address", ["/ws/live/", "/ws/live/participant/", "/ws/jobs/"])
def test_sockets_of_nobody_are_refused_before_they_are_accepted(port, address):
    asked = HANDSHAKE.format(address, port=port).encode()
    with ExitStack() as held:
        crowd = [held.enter_context(closing(_connect(port, asked))) for _ in range(60)]
        assert {one.recv(12) for one in crowd} == {b"HTTP/1.1 403"}
        assert _answer(port) == 200


def test_headers_have_to_come_in_time(port):
    with closing(_connect(port, HALF)) as slow:
        began_s = time.monotonic()
        slow.settimeout(HEADERS_WITHIN_S + 10)
        for _ in range(4):  # a byte now and then does not prolong it
            slow.send(b"a")
        assert _hears_nothing(slow)
        assert HEADERS_WITHIN_S - 2 < time.monotonic() - began_s < HEADERS_WITHIN_S + 8


def _connect(port: int, sent: bytes) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port), timeout=20)
    one.sendall(sent)
    return one


def _answer(port: int) -> int:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/livez", timeout=10, trust_env=False).status_code
    except httpx.HTTPError:
        return 0


def _hears_nothing(one: socket.socket) -> bool:
    try:
        return one.recv(10) == b""
    except ConnectionResetError:
        return True


def _is_closed(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return one.recv(10) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def _await(condition, *, within_s: float) -> None:
    deadline_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline_s, "The web process does not come up."
        time.sleep(0.2)


def _need_files(n: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < n:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(n, hard), hard))

"""Uploads by the tus clients of others: over killed connections, a server that starts again, and behind nginx."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tusclient.client import TusClient

from tests.clips import moving_face, write_clip
from tests.proxy import started_nginx
from tests.whole_platform import Person, Platform
from webplatform.settings import ROOT

ADDRESS = "/api/v1/uploads/"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE_BYTES = 64 * 1024


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of some pieces: players and the engine read over what follows its end."""
    clip = write_clip(tmp_path_factory.mktemp("clip") / "walk.mp4", moving_face(10))
    with clip.open("ab") as file:
        filler = 5 * PIECE_BYTES + 123
        file.write(filler.to_bytes(4, "big") + b"free" + bytes(filler - 8))
    return clip


def begin(person: Person, clip: Path) -> str:
    name = b64encode(clip.name.encode()).decode()
    headers = {**TUS, "Upload-Length": str(clip.stat().st_size), "Upload-Metadata": f"filename {name}"}
    answer = person.api.post(ADDRESS, headers=headers)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer.headers["Location"]


def break_off(platform: Platform, person: Person, url: str, content: bytes, start: int = 0) -> socket.socket:
    """A PATCH of which only this much is sent."""
    host, port = platform.url.removeprefix("http://").split(":")
    lines = [f"PATCH {url} HTTP/1.1", f"Host: {host}:{port}", "Tus-Resumable: 1.0.0", f"Upload-Offset: {start}"]
    lines += [f"Authorization: {person.api.headers['Authorization']}", f"Content-Length: {10**6}"]
    lines += ["Content-Type: application/offset+octet-stream", "", ""]
    connection = socket.create_connection((host, int(port)))
    connection.sendall("\r\n".join(lines).encode() + content)
    return connection


def offset(person: Person, url: str) -> int:
    return int(person.api.head(url, headers=TUS).headers["Upload-Offset"])


def go_on(platform_url: str, person: Person, url: str, clip: Path) -> None:
    """What is missing, by tuspy, in parts that fit no piece."""
    headers = {"Authorization": person.api.headers["Authorization"]}
    client = TusClient(platform_url + ADDRESS, headers=headers)
    with clip.open("rb") as file:
        client.uploader(file_stream=file, url=platform_url + url, chunk_size=100_000, retries=2, retry_delay=1).upload()


def finished(platform: Platform, person: Person, url: str) -> dict:
    said = person.api.head(url, headers=TUS).headers
    job = platform.await_job(person, {"id": said["Raut-Job"]})
    assert job["session"] == said["Raut-Session"]
    return job


@dataclass
class Wire:
    """A connection to the platform that breaks: once for each entry of `cuts`, when so many bytes have left."""

    port: int
    cuts: list[tuple[int, Callable[[], object]]]
    sent: int = 0

    def serve(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near = server.accept()[0]
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(("127.0.0.1", self.port)) as far:
            threading.Thread(target=self._back, args=(far, near), daemon=True).start()
            while part := near.recv(16 * 1024):
                far.sendall(part)
                self.sent += len(part)
                if self.cuts and self.sent > self.cuts[0][0]:
                    self.cuts.pop(0)[1]()
                    return

    @staticmethod
    def _back(far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while part := far.recv(16 * 1024):
                near.sendall(part)
            near.shutdown(socket.SHUT_WR)


def by_tus_js(url: str, token: str, clip: Path) -> None:
    script = [str(Path(sys.executable).with_name("node")), str(ROOT / "tests" / "flows" / "tus_upload.cjs")]
    done = subprocess.run([*script, url, token, str(clip)], capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr


def by_tuspy(url: str, token: str, clip: Path) -> None:
    client = TusClient(url, headers={"Authorization": f"Bearer {token}"})
    metadata = {"filename": clip.name, "title": "Walk"}
    with clip.open("rb") as file:
        told = {"chunk_size": 100_000, "metadata": metadata, "retries": 40, "retry_delay": 1.5}
        client.uploader(file_stream=file, **told).upload()


def test_clients_of_others_get_through_a_killed_connection_and_a_restarted_server(platform: Platform, clip: Path):
    """Both at once, so that the server has to start again only once."""
    people = [platform.create_user(), platform.create_user()]
    half_way = threading.Barrier(2, action=lambda: platform.supervisor.kill("web"))
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        sent, wires = [], []
        for send, person in zip((by_tus_js, by_tuspy), people, strict=True):
            wire = Wire(int(platform.url.rpartition(":")[2]), [(150_000, lambda: None), (250_000, half_way.wait)])
            wires.append(wire.cuts)
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=wire.serve, args=(server,), daemon=True).start()
            token = person.api.headers["Authorization"].removeprefix("Token ")
            sent.append(pool.submit(send, f"http://127.0.0.1:{server.getsockname()[1]}{ADDRESS}", token, clip))
        for one in sent:
            one.result()
    assert wires == [[], []]  # all of it came to pass
    for person in people:
        (job,) = person.api.get("/api/v1/analyses/").json()["results"]
        assert (platform.await_job(person, job)["progress"], job["title"]) == (1, "Walk")
        twice = person.api.post("/api/v1/analyses/", files={"file": (clip.name, clip.read_bytes())})
        assert twice.status_code == httpx.codes.CONFLICT
        assert twice.json()["details"]["reason"] == "duplicate"  # byte for byte


def test_an_upload_goes_on_after_a_killed_connection_and_a_restarted_server(platform: Platform, clip: Path):
    person, content = platform.create_user(), clip.read_bytes()
    url = begin(person, clip)
    half = 2 * PIECE_BYTES + 777
    with break_off(platform, person, url, content[:half]):
        platform.wait_for(lambda: offset(person, url) >= PIECE_BYTES)
        locked = person.api.patch(
            url, headers={**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        )
        assert locked.status_code == httpx.codes.LOCKED
    platform.wait_for(lambda: offset(person, url) == half)  # also what fills no piece
    with break_off(platform, person, url, content[half : 4 * PIECE_BYTES], half):
        platform.wait_for(lambda: offset(person, url) >= 3 * PIECE_BYTES)
        platform.supervisor.kill("web")  # in the middle of a request; it is started again
    platform.wait_for(lambda: is_up(platform), timeout_s=60)
    assert 3 * PIECE_BYTES <= offset(person, url) <= 4 * PIECE_BYTES
    go_on(platform.url, person, url, clip)
    twice = person.api.patch(
        url,
        content=content[half:],
        headers={**TUS, "Upload-Offset": str(half), "Content-Type": "application/offset+octet-stream"},
    )
    assert (twice.status_code, twice.json()["details"]["offset"]) == (httpx.codes.CONFLICT, len(content))
    assert finished(platform, person, url)["progress"] == 1
    assert [file.name for file in (platform.data_dir / "uploads").iterdir()] == []


def is_up(platform: Platform) -> bool:
    try:
        return platform.client.get("/livez").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


@pytest.fixture
def nginx(platform: Platform, tmp_path: Path) -> Iterator[str]:
    with started_nginx(tmp_path / "nginx", [platform.url]) as url:
        yield url


@pytest.mark.nginx
def test_an_upload_goes_through_nginx_as_it_comes(platform: Platform, nginx: str, clip: Path):
    person, content = platform.create_user(), clip.read_bytes()
    url = begin(person, clip)
    proxied = Platform(nginx, platform.data_dir, platform.supervisor, platform.client)
    with break_off(proxied, person, url, content[: 2 * PIECE_BYTES + 5]):
        platform.wait_for(lambda: offset(person, url) >= PIECE_BYTES)  # while nginx still waits for the rest
    platform.wait_for(lambda: offset(person, url) == 2 * PIECE_BYTES + 5)
    go_on(nginx, person, url, clip)
    assert finished(platform, person, url)["progress"] == 1

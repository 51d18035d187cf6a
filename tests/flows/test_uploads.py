"""Uploads by the tus clients of others: over killed connections, a server that starts again, and behind nginx."""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tusclient.client import TusClient

from tests.clips import moving_face, write_clip
from tests.proxy import started_nginx
from tests.whole_platform import Person, Platform

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

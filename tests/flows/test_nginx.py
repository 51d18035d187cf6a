"""What the shipped nginx does with a real platform behind it, besides uploads (test_uploads.py) and cameras."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.proxy import started_nginx
from tests.whole_platform import Platform
from webplatform.settings import RAUT_MAX_UPLOAD_MB

pytestmark = pytest.mark.nginx
MOST = 40  # requests of one address at a time


@pytest.fixture(scope="module")
def nginx(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with started_nginx(tmp_path_factory.mktemp("proxy") / "nginx", [platform.url]) as url:
        yield url


def send(url: str, head: str) -> socket.socket:
    """A connection with only this much of a request on it."""
    host, port = urlsplit(url).netloc.split(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    connection.sendall(head.replace("\n", "\r\n").encode())
    return connection


def test_events_of_a_job_come_as_they_happen(platform: Platform, nginx: str, short_clip: Path):
    person = platform.create_user()
    job = platform.upload(person, short_clip)
    headers = {"Authorization": person.api.headers["Authorization"]}
    heard = []
    with httpx.stream("GET", f"{nginx}/api/v1/jobs/{job['id']}/events/", headers=headers, trust_env=False) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                heard.append((time.monotonic(), json.loads(line.removeprefix("data: "))))
    assert heard[-1][1] == {"reason": "done"}
    assert heard[0][1]["status"] in {"queued", "running"}
    assert heard[-1][0] - heard[0][0] > 0.1  # held back until its end, all would have come at once


def test_a_body_that_no_upload_may_have_is_refused_by_its_length_alone(nginx: str):
    too_large = (RAUT_MAX_UPLOAD_MB + 2) * 1024**2
    head = f"POST /api/v1/analyses/ HTTP/1.1\nHost: raut\nContent-Length: {too_large}\n\n"
    with closing(send(nginx, head)) as connection:
        assert connection.recv(12) == b"HTTP/1.1 413"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz", "/metrics"])
def test_what_machines_ask_is_not_told_outside(nginx: str, path: str):
    assert httpx.get(nginx + path, trust_env=False).status_code == httpx.codes.FORBIDDEN


def test_one_address_holds_no_more_requests_than_its_share(nginx: str):
    half = "POST /account/login/ HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 100\n\nlogin="
    with ExitStack() as held:
        for _ in range(MOST):
            held.enter_context(closing(send(nginx, half)))
        with closing(send(nginx, half)) as one_more:
            assert one_more.recv(12) == b"HTTP/1.1 429"

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.full_disk import files_end_at
from webplatform.common.http.body_limits import SMALL_BYTES, BodyLimit
from webplatform.common.http.large_bodies import BodyRule

LARGE_BYTES = 2 * SMALL_BYTES


def rule_of(scope) -> BodyRule | None:
    return BodyRule(LARGE_BYTES) if scope["path"] == "/upload/" else None


async def echo_length(scope, receive, send) -> None:
    """Reads its body as Django does: a client that has gone gets no answer."""
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message["body"])
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(BodyLimit(echo_length, rule_of))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def pieces(total_bytes: int) -> AsyncIterator[bytes]:
    for _ in range(total_bytes // 1024**2):
        yield bytes(1024**2)


async def test_a_body_within_the_limit_passes_whole(client: httpx.AsyncClient):
    assert (await client.post("/form/", content=bytes(SMALL_BYTES))).text == str(SMALL_BYTES)


async def test_a_declared_length_over_the_limit_is_refused(client: httpx.AsyncClient):
    answer = await client.post("/form/", content=bytes(SMALL_BYTES + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.json()["details"] == {"limit_bytes": SMALL_BYTES}


async def test_a_body_without_a_declared_length_is_refused_on_the_way(client: httpx.AsyncClient):
    answer = await client.post("/form/", content=pieces(LARGE_BYTES))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_an_address_for_uploads_takes_more(client: httpx.AsyncClient):
    assert (await client.post("/upload/", content=pieces(LARGE_BYTES))).text == str(LARGE_BYTES)


async def test_a_length_that_is_no_number_is_counted_instead(client: httpx.AsyncClient):
    answer = await client.post("/form/", content=bytes(3), headers={"content-length": "many"})
    assert answer.text == "3"


def client_of(app, **options) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(BodyLimit(app, rule_of, **options))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_a_large_body_that_the_disk_cannot_hold_is_refused_unread():
    asked = []
    async with client_of(echo_length, has_room=lambda size_bytes: asked.append(size_bytes) or False) as client:
        answer = await client.post("/upload/", content=bytes(SMALL_BYTES + 1))
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert asked == [SMALL_BYTES + 1]


async def test_forms_pass_also_when_there_is_little_room():
    async with client_of(echo_length, has_room=lambda size_bytes: False) as client:
        assert (await client.post("/form/", content=b"abc")).text == "3"


async def test_a_disk_that_fills_up_while_a_body_is_received_is_507(tmp_path: Path):
    async def keep(scope, receive, send) -> None:
        with (tmp_path / "body").open("wb", buffering=0) as file:
            while True:
                file.write((await receive())["body"])

    async with client_of(keep) as client:
        with files_end_at(2 * 1024**2):
            answer = await client.post("/form/", content=pieces(SMALL_BYTES))
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")


async def test_another_error_of_the_system_is_not_answered_here():
    async def broken(scope, receive, send) -> None:
        raise ConnectionResetError(errno.ECONNRESET, "gone")

    async with client_of(broken) as client:
        with pytest.raises(ConnectionResetError):
            await client.post("/form/")


async def test_a_full_disk_after_the_answer_began_is_no_second_answer():
    async def late(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise OSError(errno.ENOSPC, "No space left on device")

    async with client_of(late) as client:
        with pytest.raises(OSError, match="No space"):
            await client.post("/form/")

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from webplatform.common.bodies import SMALL_BYTES, BodyLimit

LARGE_BYTES = 2 * SMALL_BYTES


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
    transport = httpx.ASGITransport(BodyLimit(echo_length, {"/upload/": LARGE_BYTES}))
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

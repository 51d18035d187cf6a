"""The media of a session: to whom, and in which pieces."""

import pytest
from django.test import AsyncClient
from django.urls import reverse

from tests.webplatform.analysis.conftest import MP4
from webplatform.analysis.ranges import Range, UnsatisfiableRange, parse_range

CONTENT = MP4 + bytes(range(256)) * 8


@pytest.fixture
def url(submit):
    return reverse("analysis:media", args=[submit(content=CONTENT).session_id])


def get(client, url, range_header=None, **headers):
    asked = {"Range": range_header} if range_header else {}
    answer = client.get(url, headers={**asked, **headers})
    return answer, b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_whole_file_with_safe_headers(client_of, owner, url):
    answer, body = get(client_of(owner), url)
    assert (answer.status_code, body) == (200, CONTENT)
    assert answer["Content-Type"] == "video/mp4"
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=100-", 100, None), ("bytes=-20", -20, None), ("bytes=0-99999", 0, None)],
)
def test_a_part_is_206_with_its_place(client_of, owner, url, asked, start, end):
    answer, body = get(client_of(owner), url, asked)
    assert (answer.status_code, body) == (206, CONTENT[start:end])
    first = start % len(CONTENT)
    assert answer["Content-Range"] == f"bytes {first}-{first + len(body) - 1}/{len(CONTENT)}"
    assert answer["Content-Length"] == str(len(body))


def test_who_has_the_file_is_not_sent_it_again(client_of, owner, url):
    tag = client_of(owner).get(url)["ETag"]
    again = client_of(owner).get(url, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)


def test_a_part_behind_the_end_is_416(client_of, owner, url):
    answer, _ = get(client_of(owner), url, "bytes=999999-")
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")


def test_a_part_of_another_file_is_answered_with_the_whole(client_of, owner, url):
    answer, _ = get(client_of(owner), url, "bytes=0-9", **{"If-Range": '"other"'})
    assert answer.status_code == 200
    same, _ = get(client_of(owner), url, "bytes=0-9", **{"If-Range": answer["ETag"]})
    assert same.status_code == 206


def test_head_sends_no_body(client_of, owner, url):
    answer = client_of(owner).head(url)
    assert (answer.status_code, answer["Content-Length"], answer.content) == (200, str(len(CONTENT)), b"")


def test_strangers_get_404_and_anonymous_must_sign_in(client_of, client, stranger, url):
    assert client_of(stranger).get(url).status_code == 404
    assert client.get(url).status_code == 302


def test_a_file_that_is_gone_is_404(client_of, owner, url, settings):
    next(settings.MEDIA_ROOT.rglob("media.mp4.sealed")).unlink()
    assert client_of(owner).get(url).status_code == 404


@pytest.mark.django_db(transaction=True)
async def test_an_asgi_server_streams_it_piece_by_piece(owner, url):
    client = AsyncClient()
    await client.aforce_login(owner)
    answer = await client.get(url, headers={"Range": "bytes=5-14"})
    assert answer.is_async
    assert b"".join([piece async for piece in answer.streaming_content]) == CONTENT[5:15]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", Range(0, 100, False)),
        ("bytes=-", Range(0, 100, False)),
        ("bytes=5-2", Range(0, 100, False)),
        ("bytes=0-1,5-6", Range(0, 100, False)),
        ("pages=0-1", Range(0, 100, False)),
        ("bytes=99-", Range(99, 1, True)),
        ("bytes=-500", Range(0, 100, True)),
        ("bytes=0-0", Range(0, 1, True)),
    ],
)
def test_a_range_header_means_one_range_or_the_whole(header, expected):
    assert parse_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_cannot_be_satisfied(header):
    with pytest.raises(UnsatisfiableRange):
        parse_range(header, 100)


def test_no_range_of_an_empty_file_can_be_satisfied():
    with pytest.raises(UnsatisfiableRange):
        parse_range("bytes=0-", 0)

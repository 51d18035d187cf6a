"""Who is asked before the first byte of a large body, by the application as it runs."""

import gc
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from channels.db import database_sync_to_async
from django.test import Client
from django.urls import URLResolver, get_resolver

from webplatform import asgi
from webplatform.accounts.models import User
from webplatform.accounts.services import create_token
from webplatform.analysis.models import MediaFile
from webplatform.common.http.body_limits import SMALL_BYTES
from webplatform.common.http.large_bodies import MULTIPART as FORMS
from webplatform.common.http.large_bodies import body_rule_of
from webplatform.history.models import Session

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # A thread of this test's own loop ends with its connection open; on PostgreSQL that is said aloud.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
MIB = 1024**2
MULTIPART = {"content-type": "multipart/form-data; boundary=x"}


@pytest.fixture
async def browser(monkeypatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setattr(asgi.settings, "ALLOWED_HOSTS", ["test"])
    transport = httpx.ASGITransport(asgi.application)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
        yield client
    gc.collect()  # here, where the filter above is, and not in a later test


class Body:
    """A body without a declared length that counts how much of it was taken."""

    def __init__(self, mib: int = 12) -> None:
        self.mib, self.taken = mib, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
        for _ in range(self.mib):
            self.taken += 1
            yield bytes(MIB)
        yield b"\r\n--x--\r\n"


def in_browser(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"sessionid": client.cookies["sessionid"].value}


@database_sync_to_async
def key_of(user: User, *scopes: str) -> dict[str, str]:
    return {**MULTIPART, "authorization": f"Token {create_token(user=user, name='x', scopes=scopes)[1]}"}


def addresses(patterns=None, before="/") -> Iterator[str]:
    """Every address of the platform, with something in the place of what varies."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield re.sub("<uuid:[a-z_]+>", str(UUID(int=1)), route)


LARGE = {
    address: rule
    for address in addresses()
    if (rule := body_rule_of({"method": "POST", "path": address})) and rule.limit_bytes > SMALL_BYTES
}
FORM_ADDRESSES = [address for address, rule in LARGE.items() if FORMS in rule.streams and "/uploads/" not in address]


def test_these_addresses_take_large_bodies_and_each_asks_who_sends_them():
    assert sorted(LARGE) == [
        "/api/v1/analyses/",
        "/api/v1/faces/",
        "/api/v1/uploads/",
        "/api/v1/uploads/00000000-0000-0000-0000-000000000001/",
        "/learning/datasets/new/",
        "/learning/models/new/",
        "/studies/00000000-0000-0000-0000-000000000001/films/",
        "/upload/",
    ]
    assert all(rule.require for rule in LARGE.values())


@pytest.mark.parametrize("address", FORM_ADDRESSES)
async def test_nobody_sends_a_large_body(browser, address):
    body = Body()
    answer = await browser.post(address, content=body, headers=MULTIPART)
    assert answer.status_code in (302, 401, 403)
    assert body.taken == 0


@pytest.mark.parametrize("address", ["/learning/datasets/new/", "/learning/models/new/"])
async def test_an_account_sends_no_data_set_and_no_model(browser, address, owner, consent):
    body = Body()
    browser.cookies.update(await database_sync_to_async(in_browser)(owner))
    assert (await browser.post(address, content=body, headers=MULTIPART)).status_code in (403, 404)
    assert body.taken == 0


async def test_a_token_that_may_only_read_sends_no_video(browser, owner, consent):
    body = Body()
    answer = await browser.post("/api/v1/analyses/", content=body, headers=await key_of(owner, "read"))
    assert (answer.status_code, body.taken) == (403, 0)


async def test_who_has_not_agreed_sends_no_video(browser, owner):
    body = Body()
    answer = await browser.post("/api/v1/analyses/", content=body, headers=await key_of(owner, "write"))
    assert (answer.json()["code"], body.taken) == ("consent_missing", 0)


async def test_who_has_no_room_left_sends_no_video(browser, owner, consent, study, settings, model_version):
    settings.RAUT_STORAGE_QUOTA_MB = 1
    await database_sync_to_async(_keep_a_video)(owner, study, consent)
    body = Body()
    answer = await browser.post("/api/v1/analyses/", content=body, headers=await key_of(owner, "write"))
    assert (answer.status_code, answer.json()["code"], body.taken) == (507, "quota_exceeded", 0)


def _keep_a_video(owner, study, consent) -> None:
    session = Session.objects.create(
        study=study, created_by=owner, consent=consent, title="Old", source="upload", state="closed", every_ms=200
    )
    MediaFile.objects.create(
        session=session, original_name="a.mp4", stored_name="media.mp4", content_type="video/mp4",
        size_bytes=2 * MIB, sha256="1" * 64,
    )  # fmt: skip


async def test_a_video_of_somebody_who_may_is_read(browser, owner, consent):
    body = Body()
    answer = await browser.post("/api/v1/analyses/", content=body, headers=await key_of(owner, "write"))
    assert (answer.status_code, body.taken) == (400, 12)  # zeros are no video


async def test_a_body_stops_where_the_disk_gets_full_on_the_way(browser, owner, consent, monkeypatch, settings):
    free = iter([10**10, 0, 0, 0, 0])
    monkeypatch.setattr(asgi, "free_bytes", lambda folder: next(free))
    body = Body(mib=40)
    answer = await browser.post("/api/v1/analyses/", content=body, headers=await key_of(owner, "write"))
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert body.taken < 20
    assert [file for file in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir() if file.suffix in (".body", ".upload")] == []


async def test_no_plain_copy_ever_lies_on_the_disk_while_a_body_is_received(browser, owner, consent, settings):
    folder, secret, seen = Path(settings.FILE_UPLOAD_TEMP_DIR), b"a face that nobody may see", []

    async def watched() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
        for _ in range(8):
            yield secret * (MIB // len(secret))
            files = [file.read_bytes() for file in folder.glob("*") if file.is_file()]
            seen.append((sum(map(len, files)), any(secret in content for content in files)))
        yield b"\r\n--x--\r\n"

    answer = await browser.post("/api/v1/analyses/", content=watched(), headers=await key_of(owner, "write"))
    assert answer.status_code == 400
    assert 6 * MIB < seen[-1][0] < 8.1 * MIB  # it did reach the disk, and once
    assert not any(plain for _, plain in seen)


async def test_a_form_without_script_uploads_as_much_as_a_program(browser, owner, consent):
    body = Body()
    browser.cookies.update(await database_sync_to_async(in_browser)(owner))
    browser.cookies["csrftoken"] = "a" * 32
    answer = await browser.post("/upload/", content=body, headers={**MULTIPART, "x-csrftoken": "a" * 32})
    assert (answer.status_code, body.taken) == (400, 12)  # zeros are no video


async def test_a_form_without_its_token_is_refused_before_its_file_is_taken(browser, owner, consent):
    body = Body()
    browser.cookies.update(await database_sync_to_async(in_browser)(owner))
    answer = await browser.post("/upload/", content=body, headers=MULTIPART)
    assert (answer.status_code, answer.headers["connection"]) == (403, "close")
    assert body.taken <= 1


async def test_who_goes_away_in_the_middle_leaves_nothing(owner, consent, settings, monkeypatch):
    monkeypatch.setattr(asgi.settings, "ALLOWED_HOSTS", ["test"])
    folder, sent = Path(settings.FILE_UPLOAD_TEMP_DIR), []
    parts = [part async for part in Body(mib=2)][:-1]
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]

    async def receive():
        if not messages:
            sent.append(len([file for file in folder.iterdir() if file.suffix == ".upload"]))
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    headers = {"host": "test", **await key_of(owner, "write")}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/analyses/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await asgi.application(scope, receive, sent.append)
    assert sent == [1]  # it was there, and nobody was answered
    assert [file for file in folder.iterdir() if file.suffix == ".upload"] == []

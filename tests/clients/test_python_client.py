"""What the Python client does without a server: errors, progress, and its notebook's state."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from raut_client import Conflict, Invalid, NotAllowed, Raut, RautError, TooManyRequests, Unreachable, operations
from raut_client.errors import require_success

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "notebooks" / "interview.ipynb"


def test_the_notebook_is_stored_without_what_it_printed():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells if cell["cell_type"] == "code")


@pytest.mark.parametrize(
    ("status", "told", "kind", "message"),
    [
        (400, {"code": "invalid", "message": "Wrong.", "details": {"file": ["None."]}}, Invalid, "Wrong. file: None."),
        (400, {"type": "about:blank", "title": "Bad", "detail": "Wrong.", "code": "invalid"}, Invalid, "Wrong."),
        (403, {"code": "consent_missing", "message": "Agree first."}, NotAllowed, "Agree first."),
        (409, {"code": "conflict", "message": "Not yet."}, Conflict, "Not yet."),
        (429, {"code": "too_many_attempts", "message": "Slowly."}, TooManyRequests, "Slowly."),
        (502, "<html>", RautError, "The server answered 502."),
    ],
)
def test_every_refusal_has_a_class_and_says_why(status, told, kind, message):
    answer = httpx.Response(status, json=told, headers={"Retry-After": "7"})
    with pytest.raises(kind, match=f"^{re.escape(message)}$") as raised:
        require_success(answer)
    assert raised.value.status == status
    assert raised.value.code == (told["code"] if isinstance(told, dict) else "")
    if isinstance(raised.value, TooManyRequests):
        assert raised.value.retry_after_s == 7


def test_a_server_that_is_away_is_unreachable():
    with Raut("http://127.0.0.1:1", "raut_x") as raut, pytest.raises(Unreachable, match="does not answer"):
        raut.session("1")


class Tus(httpx.BaseTransport):
    """A server of uploads whose network fails at every second part, once before it came and once behind."""

    def __init__(self) -> None:
        self.stored, self.parts, self.metadata = b"", 0, ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {"Upload-Offset": str(len(self.stored)), "Tus-Resumable": "1.0.0"}
        if request.method == "POST":
            self.metadata = request.headers["Upload-Metadata"]
            return httpx.Response(201, headers={**headers, "Location": "/api/v1/uploads/one/"})
        if request.method == "PATCH":
            self.parts += 1
            if self.parts % 4 == 2:
                raise httpx.ReadError("lost before it came")
            if int(request.headers["Upload-Offset"]) != len(self.stored):
                return httpx.Response(409, json={"code": "offset_mismatch", "message": "Not there."}, headers=headers)
            self.stored += request.content
            if self.parts % 4 == 0:
                raise httpx.ReadError("the answer was lost")
        if request.url.path.endswith("/analyses/job/"):
            return httpx.Response(200, json={"id": "job", "status": "queued", "progress": 0.0, "session": "s"})
        return httpx.Response(204, headers={**headers, "Upload-Offset": str(len(self.stored)), "Raut-Job": "job"})


def test_an_upload_goes_on_after_a_lost_connection_and_tells_how_far_it_is(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(operations, "PART_BYTES", 3)
    monkeypatch.setattr(operations, "RESUME_AFTER_S", (0, 0))
    (tmp_path / "a.mp4").write_bytes(b"0123456789abcdef")
    server, shares = Tus(), []
    with Raut("http://raut.test", "raut_x") as raut:
        raut._http = httpx.Client(base_url="http://raut.test/api/v1", transport=server)
        job = raut.upload(tmp_path / "a.mp4", title="Walk", again=True, on_progress=shares.append)
    assert (job.id, server.stored) == ("job", b"0123456789abcdef")
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert "filename YS5tcDQ=" in server.metadata
    assert "title V2Fsaw==" in server.metadata


def test_a_duplicate_at_the_end_of_an_upload_is_a_conflict():
    told = {"code": "conflict", "message": "There already.", "details": {"session_url": "/sessions/1/"}}
    with pytest.raises(Conflict) as raised:
        require_success(httpx.Response(422, json=told))
    assert raised.value.details["session_url"] == "/sessions/1/"

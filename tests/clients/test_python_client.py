"""What the Python client does without a server: errors, progress, and its notebook's state."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from raut_client import Conflict, Invalid, NotAllowed, Raut, RautError, TooManyRequests, Unreachable
from raut_client.errors import require_success
from raut_client.progress import Counted

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


def test_an_upload_tells_how_far_it_is(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"x" * 10)
    shares: list[float] = []
    with (tmp_path / "a").open("rb") as file:
        counted = Counted(file, 10, shares.append)
        while counted.read(4):
            pass
    assert shares == [0.4, 0.8, 1.0]

"""The question to PyPI about known vulnerabilities: it fails for one, and says loudly where nobody answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

SPEC = spec_from_file_location("audit", Path(__file__).resolve().parent.parent / ".ci" / "audit.py")
audit = module_from_spec(SPEC)
SPEC.loader.exec_module(audit)

HOLE = {"id": "PYSEC-1", "summary": "reads any file", "fixed_in": ["2.0"], "withdrawn": None}
KNOWN = {
    "/safe/1.0/json": {"vulnerabilities": []},
    "/holed/1.0/json": {"vulnerabilities": [HOLE]},
    "/withdrawn/1.0/json": {"vulnerabilities": [{**HOLE, "withdrawn": "2026-01-01"}]},
    "/silent/1.0/json": {"info": {}},
}


class Index(BaseHTTPRequestHandler):
    """Answers like PyPI."""

    def do_GET(self) -> None:
        found = KNOWN.get(self.path)
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(json.dumps(found or {}).encode())

    def log_message(self, *words: object) -> None:
        """Nothing."""


@pytest.fixture
def index() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_known_vulnerability_fails_and_names_what_mends_it(index, capsys):
    assert audit.audit([("safe", "1.0"), ("holed", "1.0")], index=index) == 1
    assert "VULNERABLE: holed 1.0: PYSEC-1, fixed in 2.0" in capsys.readouterr().out


def test_without_one_all_is_well_and_what_was_withdrawn_counts_for_nothing(index, capsys):
    assert audit.audit([("safe", "1.0"), ("withdrawn", "1.0")], index=index) == 0
    assert "2 packages checked: 0 known vulnerabilities" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["silent", "unknown"])
def test_where_nobody_answers_it_says_so_and_does_not_fail(index, capsys, name):
    assert audit.audit([("safe", "1.0"), (name, "1.0"), ("holed", "1.0")], index=index) == 0
    assert "NOT CHECKED: 2 of 3 packages" in capsys.readouterr().out

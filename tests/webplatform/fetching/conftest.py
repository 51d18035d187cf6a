"""Addresses to fetch from, on this machine, and whoever asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.webplatform.analysis.conftest import MP4, sent  # noqa: F401  (a fixture)
from tests.webplatform.fetching.file_server import FileServer, serving
from webplatform.fetching import tasks

CONTENT = MP4 + b"a face, plain to see " * 15_000


@pytest.fixture
def files(settings) -> Iterator[FileServer]:
    """A server of this machine, which the settings name."""
    settings.RAUT_FETCH_HOSTS, settings.RAUT_FETCH_HTTP, settings.RAUT_FETCH_PRIVATE = ["127.0.0.1"], True, True
    with serving() as running:
        running.content = CONTENT
        yield running


@pytest.fixture
def api(api_of, owner, consent, sent, monkeypatch):  # noqa: F811
    monkeypatch.setattr(tasks, "fetch", SimpleNamespace(delay=lambda: None))
    return api_of(owner)

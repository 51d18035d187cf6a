"""Whole stories on real processes; what these logged is shown when a story fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import clips
from tests.otlp import Receiver, started_receiver
from tests.whole_platform import Platform, started_platform


@pytest.fixture(scope="package")
def traces() -> Iterator[Receiver]:
    """What the platform's processes tell of what they do."""
    with started_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory, django_db_blocker, traces: Receiver) -> Iterator[Platform]:
    """One platform for all stories, with two web servers behind one address: each story brings its own person.

    Do not mix it with the `db` fixtures: it has a database of its own.
    """
    folder = tmp_path_factory.mktemp("platform")
    env = {"WEB_CONCURRENCY": "2", "OTEL_EXPORTER_OTLP_ENDPOINT": traces.url, "OTEL_BSP_SCHEDULE_DELAY": "500"}
    # Webhooks go to this machine and videos are fetched from it, as docs/api.md says that a reader has to allow.
    env |= {"RAUT_WEBHOOK_HTTP": "1", "RAUT_WEBHOOK_PRIVATE": "1"}
    env |= {"RAUT_FETCH_HOSTS": "127.0.0.1", "RAUT_FETCH_HTTP": "1", "RAUT_FETCH_PRIVATE": "1"}
    with django_db_blocker.unblock(), started_platform(folder, **env) as platform:
        yield platform


@pytest.fixture(autouse=True)
def _own_media_folder() -> Iterator[None]:
    """Stories keep their files where their platform does, not where `tests/conftest.py` would put them."""
    yield


@pytest.fixture(scope="package")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute and a half of one moving face: long enough to be disturbed."""
    path, quickly = tmp_path_factory.mktemp("clips") / "long.mp4", {"preset": "ultrafast"}
    return clips.write_clip(path, clips.moving_face(2250), options=quickly)


@pytest.fixture(scope="package")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.write_clip(tmp_path_factory.mktemp("clips") / "short.mp4", clips.moving_face(75))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    running = getattr(item, "funcargs", {}).get("platform")
    report = outcome.get_result()
    if report.failed and isinstance(running, Platform):
        report.sections.append(("platform", running.supervisor.logs()))

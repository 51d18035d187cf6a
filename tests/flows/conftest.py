"""Whole stories on real processes; what these logged is shown when a story fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.whole_platform import Platform, platform

__all__ = ["platform"]


@pytest.fixture(autouse=True)
def _own_media_folder() -> Iterator[None]:
    """Stories keep their files where their platform does, not where `tests/conftest.py` would put them."""
    yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    running = getattr(item, "funcargs", {}).get("platform")
    report = outcome.get_result()
    if report.failed and isinstance(running, Platform):
        report.sections.append(("platform", running.supervisor.logs()))

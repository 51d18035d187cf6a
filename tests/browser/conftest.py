"""Real Chromium before a running platform. Whatever a page complains about in its console fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.seeds import Seeds
from tests.browser.visitor import Visitor
from tests.clips import moving_face, write_clip
from tests.left_out import chromium
from tests.whole_platform import Person, Platform, started_platform

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


FOLDER = Path(__file__).parent
LONGEST = ("test_every_page.py", "test_learning.py", "test_study.py")  # minutes: begun last, they would end alone


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in this folder drives the browser, and runs last, the longest first."""
    for item in items:
        if item.path.is_relative_to(FOLDER):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.path.is_relative_to(FOLDER) and 1 + (item.path.name not in LONGEST))


@pytest.fixture(autouse=True)
def _own_media_folder() -> Iterator[None]:
    """The platform keeps its files; nothing is put elsewhere."""
    yield


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory, django_db_blocker) -> Iterator[Platform]:
    """One platform for all tests in the browser, which run last: each test brings its own person."""
    with django_db_blocker.unblock(), started_platform(tmp_path_factory.mktemp("platform")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests. Its driver runs an event loop in this thread, which Django would take for async."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            yield started
            started.close()


@pytest.fixture
def visit(browser: Browser, platform: Platform) -> Iterator[Callable[..., Visitor]]:
    """`visit(person=None, **context)`: a window of its own, signed in as the person; at the end nothing was amiss."""
    visitors: list[Visitor] = []

    def open_window(person: Person | None = None, **context: object) -> Visitor:
        visitors.append(Visitor(browser.new_context(base_url=platform.url, **context)))
        if person:
            visitors[-1].enter(person, platform.url)
        return visitors[-1]

    yield open_window
    for visitor in visitors:
        visitor.context.close()
    assert [problem for visitor in visitors for problem in visitor.problems] == []


@pytest.fixture
def seeds(platform: Platform) -> Seeds:
    """Sessions that are there without having been analysed, for what the page does with them."""
    return Seeds(platform)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of a real face that moves, as H.264."""
    return write_clip(tmp_path_factory.mktemp("clips") / "walk.mp4", moving_face(100))

"""The live page in real Chromium, with a camera that shows a real face and never gets tired."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest
from playwright.sync_api import Browser, expect
from websockets.sync.client import connect

from tests.browser.conftest import ARGUMENTS
from tests.browser.visitor import Visitor
from tests.clips import moving_face
from tests.left_out import chromium
from tests.web_process import web_process
from tests.whole_platform import Person, Platform
from webplatform.consent.services import withdraw_consent
from webplatform.history.models import Session

CAMERA = ["--use-fake-device-for-media-stream"]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of a moving face as the fake camera wants them; it plays them again and again."""
    file = tmp_path_factory.mktemp("camera") / "face.mjpeg"
    file.write_bytes(b"".join(cv2.imencode(".jpg", frame)[1].tobytes() for frame in moving_face(80)))
    return file


@pytest.fixture(scope="module")
def camera_browser(browser: Browser, film: Path) -> Iterator[Browser]:
    flags = [*ARGUMENTS, *CAMERA, "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    started = browser.browser_type.launch(executable_path=chromium(), args=flags)
    yield started
    started.close()


@pytest.fixture
def sit_down(camera_browser: Browser, platform: Platform) -> Iterator[Callable[..., Visitor]]:
    """`sit_down(person)`: a window before the camera, signed in and on the live page."""
    visitors: list[Visitor] = []

    def open_window(person: Person, **context: object) -> Visitor:
        visitors.append(Visitor(camera_browser.new_context(base_url=platform.url, **context)))
        visitors[-1].sign_in(person.email, person.password)
        visitors[-1].page.goto("/live/")
        return visitors[-1]

    yield open_window
    for visitor in visitors:
        visitor.context.close()
    assert [problem for visitor in visitors for problem in visitor.problems] == []


def start(visitor: Visitor, title: str = "") -> None:
    page = visitor.page
    page.get_by_role("button", name="Turn the camera on").click()
    expect(page.locator("[data-check=face]")).to_have_attribute("data-state", "good")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Everybody agrees: start").click()
    expect(page.locator("[data-track='1'] [data-verdict]")).not_to_be_empty()


def start_and_lose_network(visitor: Visitor) -> None:
    visitor.expect("WebSocket connection", "ERR_", "Failed to load resource")
    start(visitor)
    visitor.context.set_offline(True)
    expect(visitor.page.locator("#connection")).to_have_attribute("data-state", "bad")


def stop(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Stop and see the result").click()
    visitor.page.wait_for_url("**/sessions/**")


def test_a_live_session_from_the_consent_to_its_history(platform, sit_down):
    person = platform.create_user(has_agreed=False)
    visitor = sit_down(person)
    page = visitor.page
    page.get_by_role("button", name="It is me: read and agree").click()  # nothing before the agreement
    expect(page).to_have_url(re.compile("/consent/"))
    page.get_by_role("checkbox").first.check()
    page.locator("main").get_by_role("button", name="Give consent").click()
    expect(page).to_have_url(re.compile("/live/$"))
    start(visitor, "Interview with a marker")
    assert "is on" in page.locator("#running-title").inner_text()
    page.get_by_label("Marker", exact=True).fill("question 3 asked")
    page.get_by_role("button", name="Add marker").click()
    expect(page.locator("#markers li")).to_contain_text("question 3 asked")
    expect(page.locator("#latency")).to_have_text(re.compile("ms$"))
    pixels, colors = visitor.drawn("#stage-canvas")
    assert pixels > 50_000
    assert colors > 1_000  # the analysed picture, not a blank
    page.wait_for_timeout(2500)
    stop(visitor)
    expect(page.get_by_role("heading", level=1)).to_have_text("Interview with a marker")
    visitor.await_timeline()
    expect(page.locator("#marker-list")).to_contain_text("question 3 asked")
    expect(page.locator(".marker-line").first).to_contain_text("question 3 asked")
    expect(page.locator("#live-lines")).to_contain_text("from capture to answer")
    session = Session.objects.get(pk=page.url.rstrip("/").split("/")[-1])
    statistics = session.live_statistics
    assert session.state == "closed"
    assert session.frames_scored > 10
    assert statistics["answered"] == session.frames_sampled == statistics["round_trip_ms"]["n"]
    assert not session.folder.exists()  # no picture was kept


def test_a_lost_network_and_a_restarted_server_leave_one_session_with_a_gap(platform, sit_down):
    visitor = sit_down(platform.create_user())
    page = visitor.page
    start_and_lose_network(visitor)
    visitor.context.set_offline(False)
    expect(page.locator("#connection")).to_have_attribute("data-state", "good")
    page.wait_for_timeout(2500)  # so that the server has stored something
    platform.stop("web")
    expect(page.locator("#connection")).to_have_attribute("data-state", "bad")
    platform.start("web")
    expect(page.locator("#connection")).to_have_attribute("data-state", "good", timeout=25_000)
    page.wait_for_timeout(1500)
    stop(visitor)
    session = Session.objects.get(pk=page.url.rstrip("/").split("/")[-1])
    assert session.live_statistics["resumed"] >= 2
    times = list(session.observations.order_by("t_ms").values_list("t_ms", flat=True))
    assert max(later - earlier for earlier, later in itertools.pairwise(times)) > 1000
    assert session.tracks.count() >= 2


def test_a_server_without_room_is_asked_again_and_says_at_last_that_there_is_none(platform, camera_browser, tmp_path):
    """A script sees no status of a handshake, so the last try asks for words."""
    person, other = platform.create_user(), platform.create_user()
    with web_process(platform, tmp_path / "web.log", places=1) as process:
        visitor = Visitor(camera_browser.new_context(base_url=process.url))
        visitor.expect("WebSocket connection")
        visitor.enter(person, process.url)
        page = visitor.page
        page.goto("/live/")
        page.get_by_role("button", name="Turn the camera on").click()
        expect(page.locator("[data-check=face]")).to_have_attribute("data-state", "good")
        by = {"Authorization": other.api.headers["Authorization"]}
        with connect(f"{process.url.replace('http', 'ws', 1)}/ws/live/", additional_headers=by, proxy=None):
            page.get_by_role("button", name="Everybody agrees: start").click()
            full = "The server watches as many cameras as it can. Try again later."
            expect(page.locator("#over-text")).to_have_text(full)
        page.goto("/live/")
        start(visitor, "There is room again")
        stop(visitor)
        visitor.context.close()
        assert visitor.problems == []


def test_stopping_without_a_network_says_what_became_of_the_session(platform, sit_down):
    visitor = sit_down(platform.create_user())
    page = visitor.page
    start_and_lose_network(visitor)
    page.get_by_role("button", name="Stop and see the result").click()
    expect(page.locator("#over-text")).to_have_text("The connection was lost. What was recorded until then is kept.")


def test_withdrawn_consent_ends_the_session_and_says_why(platform, sit_down):
    person = platform.create_user()
    visitor = sit_down(person)
    start(visitor)
    withdraw_consent(of=person.user)
    expect(visitor.page.locator("#over-text")).to_have_text("The consent was withdrawn.", timeout=5_000)


def test_pausing_and_going_on(platform, sit_down):
    visitor = sit_down(platform.create_user())
    page = visitor.page
    start(visitor)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(500)
    before = page.locator("#rate").inner_text
    expect(page.locator("#rate")).to_have_text("0 a second", timeout=10_000)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#rate")).not_to_have_text("0 a second")
    assert before() != "0 a second"
    stop(visitor)


def test_a_denied_camera_is_explained(platform, browser, visit):
    visitor = visit(platform.create_user())
    visitor.page.goto("/live/")
    visitor.page.get_by_role("button", name="Turn the camera on").click()
    problem = visitor.page.locator("#problem")
    expect(problem).to_be_visible()
    assert re.search("camera", problem.inner_text())
    assert visitor.page.get_by_role("button", name="Everybody agrees: start").is_disabled()


def test_on_a_phone_nothing_is_wider_than_the_screen(platform, sit_down):
    visitor = sit_down(platform.create_user(), viewport={"width": 375, "height": 700}, is_mobile=True)
    start(visitor)
    width = visitor.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 375
    stop(visitor)


def test_another_tab_is_told_of_the_running_session(platform, sit_down):
    visitor = sit_down(platform.create_user())
    start(visitor)
    other = visitor.context.new_page()
    other.goto("/live/")
    expect(other.locator("#notice")).to_contain_text("Another tab")
    other.close()
    stop(visitor)

"""A participant with a phone sees a study's films; the sessions have the films' times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import ARGUMENTS
from tests.browser.test_keyboard_and_phone import IS_WIDER, PHONE
from tests.browser.test_live import CAMERA, film
from tests.browser.visitor import Visitor
from tests.clips import blank, write_clip
from tests.left_out import chromium
from tests.whole_platform import Platform
from webplatform.history.models import Session

__all__ = ["film"]  # what the fake camera shows
STUDY = {"name": "Laughter", "purpose": "How jokes land", "setting": "research", "contact": "Dr Dewi"}
FILM_MS = 2000
SLACK_MS = 500


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a film that browsers play."""
    return write_clip(tmp_path_factory.mktemp("films") / "cat.mp4", blank(50))


@pytest.fixture
def phone(browser: Browser, film: Path, platform: Platform) -> Iterator[Visitor]:
    """A phone whose camera shows a face."""
    flags = [*ARGUMENTS, *CAMERA, "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    started = browser.browser_type.launch(executable_path=chromium(), args=flags)
    visitor = Visitor(started.new_context(base_url=platform.url, **PHONE))
    yield visitor
    started.close()
    assert visitor.problems == []


def prepare(
    visit: Callable[..., Visitor], platform: Platform, films: dict[str, Path], *, shows_scores: bool = False
) -> str:
    """The link of a participant in a study with these films, which its owner added on the page."""
    person = platform.create_user()
    study = person.api.post("/api/v1/studies/", json=STUDY | {"languages": ["en"], "capture_mode": "readings"}).json()
    owner = visit(person, **PHONE).page
    owner.goto(f"/studies/{study['id']}/films/")
    for title, file in films.items():
        owner.get_by_label("Video").set_input_files(file)
        owner.get_by_label("Title").fill(title)
        owner.get_by_role("button", name="Add the film").click()
        expect(owner.get_by_role("link", name=title)).to_be_visible()
    assert not owner.evaluate(IS_WIDER)
    if shows_scores:
        owner.get_by_label("Participants see their own scores").check()
        owner.get_by_role("button", name="Save").click()
        expect(owner.get_by_text("Saved.")).to_be_visible()
    blue = person.api.post(f"/api/v1/studies/{study['id']}/participants/", json={"pseudonym": "Blue"}).json()
    return person.api.post(f"/api/v1/participants/{blue['id']}/links/", json={}).json()["address"]


def agree_and_start(phone: Visitor, address: str, *, button: str = "Start the film") -> None:
    page = phone.page
    page.goto("/p/" + address.rstrip("/").rsplit("/", 1)[1] + "/")
    expect(page.get_by_text("keep the video")).to_have_count(0)  # no video is kept in this study
    assert not page.evaluate(IS_WIDER)
    page.get_by_label("analyse my facial expression").check()
    way_px = bottom_of(page.get_by_role("button", name="Give consent"))
    page.get_by_role("button", name="Give consent").click()
    page.wait_for_url("**/p/live/")
    assert not page.evaluate(IS_WIDER)
    page.get_by_role("button", name="Turn the camera on").click()
    expect(page.locator("[data-check=face]")).to_have_attribute("data-state", "good")
    way_px += bottom_of(page.get_by_role("button", name=button, exact=True))
    assert way_px <= 3 * PHONE["viewport"]["height"], "from the link to the start are three screens"
    expect(page.locator("a[href$='/withdraw/']")).to_have_count(0)  # not beside the start
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#running-title")).to_be_focused()


def bottom_of(button: Locator) -> float:
    return button.evaluate("button => button.getBoundingClientRect().bottom + scrollY")


def times_of(title: str, study_name: str = STUDY["name"]) -> list[int]:
    session = Session.objects.filter(stimulus__title=title, study__name=study_name).latest("created_at")
    assert session.state == "closed"
    return list(session.observations.order_by("t_ms").values_list("t_ms", flat=True).distinct())


def place_of(page: Page) -> float:
    return page.locator("#film").evaluate("film => film.currentTime")


def await_place(page: Page, place_s: float) -> None:
    for _try in range(100):
        if place_of(page) > place_s:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"The film did not reach {place_s} s.")


def test_two_films_from_the_link_to_the_thank_you(visit, platform: Platform, phone: Visitor, shown: Path):
    address = prepare(visit, platform, {"Cat": shown, "Dog": shown})
    agree_and_start(phone, address)
    page = phone.page
    assert page.locator("#faces").count() == 0  # no scores
    assert not page.evaluate(IS_WIDER)
    expect(page.locator("#between-title")).to_be_focused()
    expect(page.locator("#left")).to_have_text("One more film is left.")
    page.get_by_role("button", name="Start the next film").press("Enter")
    page.wait_for_url("**/p/thanks/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    expect(page.locator("main")).to_contain_text("Cat")
    expect(page.locator("main")).to_contain_text("kept until")
    assert not page.evaluate(IS_WIDER)
    for title in ("Cat", "Dog"):
        times = times_of(title)
        assert len(times) > 5
        assert times[0] < SLACK_MS
        assert FILM_MS - SLACK_MS < times[-1] <= FILM_MS + SLACK_MS
    page.goto("/p/live/")  # both were seen
    assert page.url.endswith("/p/thanks/")


def test_the_film_waits_where_it_is_paused_and_while_the_network_is_lost(
    visit, platform: Platform, phone: Visitor, tmp_path: Path
):
    long_ms = 6000
    address = prepare(visit, platform, {"Waves": write_clip(tmp_path / "waves.mp4", blank(150))})
    phone.expect("WebSocket connection", "ERR_", "Failed to load resource")
    agree_and_start(phone, address)
    page = phone.page
    page.get_by_role("button", name="Pause").click()
    before = place_of(page)
    page.wait_for_timeout(1000)
    assert place_of(page) == before
    page.get_by_role("button", name="Go on").click()
    await_place(page, before + 0.5)
    phone.context.set_offline(True)
    expect(page.locator("#connection")).to_be_visible()
    before = place_of(page)
    page.wait_for_timeout(1000)
    assert place_of(page) == before
    phone.context.set_offline(False)
    page.wait_for_url("**/p/thanks/")
    times = times_of("Waves")
    assert long_ms - SLACK_MS < times[-1] <= long_ms + SLACK_MS
    assert len(times) > long_ms / 1000


def test_without_a_film_the_page_is_as_plain_and_shows_scores_where_the_study_says_so(
    visit, platform: Platform, phone: Visitor
):
    agree_and_start(phone, prepare(visit, platform, {}, shows_scores=True), button="Start")
    page = phone.page
    assert page.locator("#film").count() == 0
    expect(page.locator("[data-track='1'] [data-verdict]")).not_to_be_empty()
    assert not page.evaluate(IS_WIDER)
    page.get_by_role("button", name="Stop here").click()
    page.wait_for_url("**/p/thanks/")
    expect(page.get_by_role("button", name="Start another one")).to_be_visible()

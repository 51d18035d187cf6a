"""From an address nobody knows yet to a deleted session: what a first visitor does, in one sitting."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

EMOTIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
PASSWORD = "a long walk in the rain"
ANALYSED_MS = 120_000


def sign_up(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="Sign up").click()
    page.get_by_label("Email").fill(email)
    page.locator("input[name=password1]").fill(PASSWORD)
    page.locator("input[name=password2]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/")


def agree(page: Page) -> None:
    page.goto("/upload/")
    page.get_by_role("button", name="It is me: read and agree").click()
    page.wait_for_url("**/consent/**")
    page.get_by_label("I have read this and I agree.").check()
    page.get_by_label("keep the video").check()
    page.get_by_role("button", name="Give consent").click()
    page.wait_for_url("**/upload/")


def upload(page: Page, clip: Path) -> None:
    """Choose a file, and wait until its line on the upload page leads to the session."""
    page.locator("#files").set_input_files(clip)
    line = page.locator("#queue-list li").filter(has_text=clip.name)
    expect(line.get_by_role("progressbar")).to_be_visible()
    line.get_by_role("button", name="See the session").click(timeout=ANALYSED_MS)
    page.wait_for_url("**/sessions/**")


def test_a_first_visitor_signs_up_uploads_reads_and_deletes(visit: Callable[..., Visitor], clip: Path):
    visitor = visit()
    page = visitor.page
    sign_up(page, "first@example.org")
    agree(page)
    upload(page, clip)
    visitor.await_timeline()
    session_id = page.url.rstrip("/").rsplit("/", 1)[-1]

    told = visitor.answers(f"/sessions/{session_id}/")
    assert told["state"] == "closed"
    assert told["frames"]["scored"] > 0
    assert sum(told["tracks"][0]["mean"].values()) == pytest.approx(1.0, abs=0.001)
    check_page_shows(visitor, told)
    check_boxes_follow_the_video(visitor)
    check_csv(visitor, told)

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete for good").click()
    page.wait_for_url("**/")
    assert visitor.answers("/sessions/")["results"] == []


def check_page_shows(visitor: Visitor, told: dict) -> None:
    """The numbers of the API stand on the page, and the chart has areas in several colours."""
    rows = visitor.page.locator("#accounting tr")
    expect(rows.filter(has_text="Frames looked at")).to_contain_text(str(told["frames"]["sampled"]))
    expect(rows.filter(has_text="with a scored face")).to_contain_text(str(told["frames"]["scored"]))
    lines = visitor.page.locator("[data-face='1'] .emotions tbody tr")
    for place, emotion in enumerate(EMOTIONS):
        mean = 100 * told["tracks"][0]["mean"][emotion]
        expect(lines.nth(place).locator("td").last).to_have_text(f"{mean:.1f} %")
    pixels, colors = visitor.drawn("[data-face='1'] .u-wrap canvas")
    assert pixels > 5000
    assert colors > 5


def check_boxes_follow_the_video(visitor: Visitor) -> None:
    """The video plays, and there is a box over it while the face is there."""
    page = visitor.page
    page.wait_for_function("() => document.getElementById('video').readyState >= 2")
    page.locator("[data-face='1'] [data-plot]").press("k")
    page.wait_for_function("() => document.getElementById('video').currentTime > 1")
    assert visitor.drawn("#boxes")[0] > 500
    page.locator("[data-face='1'] [data-plot]").press("k")
    page.wait_for_function("() => document.getElementById('video').paused")


def check_csv(visitor: Visitor, told: dict) -> None:
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="CSV").click()
    table = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    assert len(table) == sum(track["observations"] for track in told["tracks"])
    assert sum(float(table[0][emotion] or 0) for emotion in EMOTIONS) == pytest.approx(1.0, abs=0.001)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")])
def test_the_first_page_fits_the_screen_and_shows_its_picture(visit: Callable[..., Visitor], width: int, scheme: str):
    page = visit(viewport={"width": width, "height": 844}, color_scheme=scheme).page
    page.goto("/", wait_until="networkidle")
    picture = page.get_by_role("img", name="A session’s page")
    assert picture.evaluate("image => image.naturalWidth") == 1344
    assert f"session-{scheme}" in picture.evaluate("image => image.currentSrc")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".welcome .points").evaluate("list => list.getBoundingClientRect().bottom") <= 844

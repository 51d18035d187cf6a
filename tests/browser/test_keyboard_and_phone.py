"""A phone and a keyboard: every page fits, can be reached and obeyed without a pointer, and keeps the strict policy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor
from tests.whole_platform import Platform

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
IS_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PUBLIC = ["/account/login/", "/account/signup/", "/account/password/reset/"]
PAGES = ["/", "/upload/", "/studies/", "/studies/new/", "/consent/", "/account/", "/account/tokens/"]
PAGES += ["/account/password/change/", "/api/docs/"]


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}.")


def test_the_session_page_is_used_by_keyboard_alone(
    visit: Callable[..., Visitor], platform: Platform, seeds, clip: Path
):
    person = platform.create_user()
    session = seeds.session(person, seconds=24, media=clip)
    visitor = visit(person)
    page = visitor.open_session(session.pk)
    tab_to(page, "#video")
    tab_to(page, "button[data-mode=lines]")
    page.keyboard.press("Enter")
    expect(page.locator("button[data-mode=lines]")).to_have_attribute("aria-pressed", "true")
    tab_to(page, "[data-emotion=happy]")
    page.keyboard.press("Space")
    expect(page.locator("[data-emotion=happy]")).to_have_attribute("aria-pressed", "false")
    tab_to(page, "[data-face='1'] [data-plot]")
    page.keyboard.press("l")
    expect(page.locator("#now")).to_have_text("0:04.0")  # the clip's end: it is shorter than the seeded session
    page.keyboard.press("+")
    expect(page.locator("[data-span=all]")).to_have_attribute("aria-pressed", "false")
    tab_to(page, "[data-seek]")
    page.keyboard.press("Enter")
    tab_to(page, "[data-table] > summary")
    page.keyboard.press("Enter")
    expect(page.locator("[data-table] tbody tr").first).to_be_visible()


def test_no_page_is_wider_than_a_phone_or_breaks_the_policy(
    visit: Callable[..., Visitor], platform: Platform, seeds, clip: Path
):
    person = platform.create_user()
    session = seeds.session(person, seconds=24, faces=4, media=clip)
    nobody, visitor = visit(**PHONE), visit(person, **PHONE)
    wider = []
    for path in PUBLIC:
        nobody.page.goto(path, wait_until="networkidle")
        wider += [path] if nobody.page.evaluate(IS_WIDER) else []
    for path in [*PAGES, f"/sessions/{session.pk}/", f"/sessions/{session.pk}/delete/"]:
        visitor.page.goto(path, wait_until="networkidle")
        wider += [path] if visitor.page.evaluate(IS_WIDER) else []
    assert wider == []


def test_the_video_stays_in_sight_on_a_phone(visit: Callable[..., Visitor], platform: Platform, seeds, clip: Path):
    person = platform.create_user()
    session = seeds.session(person, faces=2, media=clip)
    page = visit(person, **PHONE).open_session(session.pk)
    page.locator("[data-face='2'] .moments").scroll_into_view_if_needed()
    expect(page.locator("#video")).to_be_in_viewport()


def test_a_tap_on_the_timeline_moves_the_video(visit: Callable[..., Visitor], platform: Platform, seeds, clip: Path):
    person = platform.create_user()
    session = seeds.session(person, seconds=4, media=clip)
    visitor = visit(person, **PHONE)
    page = visitor.open_session(session.pk)
    box = page.locator("[data-face='1'] .u-over").bounding_box()
    page.locator("[data-face='1'] .u-over").tap(position={"x": box["width"] / 2, "y": 40})
    expect(page.locator("#now")).to_have_text("0:02.0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_timeline_is_drawn_in_the_devices_colours(
    visit: Callable[..., Visitor], platform: Platform, seeds, scheme: str
):
    person = platform.create_user()
    session = seeds.session(person, seconds=24)
    visitor = visit(person, color_scheme=scheme)
    visitor.open_session(session.pk)
    pixels, colors = visitor.drawn("[data-face='1'] .u-wrap canvas")
    assert pixels > 20_000
    assert colors > 7

"""Marking while a video plays, by key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.seeds import Seeds
from tests.browser.visitor import Visitor
from tests.whole_platform import Platform
from webplatform.history.faces import people_of
from webplatform.history.models import Session


def test_a_marker_and_a_segment_are_noted_by_key(
    visit: Callable[..., Visitor], platform: Platform, seeds: Seeds, clip: Path
):
    person = platform.create_user()
    session = seeds.session(person, seconds=24, media=clip)
    page = visit(person).open_session(session.pk)
    plot = page.locator("[data-plot]").first
    plot.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("m")
    expect(page.locator("#mark-text")).to_be_focused()
    page.keyboard.type("joke")
    page.keyboard.press("Enter")
    expect(page.locator("#marker-list")).to_contain_text("0:00.200 joke")
    expect(page.locator(".marker-line")).to_have_text("joke")
    plot.focus()
    page.keyboard.press("i")
    page.keyboard.press("l")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("o")
    page.keyboard.type("film A")
    page.keyboard.press("Enter")
    expect(page.locator("#marker-list")).to_contain_text("film A")
    expect(page.locator(".segment-band.is-segment")).to_have_count(1)


def test_people_have_pictures_from_the_video_and_merging_can_be_undone(
    visit: Callable[..., Visitor], platform: Platform, seeds: Seeds, clip: Path
):
    person = platform.create_user()
    session = seeds.session(person, seconds=4, faces=2, media=clip)
    page = visit(person, viewport={"width": 390, "height": 844}).open_session(session.pk)
    expect(page.locator("[data-thumbnail]:not([hidden])")).to_have_count(2)
    first = page.locator("[data-person='1']")
    first.get_by_text("Change").click()
    first.get_by_role("button", name="Merge").click()
    expect(page.locator("[data-person]")).to_have_count(1)
    assert len(people_of(Session.objects.get(pk=session.pk))) == 1
    page.get_by_role("button", name="Undo: merged").click()
    expect(page.locator("[data-person]")).to_have_count(2)

"""A browser that runs no scripts: uploading and reading still work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.whole_platform import Platform


def test_a_video_is_uploaded_and_its_numbers_are_read(visit: Callable[..., Visitor], platform: Platform, clip: Path):
    person = platform.create_user()
    page = visit(person, java_script_enabled=False).page
    page.goto("/upload/")
    page.locator("#files").set_input_files(clip)
    page.get_by_role("button", name="Upload").click()
    platform.wait_for(lambda: _is_done(person), timeout_s=120)
    page.goto("/")
    page.get_by_role("link", name="walk").first.click()
    expect(page.locator("#accounting tr").filter(has_text="Frames looked at")).to_contain_text("20")
    expect(page.locator("[data-face='1'] .emotions")).to_be_visible()
    expect(page.get_by_text("The timelines need JavaScript.")).to_be_visible()


def test_a_session_is_renamed(visit: Callable[..., Visitor], platform: Platform, seeds):
    person = platform.create_user()
    session = seeds.session(person, seconds=2)
    page = visit(person, java_script_enabled=False).page
    page.goto(f"/sessions/{session.pk}/")
    page.locator("#rename summary").click()
    page.get_by_label("Title").fill("Evening walk")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Evening walk")


def _is_done(person) -> bool:
    found = person.api.get("/api/v1/sessions/").json()["results"]
    return bool(found) and found[0]["state"] == "closed"

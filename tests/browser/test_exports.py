"""Exporting in a browser: choose, wait, fetch, delete; one's own video beside readings whose video is not kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.whole_platform import Platform

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
IS_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def test_a_session_is_exported_fetched_and_the_export_deleted(
    visit: Callable[..., Visitor], platform: Platform, seeds, tmp_path: Path
):
    person = platform.create_user()
    session = seeds.session(person, seconds=24)
    page = visit(person).open_session(session.pk)
    page.locator("#export").click()
    expect(page.locator(".for-video, .for-csv").first).to_be_hidden()
    page.get_by_label("Excel workbook").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Make the file").click()
    expect(page).to_have_url(f"{platform.url}/exports/")
    row = page.locator("[data-export]")
    expect(row.get_by_role("button", name="Download")).to_be_visible(timeout=60_000)
    with page.expect_download() as waiting:
        row.get_by_role("button", name="Download").click()
    saved = tmp_path / "saved.xlsx"
    waiting.value.save_as(saved)
    book = openpyxl.load_workbook(io.BytesIO(saved.read_bytes()))
    assert book["Readings"].max_row == session.observations.count() + 1
    row.get_by_role("button", name="Delete: Excel workbook").click()
    expect(page.get_by_role("heading", name="No exports yet")).to_be_visible()


def test_the_choice_fits_a_phone_and_shows_what_belongs_to_the_kind(
    visit: Callable[..., Visitor], platform: Platform, seeds, clip: Path
):
    person = platform.create_user()
    session = seeds.session(person, seconds=24, faces=3, media=clip)
    page = visit(person, **PHONE).page
    page.goto(f"/exports/new/?session={session.pk}")
    assert not page.evaluate(IS_WIDER)
    for kind, shown in (("csv", ".for-csv"), ("csv_wide", ".for-csv"), ("pdf", None)):
        page.locator(f"[name=format][value={kind}]").check()
        expect(page.locator(".for-csv")).to_be_visible(visible=shown is not None)
    expect(page.get_by_label("Face 3")).to_be_visible()


def test_ones_own_file_is_shown_where_no_video_is_kept(
    visit: Callable[..., Visitor], platform: Platform, seeds, clip: Path
):
    person = platform.create_user()
    session = seeds.session(person, seconds=24)
    page = visit(person).open_session(session.pk)
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.method))
    page.locator("#own-video").set_input_files(clip)
    page.wait_for_function("() => document.querySelector('#video')?.videoWidth > 0")  # a string would be eval
    page.evaluate("document.querySelector('#video').currentTime = 1")
    expect(page.locator("#now")).to_have_text("0:01.0")
    assert "POST" not in sent

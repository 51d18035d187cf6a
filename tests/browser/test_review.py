"""Looking at faces and correcting them by keys, in a real browser on a real video."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.seeds import agree_to_training
from webplatform.history.models import Correction


def test_a_face_is_judged_by_one_key_with_the_scores_hidden(platform, visit, seeds, clip):
    person = platform.create_user()
    agree_to_training(person)
    seeds.session(person, seconds=4, media=clip)
    page = visit(person).page
    page.goto("/review/")
    expect(page.locator("#face[data-drawn]")).to_be_visible()
    assert "The model says" not in page.locator("main").inner_text()
    page.keyboard.press("v")
    expect(page.get_by_text("The model says:")).to_be_visible()
    expect(page.locator("#face[data-drawn]")).to_be_visible()
    page.keyboard.press("5")
    expect(page.get_by_role("status").first).to_contain_text("Noted: sad. The model had said:")
    made = Correction.objects.get(session__created_by=person.user)
    assert (made.emotion, made.from_ms) == ("sad", made.to_ms)


def test_a_frame_is_corrected_by_keys_on_its_sessions_page(platform, visit, seeds, clip):
    person = platform.create_user()
    agree_to_training(person)
    session = seeds.session(person, seconds=4, media=clip)
    page = visit(person).open_session(session.pk, "#t=1000")
    plot = page.locator("[data-face='1'] [data-plot]")
    plot.focus()
    page.keyboard.press("x")
    expect(plot).to_be_hidden()
    page.locator("#stage").evaluate("stage => { stage.tabIndex = -1; stage.focus(); }")
    page.keyboard.press("3")
    expect(page.get_by_role("status").first).to_contain_text("The correction is noted.")
    expect(page.locator("[data-face='1'] [data-plot]")).to_be_visible()
    made = Correction.objects.get(session=session)
    assert made.emotion == "fear"
    assert made.from_ms < 1000 < made.to_ms <= made.from_ms + 200

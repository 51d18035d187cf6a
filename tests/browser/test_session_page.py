"""What the session page does when it is used, and when something is in its way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.seeds import Seeds
from tests.browser.visitor import Visitor
from tests.clips import moving_face, write_clip
from tests.whole_platform import Platform

CHART = "[data-face='1'] .u-over"


def bucket_of(page: Page) -> str:
    return page.locator("#span-text").text_content().rsplit("per ", 1)[-1]


def drag(page: Page, start: float, end: float) -> None:
    """Mark a part of the first timeline; places are shares of its width."""
    page.locator(CHART).scroll_into_view_if_needed()
    box = page.locator(CHART).bounding_box()
    page.mouse.move(box["x"] + start * box["width"], box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], box["y"] + 50, steps=4)
    page.mouse.up()


def test_a_closer_look_asks_for_finer_buckets(visit: Callable[..., Visitor], platform: Platform, seeds: Seeds):
    person = platform.create_user()
    page = visit(person).open_session(seeds.session(person, seconds=600).pk)
    expect(page.locator("#span-text")).to_contain_text("0:00.0 – 10:00.0")
    assert bucket_of(page) == "3 s"
    with page.expect_response(lambda answer: "bucket_ms=400" in answer.url):
        drag(page, 0.25, 0.35)
    assert bucket_of(page) == "400 ms"
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.locator("#span-text")).to_contain_text("0:00.0 – 10:00.0")


def test_boxes_are_fetched_for_what_is_played_and_not_for_all(
    visit: Callable[..., Visitor], platform: Platform, seeds: Seeds, clip: Path
):
    person = platform.create_user()
    session = seeds.session(person, seconds=600, media=clip)
    visitor = visit(person)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url) if "/observations/" in request.url else None)
    visitor.open_session(session.pk)
    visitor.page.wait_for_function("() => document.getElementById('video').readyState >= 2")
    boxes = [url.split("?")[1] for url in asked if not url.endswith("&page_size=50")]  # those are for a face's picture
    assert boxes == ["from_ms=0&to_ms=15400&page_size=5000"]


def test_a_stretch_is_a_way_to_its_moment(visit: Callable[..., Visitor], platform: Platform, seeds: Seeds, clip: Path):
    person = platform.create_user()
    visitor = visit(person)
    page = visitor.open_session(seeds.session(person, seconds=4, media=clip).pk)
    page.wait_for_function("() => document.getElementById('video').readyState >= 2")
    page.locator("[data-seek='3000']").click()
    page.wait_for_function("() => document.getElementById('video').currentTime === 3")
    expect(page.locator("[data-readout]")).to_contain_text("0:03.0")
    assert page.url.endswith("#t=3000")
    page.reload()
    page.wait_for_function("() => document.getElementById('video').currentTime === 3")


def test_what_is_not_sure_and_what_is_not_scored_are_told_apart(
    visit: Callable[..., Visitor], platform: Platform, seeds: Seeds
):
    person = platform.create_user()
    page = visit(person).open_session(seeds.session(person).pk, "#t=4000")
    readout = page.locator("[data-readout]")
    expect(readout).to_contain_text("0:04.0 · not sure · ")
    page.goto(f"{page.url.split('#')[0]}?#t=8200")
    expect(readout).to_have_text("0:08.2 · face not scored")
    page.goto(f"{page.url.split('?')[0]}#t=12400")
    expect(readout).to_have_text("0:12.4 · face not seen")


def test_the_table_says_what_the_api_says(visit: Callable[..., Visitor], platform: Platform, seeds: Seeds):
    person = platform.create_user()
    session = seeds.session(person)
    visitor = visit(person)
    page = visitor.open_session(session.pk)
    page.get_by_text("What is shown, as a table").click()
    expect(page.locator("[data-table] tbody tr")).to_have_count(24)
    (lane,) = visitor.answers(f"/sessions/{session.pk}/timeline/?bucket_ms=1000")["tracks"]
    happy = page.locator("[data-table] tbody td:nth-child(7)").all_text_contents()
    means = dict(zip(lane["t_ms"], lane["scores"]["happy"], strict=True))  # buckets without the face are not in it
    seconds = [means.get(1000 * second) for second in range(24)]
    assert happy == ["–" if mean is None else f"{100 * mean:.0f} %" for mean in seconds]


def test_the_last_expression_that_is_shown_stays(visit: Callable[..., Visitor], platform: Platform, seeds: Seeds):
    person = platform.create_user()
    page = visit(person).open_session(seeds.session(person, seconds=4).pk)
    for button in page.locator("[data-emotion]").all():
        button.click()
    expect(page.locator("[data-emotion][aria-pressed=true]")).to_have_count(1)


def test_a_crowd_is_folded_until_it_is_looked_at(visit: Callable[..., Visitor], platform: Platform, seeds: Seeds):
    person = platform.create_user()
    visitor = visit(person)
    page = visitor.open_session(seeds.session(person, seconds=4, faces=12).pk)
    assert page.locator("[data-face='12'] canvas").count() == 0
    page.get_by_role("heading", name="Face 12").click()
    visitor.await_timeline(face=12)


def test_a_session_is_renamed_in_place(visit: Callable[..., Visitor], platform: Platform, seeds: Seeds):
    person = platform.create_user()
    session = seeds.session(person, seconds=2)
    visitor = visit(person)
    page = visitor.open_session(session.pk)
    page.locator("#rename summary").click()
    page.get_by_label("Title").fill("Evening walk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Evening walk")
    assert visitor.answers(f"/sessions/{session.pk}/")["title"] == "Evening walk"


def test_a_timeline_that_does_not_load_can_be_asked_for_again(
    visit: Callable[..., Visitor], platform: Platform, seeds: Seeds
):
    person = platform.create_user()
    visitor = visit(person)
    visitor.expect("ERR_FAILED")
    visitor.page.route("**/timeline/**", lambda route: route.abort())
    visitor.page.goto(f"/sessions/{seeds.session(person, seconds=4).pk}/")
    expect(visitor.page.get_by_text("The timeline could not be loaded.")).to_be_visible()
    visitor.page.unroute("**/timeline/**")
    visitor.page.locator("[data-state]").get_by_role("button", name="Try again").click()
    visitor.await_timeline()
    expect(visitor.page.locator("[data-state]")).to_be_hidden()


def test_a_format_that_the_browser_cannot_play_leaves_chart_and_boxes(
    visit: Callable[..., Visitor], platform: Platform, seeds: Seeds, tmp_path: Path
):
    person = platform.create_user()
    old = write_clip(tmp_path / "old.avi", moving_face(50), codec="mpeg4")
    session = seeds.session(person, seconds=4, media=old)
    visitor = visit(person)
    page = visitor.open_session(session.pk)
    expect(page.get_by_text("This browser cannot play this video's format.")).to_be_visible()
    page.locator(CHART).click(position={"x": 60, "y": 50})
    page.wait_for_function("() => document.getElementById('now').textContent !== '0:00.0'")
    assert visitor.drawn("#boxes")[0] > 200


def test_a_video_that_is_gone_is_said_to_be(
    visit: Callable[..., Visitor], platform: Platform, seeds: Seeds, clip: Path
):
    person = platform.create_user()
    session = seeds.session(person, seconds=4, media=clip)
    (session.folder / "source.mp4").unlink()
    visitor = visit(person)
    visitor.expect("404")
    page = visitor.open_session(session.pk)
    expect(page.get_by_text("The video is not kept on the server any more.")).to_be_visible()


def test_the_result_comes_onto_the_page_by_itself(visit: Callable[..., Visitor], platform: Platform, clip: Path):
    person = platform.create_user()
    platform.stop("worker")
    job = platform.upload(person, clip)
    visitor = visit(person)
    page = visitor.page
    page.goto(job["session_url"])
    page.evaluate("window.isSameDocument = true")
    expect(page.get_by_role("heading", name="Waiting for its turn")).to_be_visible()
    platform.start("worker")
    visitor.page.wait_for_selector("[data-face='1'] [data-plot][aria-busy=false]", state="attached", timeout=120_000)
    assert page.evaluate("window.isSameDocument")
    expect(page.locator("#announcement")).to_have_text("The analysis is done. Its result is on the page now.")


def test_a_waiting_analysis_is_cancelled_and_started_again_without_leaving_the_page(
    visit: Callable[..., Visitor], platform: Platform, clip: Path
):
    person = platform.create_user()
    platform.stop("worker")
    job = platform.upload(person, clip)
    page = visit(person).page
    page.goto(job["session_url"])
    page.evaluate("window.isSameDocument = true")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="The analysis was cancelled")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Waiting for its turn")).to_be_visible()
    assert platform.job(person, job)["status"] == "queued"
    assert page.evaluate("window.isSameDocument")
    platform.start("worker")
    platform.await_job(person, job)

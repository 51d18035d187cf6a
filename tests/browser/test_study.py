"""A whole study, as a lab runs it: from the conditions to the report, on real processes and in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.study_exports import export_each_kind
from tests.browser.study_lab import make_study, upload_the_others
from tests.browser.test_stimulus import film, phone, shown
from tests.browser.visitor import Visitor
from tests.whole_platform import Person, Platform
from webplatform.history.models import Session

__all__ = ["film", "phone", "shown"]  # the fake camera, a phone that has it, and the film that it is shown


@pytest.fixture
def lab(platform: Platform) -> Person:
    return platform.create_user()


@pytest.fixture
def study(lab: Person) -> dict[str, Any]:
    return make_study(lab)


def test_a_study_from_its_conditions_to_its_report(
    visit: Callable[..., Visitor], platform: Platform, lab: Person, study: dict, phone: Visitor, shown: Path, tmp_path
):
    page = visit(lab).page
    add_film(page, study, shown)
    take_part(phone.page, study["keys"]["P01"])
    upload_the_others(platform, lab, study, tmp_path)
    assert Session.objects.filter(study=study["id"], state="closed", condition__isnull=False).count() == 12
    mark_all(page, study)
    exclude(page, study)
    before = results_of(platform, lab, study, people=12)
    look_at_results(page, study)
    withdraw(phone.page)
    after = results_of(platform, lab, study, people=11)
    compare_curves(before, after)
    export_each_kind(platform, lab, study, tmp_path)
    read_report(page, study)


def add_film(page: Page, study: dict, shown: Path) -> None:
    page.goto(f"/studies/{study['id']}/films/")
    page.get_by_label("Video").set_input_files(shown)
    page.get_by_label("Title").fill("Cat")
    page.get_by_label("Condition of its sessions").select_option(label="film A")
    page.get_by_role("button", name="Add the film").click()
    expect(page.get_by_role("link", name="Cat", exact=True)).to_be_visible()


def take_part(page: Page, key: str) -> None:
    """From the link to the thank-you, on a phone."""
    page.goto(f"/p/{key}/")
    page.get_by_label("analyse my facial expression").check()
    page.get_by_role("button", name="Give consent").click()
    page.wait_for_url("**/p/live/")
    page.get_by_role("button", name="Turn the camera on").click()
    expect(page.locator("[data-check=face]")).to_have_attribute("data-state", "good")
    page.get_by_role("button", name="Start the film", exact=True).click()
    page.wait_for_url("**/p/thanks/")
    expect(page.locator("main")).to_contain_text("Cat")


def session_of(study: dict, name: str) -> Session:
    return Session.objects.get(study=study["id"], participant__pseudonym=name)


def mark_all(page: Page, study: dict) -> None:
    """Two marks on one session's page, then the same set for every other session."""
    page.goto(f"/sessions/{session_of(study, 'P02').pk}/")
    for kind, start, end, text in (("marker", "0:00.200", "", "cat jumps"), ("segment", "0.2", "1.4", "flight")):
        page.locator("#mark-new > summary").click()
        page.get_by_label("What it is").select_option(kind)
        page.locator("#mark-from").fill(start)
        page.locator("#mark-to").fill(end)
        page.locator("#mark-text").fill(text)
        page.locator("#mark-form").get_by_role("button", name="Save").click()
        expect(page.locator("#marker-list")).to_contain_text(text)
    page.goto(f"/sessions/{session_of(study, 'P02').pk}/marks/apply/")
    for box in page.locator("input[name=session]").all():
        box.check()
    page.get_by_role("button", name="See what will change").click()
    expect(page.locator("#plans li")).to_have_count(11)
    page.get_by_role("button", name="Apply", exact=True).click()
    page.wait_for_url("**/sessions/*/**")
    marked = Session.objects.filter(study=study["id"], markers__text="cat jumps", segments__label="flight")
    assert marked.distinct().count() == 12


def exclude(page: Page, study: dict) -> None:
    page.goto(f"/sessions/{session_of(study, 'P03').pk}/")
    page.locator("#mark-new > summary").click()
    page.get_by_label("What it is").select_option("excluded")
    page.locator("#mark-from").fill("0:01.400")
    page.locator("#mark-to").fill("0:02.000")
    page.locator("#mark-reason").fill("the phone rang")
    page.locator("#mark-form").get_by_role("button", name="Save").click()
    expect(page.locator("#marker-list")).to_contain_text("the phone rang")


def results_of(platform: Platform, lab: Person, study: dict, *, people: int) -> dict[str, Any]:
    """The results by the common clock, once they are of so many people."""

    def ask() -> dict[str, Any] | None:
        answer = lab.api.get(f"{study['path']}/results/", params={"clock": "cat jumps"}).json()
        return answer["results"] if answer["is_current"] and answer["results"]["people"] == people else None

    return platform.wait_for(ask, timeout_s=60)


def look_at_results(page: Page, study: dict) -> None:
    """The page shows curves with bands, the comparison, and what was excluded."""
    page.goto(f"/studies/{study['id']}/?clock=cat+jumps&show=happy")
    expect(page.locator("#charts")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#made")).to_contain_text("12 participants")
    expect(page.locator("#legend")).to_contain_text("film A")
    expect(page.locator("main")).to_contain_text("film B − film A")
    expect(page.locator("main")).to_contain_text("excluded by somebody, with a reason")
    page.locator("#curve-table > summary").click()
    expect(page.locator("#curve-table tbody tr").first).to_contain_text("n = 6")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="happy: chart as PNG").click()
    with Image.open(waiting.value.path()) as picture:
        assert picture.width == 1200


def withdraw(page: Page) -> None:
    page.get_by_role("button", name="My page").click()
    page.get_by_role("button", name="Withdraw my consent").click()
    page.get_by_role("button", name="Withdraw and delete").click()
    expect(page.locator("main")).to_contain_text("This is withdrawn.")


def compare_curves(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Film A has a participant less at every second, and another curve; film B is as it was."""
    (first, same), (left, still) = before["groups"], after["groups"]
    assert [group["people"] for group in (first, same, left, still)] == [6, 6, 5, 6]
    assert [max(group["curve"]["n"]) for group in (first, left)] == [6, 5]
    assert first["curve"]["mean"]["happy"] != left["curve"]["mean"]["happy"]
    assert same["curve"] == still["curve"]
    low, high = (first["curve"][end]["happy"][0] for end in ("low", "high"))
    assert low < first["curve"]["mean"]["happy"][0] < high


def read_report(page: Page, study: dict) -> None:
    page.goto(f"/studies/{study['id']}/?clock=cat+jumps")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Report (PDF)").click()
    reader = pypdf.PdfReader(waiting.value.path())
    text = " ".join(" ".join(one.extract_text() for one in reader.pages).split())
    for part in ("How a cat lands", "film A 5 5", "film B 6 6", "1 participant withdrew", "How to cite", "cat jumps"):
        assert part in text
    assert sum(len(one.images) for one in reader.pages) == 3

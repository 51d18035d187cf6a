"""A study's results in a browser: made by a worker, drawn with bands, read as a table, changed by a withdrawal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.study_seeds import seed_study
from tests.browser.test_keyboard_and_phone import IS_WIDER, PHONE, tab_to
from tests.browser.visitor import Visitor
from tests.whole_platform import Person, Platform
from webplatform.consent.services import withdraw_consent
from webplatform.results.models import StudyFigures
from webplatform.studies.models import Study

DRAWN = "#charts[aria-busy=false] canvas"


@pytest.fixture
def person(platform: Platform) -> Person:
    return platform.create_user()


@pytest.fixture
def study(person: Person) -> Study:
    return seed_study(person, people=4)


def open_results(page: Page, study: Study, query: str = "") -> None:
    """The study's results, which a worker makes while the page waits; it shows them by itself."""
    page.goto(f"/studies/{study.pk}/{query}")
    page.wait_for_selector(DRAWN, state="attached")


def test_a_study_opens_on_results_that_a_worker_makes(visit: Callable[..., Visitor], person: Person, study: Study):
    visitor = visit(person)
    page = visitor.page
    page.goto("/studies/")
    page.get_by_role("link", name="How films land").click()
    page.wait_for_selector(DRAWN, state="attached")
    expect(page.get_by_role("heading", name="Results", exact=True)).to_be_visible()
    expect(page.locator("#legend li")).to_have_count(2)
    expect(page.locator("#charts .chart")).to_have_count(8)
    pixels, colors = visitor.drawn("#charts .chart:nth-child(4) canvas")
    assert pixels > 1000 and colors > 4


def test_what_is_shown_stays_in_the_address(visit: Callable[..., Visitor], person: Person, study: Study):
    page = visit(person).page
    open_results(page, study)
    for name in ("angry", "disgust", "fear", "sad", "surprise", "neutral"):
        page.locator(f"[data-show={name}]").click()
    expect(page.locator("#charts .chart")).to_have_count(2)
    assert page.url.endswith("show=happy")
    page.get_by_label("Grouped by").select_option(label="age band")
    page.get_by_label("Also subtract").check()
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_selector(DRAWN, state="attached")
    expect(page.locator("#legend")).to_contain_text("18 to 30")
    expect(page.locator("#charts figcaption").nth(1)).to_have_text("happy, minus the neutral stretch")
    assert "show=happy" in page.url and "baseline=1" in page.url


def test_the_charts_are_a_table_by_keyboard(visit: Callable[..., Visitor], person: Person, study: Study):
    page = visit(person).page
    open_results(page, study)
    tab_to(page, "[data-show=angry]")
    page.keyboard.press("Space")
    expect(page.locator("#charts .chart")).to_have_count(7)
    tab_to(page, "#curve-table > summary")
    page.keyboard.press("Enter")
    expect(page.locator("#curve-table tbody tr")).to_have_count(50)
    page.locator("#table-emotion").select_option("happy")
    told = page.locator("#curve-table tbody tr").nth(10).locator("td").first.inner_text()
    assert "n = 4" in told and " to " in told


def test_a_withdrawal_changes_n_and_the_curve(visit: Callable[..., Visitor], person: Person, study: Study):
    page = visit(person).page
    open_results(page, study)
    expect(page.get_by_text("4 participants", exact=False).first).to_be_visible()
    withdraw_consent(of=study.participants.get(pseudonym="P02"), channel="link", scopes=["analyse"])
    open_results(page, study)
    expect(page.get_by_text("1 participant withdrew")).to_be_visible()
    assert page.get_by_text("P02").count() == 0
    groups = StudyFigures.objects.get(study=study).result["groups"]
    assert [max(group["curve"]["n"]) for group in groups] == [3, 2]


def test_sessions_are_ticked_and_laid_over_each_other(visit: Callable[..., Visitor], person: Person, study: Study):
    page = visit(person).page
    open_results(page, study)
    for title in ("film A, P01", "film B, P01"):
        page.get_by_label(f"Choose {title}").check()
    page.get_by_role("button", name="Lay the chosen ones over each other").click()
    page.wait_for_selector(DRAWN, state="attached")
    expect(page.locator("#legend li")).to_have_count(2)
    page.get_by_label("Time starts at").select_option("film starts")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_selector(DRAWN, state="attached")
    assert "clock=film+starts" in page.url


def test_the_places_of_a_study_fit_a_phone(visit: Callable[..., Visitor], person: Person, study: Study):
    page = visit(person, **PHONE).page
    open_results(page, study)
    wider = [] if not page.evaluate(IS_WIDER) else ["results"]
    for place in ("people", "members", "design", "change", "retention", "record", "assessment", "watch", "sharing"):
        page.goto(f"/studies/{study.pk}/{place}/")
        expect(page.get_by_role("navigation", name="In this study")).to_be_visible()
        wider += [place] if page.evaluate(IS_WIDER) else []
    assert wider == []

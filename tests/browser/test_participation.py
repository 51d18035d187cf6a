"""A participant with a phone, and the owner who gives them their link."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.test_keyboard_and_phone import IS_WIDER, PHONE
from tests.browser.visitor import Visitor
from tests.whole_platform import Platform
from webplatform.consent.models import ConsentRecord

STUDY = {"name": "Laughter", "purpose": "How jokes land", "setting": "research", "contact": "Dr Dewi"}


def test_from_the_owners_page_to_the_participants_consent_and_back(visit: Callable[..., Visitor], platform: Platform):
    person = platform.create_user()
    study = person.api.post("/api/v1/studies/", json=STUDY | {"languages": ["en", "id"]}).json()
    owner = visit(person).page
    owner.goto(f"/studies/{study['id']}/people/")
    owner.get_by_label("Pseudonym").fill("Blue")
    owner.get_by_role("button", name="Add a participant").click()
    owner.get_by_role("button", name="New link for Blue").click()
    key = owner.locator("#new-link").input_value().rstrip("/").split("/")[-1]

    page = visit(**PHONE).page
    page.goto(f"/p/{key}/")
    assert page.url.endswith("/p/")
    expect(page.get_by_text("How jokes land")).to_be_visible()
    assert not page.evaluate(IS_WIDER)
    page.get_by_label("analyse my facial expression").check()
    page.get_by_role("button", name="Give consent").click()
    expect(page.get_by_text("Your consent is recorded.")).to_be_visible()
    page.goto("/p/live/")
    expect(page.get_by_role("button", name="Turn the camera on")).to_be_visible()
    assert not page.evaluate(IS_WIDER)
    page.goto("/p/")
    page.get_by_role("button", name="Withdraw my consent").click()
    expect(page.get_by_text("This is withdrawn.")).to_be_visible()
    assert ConsentRecord.objects.get(participant__study=study["id"]).withdrawn_at is not None
    owner.goto(f"/studies/{study['id']}/people/")
    expect(owner.get_by_text("no consent")).to_be_visible()

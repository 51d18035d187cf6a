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
    expect(page.get_by_text("Nothing of you was recorded")).to_be_visible()
    page.get_by_role("button", name="Withdraw my consent").click()
    expect(page.get_by_text("This is withdrawn.")).to_be_visible()
    assert ConsentRecord.objects.get(participant__study=study["id"]).withdrawn_at is not None
    owner.goto(f"/studies/{study['id']}/people/")
    expect(owner.get_by_text("no consent")).to_be_visible()


def test_many_get_their_links_and_one_of_them_is_chosen_for_the_camera(
    visit: Callable[..., Visitor], platform: Platform
):
    person = platform.create_user(has_agreed=False)
    api = person.api
    study = api.post("/api/v1/studies/", json=STUDY | {"languages": ["en"]}).json()
    for name in ("film A", "film B"):
        api.post(f"/api/v1/studies/{study['id']}/conditions/", json={"name": name})
    visitor = visit(person, **PHONE, permissions=["clipboard-read", "clipboard-write"])
    visitor.expect("400 (Bad Request)")  # the wrong line
    page = visitor.page
    page.goto(f"/studies/{study['id']}/participants/many/")
    page.get_by_label("Pseudonyms").fill("pseudonym;condition\nP01;film B\nP02;film C")
    page.get_by_role("button", name="Add them").click()
    expect(page.get_by_text("Line 3: P02")).to_be_visible()
    page.get_by_label("Pseudonyms").fill("pseudonym;condition\nP01;film B\nP02;film A")
    page.get_by_role("button", name="Add them").click()
    expect(page.get_by_alt_text("QR code of the link of P02")).to_be_visible()
    assert not page.evaluate(IS_WIDER)
    page.get_by_role("button", name="Copy the link of P01").click()
    expect(page.locator("#copied")).to_have_text("Copied.")
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == page.get_by_label("The link of P01", exact=True).input_value()

    participant = visit(**PHONE).page
    participant.goto("/p/" + address.rstrip("/").rsplit("/", 1)[1] + "/")
    participant.get_by_label("analyse my facial expression").check()
    participant.get_by_role("button", name="Give consent").click()
    expect(participant.get_by_text("Your consent is recorded.")).to_be_visible()

    page.goto("/live/")  # without a consent of the own face
    menu, conditions = page.get_by_label("Who is before the camera"), page.locator("#condition option:not([hidden])")
    expect(conditions).to_have_count(1)
    menu.select_option(label="P01")
    expect(conditions).to_have_count(3)
    assert page.locator("#of option[disabled]").all_inner_texts() == ["P02 (has not agreed)"]
    assert not page.evaluate(IS_WIDER)

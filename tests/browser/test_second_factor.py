"""Two-factor login as a person meets it: set up, logged out, and in again with a code."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.test_keyboard_and_phone import IS_WIDER, PHONE
from tests.browser.visitor import Visitor
from tests.webplatform.accounts.second_factor import code_of
from tests.whole_platform import Platform


def test_from_the_account_over_the_app_to_the_next_login(visit: Callable[..., Visitor], platform: Platform):
    person = platform.create_user()
    page = visit(person, **PHONE).page
    page.goto("/account/")
    page.get_by_role("button", name="Two-factor login").click()
    page.get_by_role("button", name="Turn on").click()
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_role("button", name="Go on").click()
    picture = page.get_by_alt_text("QR code with the key below")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 0
    assert not page.evaluate(IS_WIDER)
    secret = page.locator("#secret").input_value()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    assert not page.evaluate(IS_WIDER)

    again = visit(**PHONE).page
    again.goto("/account/login/?next=/account/logins/")
    again.get_by_label("Email").fill(person.email)
    again.get_by_label("Password", exact=True).fill(person.password)
    again.locator("main").get_by_role("button", name="Log in").click()
    again.get_by_label("Code").fill(code_of(secret))
    again.locator("main").get_by_role("button", name="Log in", exact=True).click()
    expect(again.get_by_text("this browser")).to_be_visible()
    again.get_by_role("button", name="Sign out everywhere else").click()
    expect(again.get_by_text("You are signed out everywhere else.")).to_be_visible()
    page.goto("/account/")
    page.wait_for_url("**/account/login/**")

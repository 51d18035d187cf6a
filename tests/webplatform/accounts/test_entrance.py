"""Signing up, in and out, and finding back in with a forgotten password."""

import re

import pytest

from webplatform.accounts.models import User
from webplatform.studies.models import Membership, Study

PASSWORD = "correct-horse-battery"
NEW_PASSWORD = "another-horse-battery"


def _sign_up(client, email="new@example.org"):
    return client.post("/account/signup/", {"email": email, "password1": PASSWORD, "password2": PASSWORD})


def _log_in(client, email, password=PASSWORD):
    return client.post("/account/login/", {"login": email, "password": password})


def _link_in(mail):
    return re.search(r"https?://[^/]+(/\S+)", mail.body)[1]


def test_signing_up_makes_an_account_a_personal_study_and_a_login(client, db):
    response = _sign_up(client)
    user = User.objects.get(email="new@example.org")
    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(user.pk)
    assert Study.objects.get(is_personal=True).memberships.get().role == Membership.Role.OWNER


def test_signing_up_asks_to_confirm_the_address(client, db, mailoutbox):
    _sign_up(client)
    assert mailoutbox[0].subject == "Raut: Confirm your e-mail address"
    page = _link_in(mailoutbox[0])
    assert client.get(page).status_code == 200
    client.post(page)
    assert User.objects.get().emailaddress_set.get().verified


def test_a_second_sign_up_with_the_address_in_another_case_makes_no_second_account(client, owner):
    _sign_up(client, email="OWNER@example.org")
    assert User.objects.count() == 1
    assert "_auth_user_id" not in client.session


def test_where_addresses_must_be_confirmed_a_second_sign_up_does_not_tell_that_the_account_exists(
    client, owner, mailoutbox, settings
):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    fresh, known = _sign_up(client), _sign_up(client, email=owner.email)
    assert fresh["Location"] == known["Location"]
    assert mailoutbox[1].subject == "Raut: You have an account already"


def test_a_weak_password_is_refused_with_a_reason(client, db):
    response = client.post("/account/signup/", {"email": "new@example.org", "password1": "123", "password2": "123"})
    assert response.context["form"].errors["password1"]
    assert not User.objects.exists()


def test_a_closed_sign_up_says_so_and_makes_no_account(client, db, settings):
    settings.RAUT_SIGNUP_OPEN = False
    assert "Sign-up is closed" in client.get("/account/signup/").content.decode()
    _sign_up(client)
    assert not User.objects.exists()


def test_the_owner_logs_in_and_out(client, owner):
    assert _log_in(client, owner.email)["Location"] == "/"
    assert client.post("/account/logout/")["Location"] == "/account/login/"
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_does_not_log_in(client, owner):
    response = _log_in(client, owner.email, "wrong")
    assert response.status_code == 200
    assert response.context["form"].errors


def test_guessing_passwords_is_slowed_down(client, owner):
    for _attempt in range(10):
        _log_in(client, owner.email, "wrong")
    assert "_auth_user_id" not in client.session
    _log_in(client, owner.email)
    assert "_auth_user_id" not in client.session


def test_after_the_login_the_wanted_page_opens(client, owner):
    response = client.post(
        "/account/login/?next=/account/", {"login": owner.email, "password": PASSWORD, "next": "/account/"}
    )
    assert response["Location"] == "/account/"


def test_a_forgotten_password_is_reset_by_mail(client, owner, mailoutbox):
    assert client.post("/account/password/reset/", {"email": owner.email})["Location"].endswith("/done/")
    assert mailoutbox[0].to == [owner.email]
    page = client.get(_link_in(mailoutbox[0]), follow=True)
    form = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    done = client.post(page.redirect_chain[-1][0], form, follow=True)
    assert "The password is changed" in done.content.decode()
    assert _log_in(client, owner.email, NEW_PASSWORD).status_code == 302


def test_a_reset_link_works_once(client, owner, mailoutbox):
    client.post("/account/password/reset/", {"email": owner.email})
    link = _link_in(mailoutbox[0])
    page = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(page, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    client.logout()
    assert "This link does not work" in client.get(link, follow=True).content.decode()


def test_asking_for_a_reset_does_not_tell_whether_the_account_exists(client, db, mailoutbox):
    response = client.post("/account/password/reset/", {"email": "nobody@example.org"})
    assert response["Location"].endswith("/done/")
    assert mailoutbox[0].subject == "Raut: There is no such account"


def test_the_password_is_changed_with_the_old_one(client_of, owner):
    client = client_of(owner)
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post("/account/password/change/", form).status_code == 302
    owner.refresh_from_db()
    assert owner.check_password(NEW_PASSWORD)


@pytest.mark.parametrize(
    "page",
    [
        "/account/login/",
        "/account/signup/",
        "/account/password/reset/",
        "/account/password/reset/done/",
        "/account/password/reset/key/done/",
        "/account/password/reset/key/1-wrong/",
        "/account/confirm-email/",
        "/account/confirm-email/wrong/",
        "/account/inactive/",
    ],
)
def test_every_page_of_the_entrance_wears_our_frame_and_carries_no_inline_code(client, db, page):
    html = client.get(page).content.decode()
    assert 'href="#content"' in html
    assert "<script" not in html
    assert " style=" not in html


@pytest.mark.parametrize(
    "page",
    ["/account/email/", "/account/logout/", "/account/password/change/", "/account/reauthenticate/", "/account/"],
)
def test_every_page_of_the_account_wears_our_frame_and_carries_no_inline_code(client_of, owner, page):
    html = client_of(owner).get(page).content.decode()
    assert 'href="#content"' in html
    assert "<script" not in html
    assert " style=" not in html

"""Another e-mail address: by the password, and confirmed from the new mailbox."""

import re

import pytest
from allauth.account.models import EmailAddress

from tests.conftest import PASSWORD
from tests.webplatform.accounts.second_factor import add_second_factor
from webplatform.accounts.models import AuditEvent

PAGE = "/account/email/"
NEW = "new@example.org"


@pytest.fixture
def signed_in(client, owner):
    """The owner in a browser, by the login page, with a confirmed address; the password was just asked again."""
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    client.post("/account/login/", {"login": owner.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def test_the_password_is_asked_first(client_of, owner):
    response = client_of(owner).post(PAGE, {"email": NEW, "action_add": ""})
    assert response["Location"].startswith("/account/reauthenticate/")
    assert not EmailAddress.objects.filter(email=NEW).exists()


def test_the_old_address_holds_until_the_new_one_is_confirmed(signed_in, owner, mailoutbox):
    signed_in.post(PAGE, {"email": NEW, "action_add": ""})
    owner.refresh_from_db()
    assert owner.email == "owner@example.org"
    assert "not confirmed" in signed_in.get(PAGE).content.decode()
    assert mailoutbox[0].to == [NEW]
    signed_in.post(re.search(r"https?://[^/]+(/\S+)", mailoutbox[0].body)[1])
    owner.refresh_from_db()
    assert owner.email == NEW
    assert [address.email for address in EmailAddress.objects.filter(user=owner)] == [NEW]
    assert AuditEvent.objects.filter(action="account.address_changed", actor_id=owner.pk).exists()
    assert (mailoutbox[1].to, mailoutbox[1].subject) == (["owner@example.org"], "Raut: Your e-mail address is changed")


def test_a_change_is_taken_back(signed_in, owner):
    signed_in.post(PAGE, {"email": NEW, "action_add": ""})
    signed_in.post(PAGE, {"email": NEW, "action_remove": ""})
    assert not EmailAddress.objects.filter(email=NEW).exists()


def test_it_can_be_changed_while_the_second_factor_is_on(signed_in, owner):
    add_second_factor(owner)
    signed_in.post(PAGE, {"email": NEW, "action_add": ""})
    assert EmailAddress.objects.filter(email=NEW, verified=False).exists()


def test_the_address_of_somebody_else_is_not_taken(signed_in, stranger, owner, mailoutbox):
    signed_in.post(PAGE, {"email": stranger.email, "action_add": ""})
    assert not EmailAddress.objects.filter(user=owner, email=stranger.email, verified=True).exists()
    owner.refresh_from_db()
    assert owner.email == "owner@example.org"


def test_a_mail_server_that_is_away_undoes_nothing(signed_in, owner, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    form = {"oldpassword": PASSWORD, "password1": "another-horse-battery", "password2": "another-horse-battery"}
    assert signed_in.post("/account/password/change/", form).status_code == 302
    owner.refresh_from_db()
    assert owner.check_password("another-horse-battery")

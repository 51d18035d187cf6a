"""What was tried against accounts: guesses side by side, keys that outlive a password, mails with a foreign host."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from webplatform.accounts import login_ages
from webplatform.accounts.lockout import LOCK_AFTER
from webplatform.accounts.models import ApiToken, AuditEvent, LoginAttempt, User
from webplatform.accounts.services import create_token

PASSWORD = "correct-horse-battery"
CHANGE = {"oldpassword": PASSWORD, "password1": "another-good-horse", "password2": "another-good-horse"}


def log_in(email: str, password: str) -> int:
    try:
        return Client().post("/account/login/", {"login": email, "password": password}).status_code
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_guesses_in_parallel_do_not_slip_through(owner):
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda n: log_in(owner.email, f"wrong-{n}"), range(40)))
    assert AuditEvent.objects.filter(action="login.failed").count() <= LOCK_AFTER
    assert answers.count(429) >= 40 - LOCK_AFTER


def test_a_right_password_forgets_the_guesses_before_it(owner, client):
    for n in range(3):
        client.post("/account/login/", {"login": owner.email, "password": f"wrong-{n}"})
    assert client.post("/account/login/", {"login": owner.email, "password": PASSWORD}).status_code == 302
    assert not LoginAttempt.objects.exists()


def test_a_new_password_ends_tokens(owner, client_of):
    create_token(user=owner, name="old")
    assert client_of(owner).post("/account/password/change/", CHANGE).status_code == 302
    assert not ApiToken.objects.exists()


def test_signing_out_everywhere_ends_tokens(owner, client_of):
    create_token(user=owner, name="old")
    client_of(owner).post("/account/logins/others/end/")
    assert not ApiToken.objects.exists()


def test_links_in_mails_begin_with_the_platforms_own_address(owner, client, settings):
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["*"], "https://raut.example.org"
    client.post("/account/password/reset/", {"email": owner.email}, headers={"host": "evil.example"})
    assert "https://raut.example.org/account/password/reset/key/" in mail.outbox[-1].body
    assert "evil.example/account" not in mail.outbox[-1].body


@pytest.mark.parametrize("kind", ["idle", "old"])
def test_a_login_ends_when_it_is_idle_or_old(owner, client_of, settings, monkeypatch, kind):
    browser = client_of(owner)
    assert browser.get("/account/").status_code == 200
    now_s = time.time()
    if kind == "old":
        settings.RAUT_LOGIN_IDLE_HOURS = 10**6
    passed_s = settings.RAUT_LOGIN_DAYS * 86400 + 60 if kind == "old" else settings.RAUT_LOGIN_IDLE_HOURS * 3600 + 60
    monkeypatch.setattr(login_ages.time, "time", lambda: now_s + passed_s)
    assert browser.get("/account/").status_code == 302


def test_a_login_that_is_used_goes_on(owner, client_of, settings, monkeypatch):
    browser, now_s = client_of(owner), time.time()
    for hours in (0, 20, 40, 60):
        monkeypatch.setattr(login_ages.time, "time", lambda hours=hours: now_s + hours * 3600)
        assert browser.get("/account/").status_code == 200


def test_no_cache_keeps_what_a_person_saw(owner, client_of, api_of, client):
    assert "no-store" in client_of(owner).get("/account/")["Cache-Control"]
    assert "no-store" in api_of(owner).get("/api/v1/sessions/")["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_sign_ups_at_the_same_moment_are_answered(settings):
    asked = {"email": "new@example.org", "password1": "another-good-horse", "password2": "another-good-horse"}

    def sign_up(_n: int) -> int:
        try:
            return Client(raise_request_exception=False).post("/account/signup/", asked).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(sign_up, range(8)))
    assert User.objects.filter(email="new@example.org").count() == 1
    assert [answer for answer in answers if answer >= 500] == []

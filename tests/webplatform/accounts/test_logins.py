"""Where a person is signed in, and signing out everywhere."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session as LoginRow
from django.test import Client
from django.utils import timezone

from tests.conftest import PASSWORD
from webplatform.accounts.logins import forget_ended
from webplatform.accounts.models import AuditEvent

LOGINS = "/account/logins/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


@pytest.fixture
def browser_of(db):
    """`browser_of(user, user_agent)`: a browser in which the user has logged in by the page."""

    def log_in(user, user_agent=FIREFOX):
        client = Client(headers={"user-agent": user_agent})
        client.post("/account/login/", {"login": user.email, "password": PASSWORD})
        return client

    return log_in


def _is_in(client):
    return client.get("/account/").status_code == 200


def test_each_login_is_listed_this_browser_first(browser_of, owner):
    browser_of(owner, EDGE)
    logins = browser_of(owner, FIREFOX).get(LOGINS).context["logins"]
    assert [(login.browser, login.is_here) for login in logins] == [
        ("Firefox on Linux", True),
        ("Edge on Windows", False),
    ]


def test_one_login_is_ended(browser_of, owner):
    other, here = browser_of(owner), browser_of(owner)
    row = UserSession.objects.get(session_key=other.session.session_key)
    here.post(f"{LOGINS}{row.pk}/end/")
    assert (_is_in(other), _is_in(here)) == (False, True)


def test_signing_out_everywhere_leaves_this_browser_only(browser_of, client_of, owner):
    other, unlisted, here = browser_of(owner), client_of(owner), browser_of(owner)
    assert here.post(f"{LOGINS}others/end/")["Location"] == LOGINS
    assert [_is_in(client) for client in (other, unlisted, here)] == [False, False, True]
    assert len(here.get(LOGINS).context["logins"]) == 1
    assert AuditEvent.objects.filter(action="logins.ended", actor_id=owner.pk).count() == 1
    assert _is_in(browser_of(owner))  # logging in again works


def test_a_new_password_ends_the_other_logins(browser_of, owner):
    other, here = browser_of(owner), browser_of(owner)
    here.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "another-horse-battery", "password2": "another-horse-battery"},
    )
    assert (_is_in(other), _is_in(here)) == (False, True)


def test_nobody_ends_the_login_of_somebody_else(browser_of, owner, stranger):
    client = browser_of(owner)
    row = UserSession.objects.get(user=owner)
    assert browser_of(stranger).post(f"{LOGINS}{row.pk}/end/").status_code == 404
    assert _is_in(client)


@pytest.mark.parametrize("page", [LOGINS, f"{LOGINS}others/end/", f"{LOGINS}1/end/"])
def test_an_anonymous_visitor_is_sent_to_the_login(client, db, page):
    method = client.get if page == LOGINS else client.post
    assert method(page)["Location"].startswith("/account/login/")


def test_of_an_expired_login_nothing_is_left(browser_of, owner):
    browser_of(owner)
    LoginRow.objects.update(expire_date=timezone.now())
    forget_ended()
    assert not UserSession.objects.exists()
    assert not LoginRow.objects.exists()


def test_signing_out_forgets_the_login(browser_of, owner):
    client = browser_of(owner)
    client.post("/account/logout/")
    forget_ended()
    assert not UserSession.objects.exists()

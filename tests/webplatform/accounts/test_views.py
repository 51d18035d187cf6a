"""The account's pages: profile and API tokens."""

import pytest
from django.urls import reverse

from webplatform.accounts.models import ApiToken
from webplatform.accounts.services import create_token

TOKENS = "/account/tokens/"


@pytest.mark.parametrize("page", ["/account/", TOKENS, "/account/email/", "/account/password/change/"])
def test_an_anonymous_visitor_is_sent_to_the_login(client, db, page):
    response = client.get(page)
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


def test_the_owner_changes_the_name(client_of, owner):
    response = client_of(owner).post("/account/", {"first_name": "Maya", "last_name": ""})
    owner.refresh_from_db()
    assert (response.status_code, owner.first_name) == (302, "Maya")


@pytest.fixture
def proven(client_of):
    """`proven(user)`: a browser in which the user has just given the password."""

    def sign_in(user):
        client = client_of(user)
        assert client.post("/account/reauthenticate/", {"password": "correct-horse-battery"}).status_code == 302
        return client

    return sign_in


def test_a_token_needs_the_password(client_of, owner):
    response = client_of(owner).post(TOKENS, {"name": "notebook", "days": "90", "scopes": ["read"]})
    assert response["Location"].startswith("/account/reauthenticate/")
    assert not ApiToken.objects.exists()


def test_a_new_token_is_shown_in_the_answer_and_never_again(proven, owner, api_of):
    client = proven(owner)
    response = client.post(TOKENS, {"name": "notebook", "days": "90", "scopes": ["read"]})
    key = response.context["key"]
    assert key in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert key not in client.get(TOKENS).content.decode()


def test_a_token_may_be_made_to_last_until_revoked(proven, owner):
    proven(owner).post(TOKENS, {"name": "notebook", "days": "0", "scopes": ["read", "write"]})
    assert ApiToken.objects.get().expires_at is None


def test_a_token_without_a_name_is_refused_with_a_reason(proven, owner):
    response = proven(owner).post(TOKENS, {"name": " ", "days": "90", "scopes": ["read"]})
    assert response.context["form"].errors
    assert not ApiToken.objects.exists()


def test_the_owner_revokes_a_token(client_of, owner):
    token, _key = create_token(user=owner, name="notebook")
    response = client_of(owner).post(reverse("accounts:revoke-token", args=[token.pk]))
    assert response.status_code == 302
    assert not ApiToken.objects.exists()


def test_a_stranger_neither_sees_nor_revokes_the_token(client_of, owner, stranger):
    token, _key = create_token(user=owner, name="weekly export")
    client = client_of(stranger)
    assert "weekly export" not in client.get(TOKENS).content.decode()
    assert client.post(reverse("accounts:revoke-token", args=[token.pk])).status_code == 404
    assert ApiToken.objects.exists()


def test_an_anonymous_visitor_revokes_nothing(client, owner):
    token, _key = create_token(user=owner, name="notebook")
    assert client.post(reverse("accounts:revoke-token", args=[token.pk])).status_code == 302
    assert ApiToken.objects.exists()

"""The user's own tokens over REST."""

from rest_framework.test import APIClient

from webplatform.accounts.models import ApiToken
from webplatform.accounts.services import create_token

TOKENS = "/api/v1/tokens/"


def test_the_owner_lists_tokens_with_scopes_and_without_keys(api_of, owner):
    _token, key = create_token(user=owner, name="notebook", scopes=["read"])
    answer = api_of(owner).get(TOKENS)
    told = {token["name"]: token["scopes"] for token in answer.json()["results"]}
    assert told == {"notebook": ["read"], "test": ["read", "write", "live"]}
    assert key not in answer.content.decode()


def test_the_owner_revokes_a_token_and_a_stranger_does_not(api_of, owner, stranger):
    token, _key = create_token(user=owner, name="notebook")
    assert api_of(stranger).delete(f"{TOKENS}{token.pk}/").status_code == 404
    assert api_of(owner).delete(f"{TOKENS}{token.pk}/").status_code == 204
    assert not ApiToken.objects.filter(pk=token.pk).exists()


def test_a_key_makes_no_other_key(api_of, owner):
    assert api_of(owner).post(TOKENS, {"name": "a", "scopes": ["admin"]}).status_code == 405


def test_an_anonymous_program_is_answered_401(db):
    assert APIClient().get(TOKENS).status_code == 401
    assert APIClient().delete(f"{TOKENS}1/").status_code == 401

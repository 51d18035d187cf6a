"""Programs prove whom they act for by a header."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIRequestFactory

from webplatform.accounts.authentication import TokenAuthentication
from webplatform.accounts.models import ApiToken
from webplatform.accounts.services import create_token
from webplatform.accounts.tokens import valid_token


def _authenticate(header):
    headers = {"HTTP_AUTHORIZATION": header} if header else {}
    return TokenAuthentication().authenticate(APIRequestFactory().get("/", **headers))


def test_a_valid_token_signs_its_user_in_and_notes_the_time(owner):
    token, key = create_token(user=owner, name="a")
    user, used = _authenticate(f"Token {key}")
    assert (user, used) == (owner, token)
    assert ApiToken.objects.get().last_used_at is not None


@pytest.mark.parametrize("header", [None, "Basic abc"])
def test_a_request_without_a_token_is_left_to_the_next_scheme(db, header):
    assert _authenticate(header) is None


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token wrong"])
def test_a_malformed_or_unknown_token_is_refused(db, header):
    with pytest.raises(AuthenticationFailed):
        _authenticate(header)


def test_an_expired_token_is_refused(owner):
    token, key = create_token(user=owner, name="a", days=1)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(AuthenticationFailed):
        _authenticate(f"Token {key}")


def test_the_token_of_an_inactive_user_is_refused(owner):
    _token, key = create_token(user=owner, name="a")
    owner.is_active = False
    owner.save()
    with pytest.raises(AuthenticationFailed):
        _authenticate(f"Token {key}")


def test_the_last_use_is_noted_once_a_minute(owner, api_of, django_assert_num_queries):
    api = api_of(owner)
    api.get("/api/v1/studies/")
    token = ApiToken.objects.get(user=owner)
    first_at = token.last_used_at
    api.get("/api/v1/studies/")
    token.refresh_from_db()
    assert token.last_used_at == first_at is not None
    ApiToken.objects.update(last_used_at=first_at - timedelta(minutes=2))
    api.get("/api/v1/studies/")
    token.refresh_from_db()
    assert token.last_used_at >= first_at


def test_the_quick_lookup_finds_the_same_token_as_the_models_do(owner, token_of):
    key = token_of(owner)
    row = ApiToken.objects.select_related("user").get(user=owner)
    found = valid_token(key)
    assert found == row
    assert found.user == owner
    names = [field.attname for field in ApiToken._meta.concrete_fields]
    assert {name: getattr(found, name) for name in names} == {name: getattr(row, name) for name in names}
    found.delete()
    assert valid_token(key) is None

"""API tokens: made, shown once, used, revoked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from webplatform.accounts.models import ApiToken
from webplatform.accounts.services import MAX_TOKENS, create_token, revoke_token
from webplatform.common.errors import Conflict, Invalid


def test_only_the_digest_of_a_token_is_kept(owner):
    token, key = create_token(user=owner, name="notebook")
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert key.startswith("raut_")
    assert key not in str(row)
    assert row["prefix"] == key[5:13]


def test_a_token_lasts_as_many_days_as_asked(owner):
    token, _key = create_token(user=owner, name="notebook", days=30)
    assert abs(token.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


def test_a_token_without_days_does_not_expire(owner):
    token, _key = create_token(user=owner, name="notebook")
    assert token.expires_at is None
    assert not token.is_expired


def test_two_tokens_of_the_same_name_have_different_keys(owner):
    assert create_token(user=owner, name="a")[1] != create_token(user=owner, name="a")[1]


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_token_needs_a_name_of_fitting_length(owner, name):
    with pytest.raises(Invalid):
        create_token(user=owner, name=name)


def test_a_token_cannot_last_less_than_a_day(owner):
    with pytest.raises(Invalid):
        create_token(user=owner, name="a", days=0)


def test_nobody_has_more_tokens_than_the_limit(owner, stranger):
    for number in range(MAX_TOKENS):
        create_token(user=owner, name=str(number))
    with pytest.raises(Conflict):
        create_token(user=owner, name="one more")
    create_token(user=stranger, name="the first of somebody else")


def test_a_revoked_token_opens_nothing_and_may_be_revoked_again(owner):
    token, _key = create_token(user=owner, name="a")
    revoke_token(token=token)
    revoke_token(token=token)
    assert not ApiToken.objects.exists()

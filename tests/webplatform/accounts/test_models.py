"""A user is known by the e-mail address."""

import pytest
from django.db import IntegrityError

from webplatform.accounts.models import User


def test_two_users_cannot_share_an_address_that_differs_only_in_case(owner):
    with pytest.raises(IntegrityError):
        User.objects.create_user("OWNER@example.org", "correct-horse-battery")


def test_a_user_without_a_password_cannot_log_in_by_one(db):
    assert not User.objects.create_user("new@example.org").has_usable_password()


def test_a_superuser_is_staff(db):
    user = User.objects.create_superuser("root@example.org", "correct-horse-battery")
    assert user.is_staff
    assert user.is_superuser

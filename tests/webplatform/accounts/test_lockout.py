"""Guessing ends: with a clear 429, in the audit log, and while Redis is away."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from tests.conftest import PASSWORD
from tests.webplatform.accounts.second_factor import add_second_factor, code_of
from webplatform.accounts.audit import record_event
from webplatform.accounts.lockout import LOCK_AFTER, LOCK_FOR, account_mark, refuse_locked, seconds_locked
from webplatform.accounts.models import AuditEvent
from webplatform.common.errors import TooManyAttempts
from webplatform.common.redis.cache import ForgivingRedisCache

AWAY = "redis://127.0.0.1:1/0"


def _log_in(client, email, password=PASSWORD):
    return client.post("/account/login/", {"login": email, "password": password})


@pytest.fixture
def failed(db):
    """`failed(email, times)`: so many logins to the address have failed."""

    def fail(email: str, times: int, action: str = "login.failed") -> None:
        for _time in range(times):
            record_event(action, account=account_mark(email))

    return fail


@pytest.fixture
def without_redis():
    """The cache of a platform whose Redis is away."""
    before = caches["default"]
    caches["default"] = ForgivingRedisCache(AWAY, {})
    yield
    caches["default"] = before


def test_after_ten_wrong_passwords_the_right_one_is_answered_429(client, owner, failed):
    failed(owner.email, LOCK_AFTER)
    response = _log_in(client, owner.email)
    assert response.status_code == 429
    assert "Too many attempts to log in. Try again in 15 minutes." in response.content.decode()
    assert int(response["Retry-After"]) <= LOCK_FOR.total_seconds() + 1
    assert "_auth_user_id" not in client.session


def test_one_less_locks_nothing(client, owner, failed):
    failed(owner.email, LOCK_AFTER - 1)
    assert _log_in(client, owner.email).status_code == 302


def test_the_lock_is_of_one_account_whatever_the_case_of_its_address(client, owner, stranger, failed):
    failed(owner.email.upper(), LOCK_AFTER)
    assert _log_in(client, stranger.email).status_code == 302
    assert seconds_locked(owner.email) > 0


def test_the_lock_ends_by_itself(owner, failed, monkeypatch):
    failed(owner.email, LOCK_AFTER)
    later = timezone.now() + LOCK_FOR + timedelta(seconds=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert seconds_locked(owner.email) == 0


def test_wrong_codes_count_like_wrong_passwords(client, owner, failed):
    secret = add_second_factor(owner)
    _log_in(client, owner.email)
    failed(owner.email, LOCK_AFTER, "two_factor.failed")
    assert client.post("/account/two-factor/authenticate/", {"code": code_of(secret)}).status_code == 429
    assert "_auth_user_id" not in client.session


def test_the_lock_holds_while_redis_is_away(client, owner, without_redis):
    for _time in range(LOCK_AFTER):
        assert _log_in(client, owner.email, "wrong").status_code == 200
    assert _log_in(client, owner.email).status_code == 429
    assert AuditEvent.objects.filter(action="login.locked").count() == 1


def test_while_redis_is_away_people_log_in(client, owner, without_redis):
    assert _log_in(client, owner.email).status_code == 302


def test_one_network_address_that_guesses_at_many_accounts_is_answered_429(client, db):
    answers = [_log_in(client, f"{number}@example.org", "wrong").status_code for number in range(11)]
    assert answers == [200] * 10 + [429]


def test_the_lock_speaks_the_visitor_s_language(client, owner, failed):
    failed(owner.email, LOCK_AFTER)
    response = client.post(
        "/account/login/", {"login": owner.email, "password": PASSWORD}, headers={"accept-language": "id"}
    )
    assert "Coba lagi dalam 15 menit" in response.content.decode()


def test_the_refusal_tells_programs_when_to_come_back(owner, failed):
    failed(owner.email, LOCK_AFTER)
    with pytest.raises(TooManyAttempts) as refusal:
        refuse_locked(owner.email)
    assert refusal.value.details["retry_after_s"] > 0


@pytest.mark.parametrize("password", ["short", "password12", "1234567890", "owner@example.org"])
def test_a_weak_password_is_refused(client, db, password):
    form = {"email": "owner@example.org", "password1": password, "password2": password}
    assert client.post("/account/signup/", form).context["form"].errors["password1"]

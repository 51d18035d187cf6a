"""Too often is answered 429, with the time to wait; a Redis that is away limits nothing."""

from __future__ import annotations

import pytest
from django.core.cache import caches
from django.test import Client

from tests.webplatform.analysis.conftest import upload_of
from webplatform.accounts.services import create_token
from webplatform.accounts.tickets import issue_ticket
from webplatform.analysis.services import submit_video
from webplatform.common.errors import TooManyAttempts
from webplatform.common.rate_limits.limits import consume
from webplatform.common.rate_limits.rates import rate_from
from webplatform.common.redis.cache import ForgivingRedisCache


@pytest.fixture
def rates(settings):
    """`rates(read=(2, 60))`: these rates, a day long so that no window ends in the middle of a test."""

    def limit(**most: int) -> None:
        settings.RAUT_RATES = {**settings.RAUT_RATES, **{name: (count, 86400) for name, count in most.items()}}

    return limit


def test_reading_too_often_is_429_in_the_shape_of_every_error(api_of, owner, rates):
    rates(read=2)
    api = api_of(owner)
    answers = [api.get("/api/v1/sessions/") for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "too_many_attempts"
    assert 0 < int(answers[2]["Retry-After"]) <= 86400


def test_writing_is_counted_apart_from_reading(api_of, owner, rates):
    rates(write=1)
    api = api_of(owner)
    assert [api.post("/api/v1/live/tickets/").status_code for _time in range(2)] == [201, 429]
    assert api.get("/api/v1/sessions/").status_code == 200


def test_each_token_has_the_rate_and_the_account_four_times_as_much(owner, rates):
    rates(read=2)
    statuses = []
    for number in range(5):
        key = create_token(user=owner, name=f"{number}")[1]
        headers = {"Authorization": f"Token {key}"}
        statuses += [Client().get("/api/v1/sessions/", headers=headers).status_code for _time in range(2)]
    assert statuses == [200] * 8 + [429] * 2


def test_one_users_haste_does_not_slow_another_one(api_of, owner, viewer, rates):
    rates(read=1)
    for user in (owner, viewer):
        assert api_of(user).get("/api/v1/sessions/").status_code == 200


def test_uploads_are_counted_for_each_account(owner, consent, rates):
    rates(upload=1)
    submit_video(user=owner, upload=upload_of())
    with pytest.raises(TooManyAttempts):
        submit_video(user=owner, upload=upload_of(), again=True)


def test_tickets_are_counted(owner, rates):
    rates(live=1)
    issue_ticket(user=owner)
    with pytest.raises(TooManyAttempts):
        issue_ticket(user=owner)


def test_guessing_links_ends_for_the_page_and_the_api_together(client, db, rates):
    rates(link=2)
    page = [client.get(f"/p/guess-{n}/") for n in range(3)]
    assert [answer.status_code for answer in page] == [404, 404, 429]
    assert page[2]["Retry-After"]
    assert client.get("/api/v1/own/", headers={"Participant-Key": "guess"}).status_code == 429


def test_signing_up_too_often_is_429_with_the_time_to_wait(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/d/ip"}
    forms = [{"email": f"{n}@example.org", "password1": "short", "password2": "short"} for n in range(2)]
    answers = [client.post("/account/signup/", form) for form in forms]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1]["Retry-After"]


@pytest.fixture
def without_redis():
    """The cache of a platform whose Redis is away."""
    before = caches["default"]
    caches["default"] = ForgivingRedisCache("redis://127.0.0.1:1/0", {})
    yield
    caches["default"] = before


def test_without_redis_nothing_is_limited(without_redis, rates):
    rates(live=1)
    for _time in range(3):
        consume("live", "somebody")


@pytest.mark.parametrize("text", ["", "60", "0/m", "60/s", "-1/h", "many/h"])
def test_what_is_no_rate_stops_the_start(text):
    with pytest.raises(Exception, match="is no rate"):
        rate_from(text, "RAUT_RATE_READ")


def test_a_rate_is_a_number_in_a_window():
    assert [rate_from(text, "RAUT_RATE_READ") for text in ("60/m", "10/h", "5/d")] == [(60, 60), (10, 3600), (5, 86400)]

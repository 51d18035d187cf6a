"""Processes that die, and a Redis that goes away: the platform comes back by itself."""

from __future__ import annotations

import httpx
import pytest

from tests.whole_platform import Person, Platform


def is_well(platform: Platform) -> bool:
    try:
        return platform.client.get("/healthz").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def sign_in(platform: Platform, person: Person) -> httpx.Response:
    with httpx.Client(base_url=platform.url, timeout=60, trust_env=False) as browser:
        browser.get("/account/login/")
        form = {"login": person.email, "password": person.password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        return browser.post("/account/login/", data=form)


@pytest.mark.parametrize("name", ["redis", "worker", "housekeeper", "beat", "web"])
def test_a_process_that_dies_comes_back(platform: Platform, name: str):
    platform.wait_for(lambda: is_well(platform), timeout_s=60)
    before = platform.supervisor.pid(name)
    platform.supervisor.kill(name)
    platform.wait_for(lambda: platform.supervisor.pid(name) not in {None, before})
    platform.wait_for(lambda: is_well(platform), timeout_s=60)


def test_signing_in_goes_on_while_redis_is_away(platform: Platform):
    person = platform.create_user()
    platform.stop("redis")
    try:
        answer = sign_in(platform, person)
    finally:
        platform.start("redis")
    assert (answer.status_code, answer.headers["location"]) == (302, "/")


def test_health_tells_when_redis_is_away_and_when_it_is_back(platform: Platform):
    platform.stop("redis")
    away = platform.client.get("/healthz")
    platform.start("redis")
    assert (away.status_code, away.json()["redis"], away.json()["database"]) == (503, False, True)
    platform.wait_for(lambda: is_well(platform), timeout_s=60)


def test_too_many_wrong_passwords_are_refused_for_a_while(platform: Platform):
    person = platform.create_user()
    wrong = Person(person.user, person.email, "not-the-password", person.api)
    codes = [sign_in(platform, wrong).status_code for _ in range(11)]
    assert (codes[0], codes[-1]) == (200, 429)
    assert sign_in(platform, person).status_code == 429  # the right one, too

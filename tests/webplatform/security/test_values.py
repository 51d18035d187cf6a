"""Values that no database can hold are refused by every operation of the API, and crash none."""

import json
import re

import pytest

from tests.api_document import api_document
from webplatform.accounts.models import User
from webplatform.accounts.services import create_token

HUGE, UUID = 2**70, "3f0e4bb8-5d0c-4d53-9a2a-0f6a1f5f4b11"
NASTY = [HUGE, -HUGE, "\x00", "x" * 20_000, [[]], {"a": None}, 1e308, True, "9" * 400]
IGNORED = {"/api/v1/live/check/"}


@pytest.fixture
def admin(db, study, settings):
    from webplatform.studies.models import Membership

    settings.RAUT_RATES = dict.fromkeys(settings.RAUT_RATES, (10**6, 60))
    user = User.objects.create_superuser("admin@example.org", "correct-horse-battery")
    Membership.objects.create(study=study, user=user, role=Membership.Role.OWNER)
    return user


def operations() -> list[tuple[str, str, dict]]:
    methods = {"get", "post", "put", "patch", "delete"}
    paths = api_document()["paths"].items()
    return [(method, path, stated[method]) for path, stated in paths for method in stated if method in methods]


def address(path: str, study, number: object = HUGE) -> str:
    filled = path.replace("{study_id}", str(study.pk))
    return re.sub(r"{(\w+)}", lambda found: str(number if _is_number(path, found[1]) else UUID), filled)


def _is_number(path: str, name: str) -> bool:
    stated = [p for method in api_document()["paths"][path].values() for p in method.get("parameters", [])]
    return any(p["name"] == name and p["schema"].get("type") == "integer" for p in stated if p["in"] == "path")


def fields_of(operation: dict) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {})
    for body in content.values():
        reference = body["schema"].get("$ref", "").rsplit("/", 1)[-1]
        return list(api_document()["components"]["schemas"].get(reference, {}).get("properties", {}))
    return []


def test_no_operation_falls_over_a_value_that_cannot_be_stored(admin, study, client):
    client.raise_request_exception = False
    headers = {"authorization": f"Token {create_token(user=admin, name='x')[1]}"}
    fallen = []
    for method, path, operation in operations():
        if path in IGNORED:
            continue
        at = address(path, study)
        if method == "get":
            asked = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"] + ["cursor", "page"]
            sent = [{name: value} for name in asked for value in (str(HUGE), "cD1ub3Bl", "x" * 3000)]
            answers = [(str(query)[:60], client.get(at, query, headers=headers)) for query in sent]
        else:
            fields = fields_of(operation)
            bodies = [json.dumps(dict.fromkeys(fields, value)) for value in NASTY] if fields else ["{}", "[]"]
            send = getattr(client, method)
            answers = [(b[:60], send(at, b, content_type="application/json", headers=headers)) for b in bodies]
        fallen += [(method, path, what) for what, answer in answers if answer.status_code >= 500]
    assert fallen == []


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_member_of_more_than_64_bits_is_nobody(method, study, owner, api_of):
    answer = getattr(api_of(owner), method)(f"/api/v1/studies/{study.pk}/members/{2**70}/", {"role": "viewer"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_cursor_that_is_none_is_told(owner, api_of):
    answer = api_of(owner).get("/api/v1/audit/", {"cursor": "cD1ub3Bl"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_huge_days_are_refused_by_name(study, owner, api_of):
    days = {"media_days": 1, "observation_days": 10**12, "rest_days": 10**12}
    answer = api_of(owner).put(f"/api/v1/studies/{study.pk}/retention/", days)
    assert answer.status_code == 400
    assert set(answer.json()["details"]) == {"observation_days", "rest_days"}


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 100_000, '{"name": "\\ud800"}', '{"n": ' + "9" * 5000 + "}"])
def test_json_that_no_program_needs_is_refused(body, owner, client):
    client.raise_request_exception = False
    headers = {"authorization": f"Token {create_token(user=owner, name='x')[1]}"}
    answer = client.post("/api/v1/consent/", body, content_type="application/json", headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("page", ["/", "/studies/", "/account/people/", "/api/v1/people/"])
def test_a_nul_in_a_query_crashes_nothing(page, admin, client):
    client.force_login(admin)
    client.raise_request_exception = False
    assert client.get(page, {"q": "a\x00b"}).status_code == 400

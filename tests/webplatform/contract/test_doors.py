"""What every operation does alike: problems, the final slash, what is not declared, the request's id."""

import logging
from io import BytesIO

import pytest
from django.test import Client

from webplatform.common.http.request_ids import WithRequestId

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "message", "details"}


def assert_problem(answer, status: int, code: str | None = None) -> None:
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert set(told) >= MEMBERS
    assert (answer.status_code, told["status"]) == (status, status)
    assert code is None or told["code"] == code


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/sessions/not-an-id/", "/api/v2/", "/api/", "/api/v1/no"])
def test_an_address_that_is_none_is_a_problem(path, debug, client, db, settings):
    settings.DEBUG = debug
    for method in ("get", "post", "put", "patch", "delete"):
        assert_problem(getattr(client, method)(path), 404, "not_found")


def test_what_django_refuses_by_itself_is_a_problem(client, db, settings):
    assert_problem(client.get("/api/v1/sessions/", headers={"host": "elsewhere.example"}), 400, "invalid")
    assert_problem(client.get("/api/v1/nothing/?q=%00"), 400, "invalid")


def test_methods_and_kinds_of_bodies_that_are_not_taken_are_problems(api_of, owner):
    api = api_of(owner)
    assert_problem(api.put("/api/v1/sessions/"), 405, "method_not_allowed")
    assert_problem(api.post("/api/v1/studies/", "<a/>", content_type="application/xml"), 415)
    assert_problem(api.post("/api/v1/studies/", "{", content_type="application/json"), 400)
    assert_problem(Client().get("/api/v1/sessions/"), 401, "not_authenticated")


def test_a_failure_of_the_server_is_a_problem_with_the_id_of_its_log_lines(client, owner, monkeypatch):
    def fall(*_args: object, **_named: object) -> None:
        raise RuntimeError("fell")

    monkeypatch.setattr("webplatform.history.api.listed_sessions", fall)
    client.raise_request_exception = False
    client.force_login(owner)
    answer = client.get("/api/v1/sessions/", headers={"x-request-id": "survey-tool-17"})
    assert_problem(answer, 500, "server_error")
    assert (answer["X-Request-ID"], answer.json()["instance"]) == ("survey-tool-17", "urn:raut:request:survey-tool-17")


def test_an_address_without_its_final_slash_loses_no_body(api_of, owner, consent):
    api = api_of(owner)
    made = api.post("/api/v1/studies", {"name": "N", "purpose": "p", "setting": "research", "contact": "c"})
    assert made.status_code == 201
    assert api.get(f"/api/v1/studies/{made.json()['id']}").json()["name"] == "N"
    assert api.get("/api/v1/sessions?page_size=1").status_code == 200


def test_what_is_not_declared_is_refused_by_name(api_of, owner, study):
    api = api_of(owner)
    for path in ("/api/v1/sessions/", "/api/v1/audit/", "/api/v1/consent/", f"/api/v1/studies/{study.pk}/members/"):
        answer = api.get(path, {"colour": "red", "format": "json"})
        assert_problem(answer, 400, "invalid")
        assert set(answer.json()["details"]) == {"colour", "format"}
    sent = {"name": "N", "purpose": "p", "setting": "research", "contact": "c", "colour": "red"}
    for kind in ("json", "multipart"):
        answer = api.post("/api/v1/studies/", sent, format=kind)
        assert (answer.status_code, set(answer.json()["details"])) == (400, {"colour"})
    answer = api.post(f"/api/v1/studies/{study.pk}/close/", {"colour": "red"})
    assert (answer.status_code, set(answer.json()["details"])) == (400, {"colour"})
    answer = api.post(f"/api/v1/studies/{study.pk}/participants/many/", {"participants": [{"pseudonym": "a", "x": 1}]})
    assert answer.status_code == 400
    assert "x" in str(answer.json()["details"])


def test_what_may_stand_once_is_refused_twice(api_of, owner, consent):
    api = api_of(owner)
    assert set(api.get("/api/v1/sessions/?state=open&state=closed").json()["details"]) == {"state"}
    files = {"file": [BytesIO(b"one"), BytesIO(b"two")]}
    answer = api.post("/api/v1/analyses/", files, format="multipart")
    assert (answer.status_code, set(answer.json()["details"])) == (400, {"file"})


def test_a_token_may_be_sent_as_bearer(client, owner, token_of):
    answer = client.get("/api/v1/sessions/", headers={"authorization": f"Bearer {token_of(owner)}"})
    assert answer.status_code == 200


def test_an_id_that_no_log_should_hold_is_replaced(client, db):
    given = "x" * 65
    answer = client.get("/api/v1/sessions/", headers={"x-request-id": given})
    assert answer["X-Request-ID"] not in ("", given)
    record = logging.LogRecord("x", logging.INFO, "x", 1, "said", (), None)
    WithRequestId().filter(record)
    assert record.request_id == "-"

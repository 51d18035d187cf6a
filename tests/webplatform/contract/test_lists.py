"""Every list comes in pages by cursor, in one shape: rows of a table, and what is worked out when it is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_document import api_document
from webplatform.common.rest.keyset import KeysetPosition, Listed
from webplatform.history.markers import add_marker


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def test_no_operation_answers_a_bare_list():
    document = api_document()
    found = {"bare": [], "paged": []}
    for path, operations in document["paths"].items():
        content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = resolved(document, content.get("application/json", {}).get("schema", {}))
        names = {one["name"] for one in operations.get("get", {}).get("parameters", ())}
        if schema.get("type") == "array":
            found["bare"].append(path)
        if {"next", "previous", "results"} <= set(schema.get("properties", {})):
            assert {"cursor", "page_size"} <= names, path
            found["paged"].append(path)
    assert found["bare"] == []
    assert len(found["paged"]) > 30


def walk(api, first: str, member: str, link: str = "next") -> tuple[list[list[Any]], dict[str, Any]]:
    pages, url, answer = [], first, {}
    while url:
        answer = api.get(url).json()
        pages.append([row[member] for row in answer["results"]])
        url = answer[link]
    return pages, answer


def test_a_session_s_markers_are_walked_there_and_back(story, owner, api_of):
    api, path = api_of(owner), f"/api/v1/sessions/{story.pk}/markers/"
    for number in range(5):
        add_marker(session=story, user=owner, t_ms=number // 2, text=str(number))
    there, last = walk(api, f"{path}?page_size=2", "text")
    assert (there, last["count"]) == ([["0", "1"], ["2", "3"], ["4"]], 5)
    assert walk(api, last["previous"], "text", "previous")[0] == there[-2::-1]
    newest = api.get(path, {"ordering": "-t_ms", "fields": "text"}).json()
    assert newest["results"][0] == {"text": "4"}
    assert api.get(path, {"page": 1}).status_code == 400


def test_what_is_worked_out_is_walked_there_and_back(story, owner, api_of):
    api, path = api_of(owner), f"/api/v1/sessions/{story.pk}/faces/"
    (everybody,), whole = walk(api, path, "key")
    there, last = walk(api, f"{path}?page_size=1", "key")
    assert there == [[key] for key in everybody]
    assert (len(there), whole["count"], last["count"]) == (2, 2, 2)
    assert walk(api, last["previous"], "key", "previous")[0] == [[everybody[0]]]


@pytest.mark.parametrize("keys", [(), (-1,), (True,), ("1",), (1.5,), (None,), (1, 2)])
def test_a_place_that_is_none_of_such_a_list_is_refused(keys, story, owner, api_of):
    cursor = KeysetPosition(keys).as_text()
    answer = api_of(owner).get(f"/api/v1/sessions/{story.pk}/faces/", {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_list_that_became_shorter_meanwhile_ends():
    assert Listed("abc").page(KeysetPosition((9,)), 2) == ([], KeysetPosition((3,), is_before=True), None)
    assert Listed("abc").page(KeysetPosition((3,), is_before=True), 2) == (
        ["b", "c"],
        KeysetPosition((1,), is_before=True),
        None,
    )
    assert Listed("").page(None, 2) == ([], None, None)

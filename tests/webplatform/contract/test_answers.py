"""Lists by cursor, order and members of a choice, and what stands in the headers of answers."""

import gzip
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from webplatform.history.models import Session

LIST = "/api/v1/sessions/"


@pytest.fixture
def sessions(study, owner, model_version, consent):
    """Seven sessions, some of the same length and some of none."""
    lengths = [3000, None, 1000, 1000, None, 3000, 2000]
    made = [
        Session(
            study=study,
            created_by=owner,
            title=f"S{number}",
            duration_ms=length,
            every_ms=200,
            model_version=model_version,
            consent=consent,
            source=Session.Source.UPLOAD,
            state=Session.State.CLOSED,
        )
        for number, length in enumerate(lengths)
    ]
    for session in made:
        session.save()
    Session.objects.update(created_at=timezone.now())  # one moment for all: only the id tells them apart
    return made


def walk(api, first, link="next"):
    pages, url = [], first
    while url:
        answer = api.get(url).json()
        pages.append([row["title"] for row in answer["results"]])
        url = answer[link]
        first = answer
    return pages, first


@pytest.mark.parametrize(
    "order", ["", "&ordering=duration_ms", "&ordering=-duration_ms", "&sort=longest", "&sort=title"]
)
def test_pages_by_cursor_hold_each_row_once_there_and_back(order, sessions, owner, api_of):
    api = api_of(owner)
    there, last = walk(api, f"{LIST}?page_size=2{order}")
    assert sorted(title for page in there for title in page) == [f"S{number}" for number in range(7)]
    assert [len(page) for page in there] == [2, 2, 2, 1]
    back, _ = walk(api, last["previous"], "previous")
    assert back == there[-2::-1]


def test_rows_without_a_value_come_last_in_both_directions(sessions, owner, api_of):
    for order in ("duration_ms", "-duration_ms"):
        lengths = [row["duration_ms"] for row in api_of(owner).get(LIST, {"ordering": order}).json()["results"]]
        known = sorted((length for length in lengths if length), reverse=order.startswith("-"))
        assert lengths == [*known, None, None]


def test_a_row_that_is_added_or_removed_shifts_no_page(sessions, owner, api_of):
    api = api_of(owner)
    first = api.get(LIST, {"ordering": "title", "page_size": 2}).json()
    sessions[1].delete()
    assert [row["title"] for row in api.get(first["next"]).json()["results"]] == ["S2", "S3"]


@pytest.mark.parametrize(
    "cursor", ["", "x", "cD1ub3Bl", "W10", "W2ZhbHNlXQ", "W2ZhbHNlLHt9LDFd", "é", "bnVsbA", "W2ZhbHNlLDEsMV0"]
)
def test_a_cursor_that_is_none_is_a_problem(cursor, sessions, owner, api_of):
    answer = api_of(owner).get(LIST, {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_an_order_and_a_member_that_are_none_are_refused_by_name(sessions, owner, api_of):
    api = api_of(owner)
    assert set(api.get(LIST, {"ordering": "study__name"}).json()["details"]) == {"ordering"}
    answer = api.get(LIST, {"fields": "id,colour"})
    assert "colour" in str(answer.json()["details"]["fields"])


def test_fields_leave_only_the_members_that_are_asked_for(sessions, owner, api_of):
    api = api_of(owner)
    page = api.get(LIST, {"fields": "id,title"}).json()
    assert {tuple(sorted(row)) for row in page["results"]} == {("id", "title")}
    assert page["count"] == 7
    assert set(api.get(f"{LIST}{sessions[0].pk}/", {"fields": "title"}).json()) == {"title"}
    assert api.patch(f"{LIST}{sessions[0].pk}/?fields=title", {"title": "A"}).status_code == 400


def test_what_has_not_changed_is_answered_by_304(sessions, owner, api_of):
    api, path = api_of(owner), f"{LIST}{sessions[0].pk}/"
    tag = api.get(path)["ETag"]
    again = api.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    sessions[0].title = "Other"
    sessions[0].save()
    assert api.get(path, headers={"if-none-match": tag}).status_code == 200


def test_json_comes_compressed_to_whoever_can_read_it(sessions, owner, api_of):
    api = api_of(owner)
    plain, packed = api.get(LIST), api.get(LIST, headers={"accept-encoding": "gzip, br"})
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) == int(packed["Content-Length"]) < len(plain.content)
    assert packed["ETag"] == plain["ETag"]
    assert "Accept-Encoding" in packed["Vary"]


def test_every_answer_tells_what_is_left_of_the_rate(owner, api_of, settings):
    settings.RAUT_RATES = settings.RAUT_RATES | {"read": (2, 3600)}
    api = api_of(owner)
    answers = [api.get("/api/v1/studies/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit"].split(";")[:2] for answer in answers] == [['"read"', f"r={left}"] for left in (1, 0, 0)]
    assert answers[0]["RateLimit-Policy"] == '"read";q=2;w=3600'
    assert answers[2]["Retry-After"] == answers[2]["RateLimit"].split("t=")[1]


def test_pages_by_number_go_on_and_say_that_they_end(sessions, owner, api_of):
    answer = api_of(owner).get(LIST, {"page": 2, "page_size": 5})
    assert [len(answer.json()["results"]), answer.json()["next"]] == [2, None]
    assert answer["Deprecation"].startswith("@")
    assert answer["Sunset"].endswith("GMT")
    assert urlsplit(answer["Link"].split(">")[0][1:]).path == "/api/docs/"
    assert "Deprecation" not in api_of(owner).get(LIST)

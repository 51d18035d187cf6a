"""Notes at moments of a session, over REST."""

import pytest

from webplatform.history import markers
from webplatform.history.markers import add_marker
from webplatform.history.models import Marker

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(story) -> str:
    return f"/api/v1/sessions/{story.pk}/markers/"


def test_the_owner_adds_lists_and_removes_a_marker(api_of, owner, url, story):
    api = api_of(owner)
    added = api.post(url, {"t_ms": 40, "text": "  question 3\nasked "})
    assert added.status_code == 201
    assert added.json() == {"id": added.json()["id"], "t_ms": 40, "text": "question 3 asked"}
    assert api.get(url).json()["results"] == [added.json()]
    assert api.get(f"/api/v1/sessions/{story.pk}/").json()["markers"] == [added.json()]
    assert api.delete(f"{url}{added.json()['id']}/").status_code == 204
    assert api.get(url).json()["results"] == []


def test_markers_come_in_the_order_of_their_time(api_of, owner, story, url):
    for t_ms in (30, 10, 20):
        add_marker(session=story, user=owner, t_ms=t_ms, text=f"at {t_ms}")
    assert [marker["t_ms"] for marker in api_of(owner).get(url).json()["results"]] == [10, 20, 30]


@pytest.mark.parametrize(
    "sent", [{"t_ms": 5, "text": " "}, {"t_ms": -1, "text": "x"}, {"t_ms": 2**31, "text": "x"}, {}]
)
def test_a_marker_without_words_or_outside_of_its_session_is_refused(api_of, owner, url, sent):
    assert api_of(owner).post(url, sent).status_code == 400
    assert not Marker.objects.exists()


def test_a_viewer_reads_markers_and_changes_none(api_of, viewer, owner, story, url):
    marker = add_marker(session=story, user=owner, t_ms=5, text="x")
    assert api_of(viewer).get(url).json()["count"] == 1
    assert api_of(viewer).post(url, {"t_ms": 5, "text": "y"}).status_code == 403
    assert api_of(viewer).delete(f"{url}{marker.pk}/").status_code == 403


def test_strangers_and_the_anonymous_find_no_markers(api_of, stranger, client, owner, story, url):
    marker = add_marker(session=story, user=owner, t_ms=5, text="x")
    for method, address in (("get", url), ("post", url), ("delete", f"{url}{marker.pk}/")):
        assert getattr(api_of(stranger), method)(address).status_code == 404
        assert getattr(client, method)(address).status_code == 401


def test_a_session_carries_only_so_many_markers(api_of, owner, story, url, monkeypatch):
    monkeypatch.setattr(markers, "MAX_MARKERS", 1)
    assert api_of(owner).post(url, {"t_ms": 5, "text": "x"}).status_code == 201
    assert api_of(owner).post(url, {"t_ms": 5, "text": "x"}).status_code == 409

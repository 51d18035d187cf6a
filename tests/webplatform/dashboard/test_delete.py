"""Deleting a session asks first."""

import pytest

from webplatform.history.models import Session


def _page(session):
    return f"/sessions/{session.pk}/delete/"


def test_the_owner_is_asked_before_anything_is_deleted(session_of, client_of, owner):
    session = session_of("Choir")
    html = client_of(owner).get(_page(session)).content.decode()
    assert "For 7 days it can be restored" in html
    assert Session.objects.exists()


def test_the_owner_deletes_rows_and_files(session_of, client_of, owner, django_capture_on_commit_callbacks):
    session = session_of("Choir")
    session.folder.mkdir(parents=True)
    (session.folder / "video.mp4").write_bytes(b"x")
    with django_capture_on_commit_callbacks(execute=True):
        response = client_of(owner).post(_page(session), {"for_good": "yes"})
    assert response["Location"] == "/"
    assert not Session.everything.exists()
    assert not session.folder.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_nothing_to_delete(session_of, client_of, stranger, method):
    session = session_of("Choir")
    assert getattr(client_of(stranger), method)(_page(session)).status_code == 404
    assert Session.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_viewer_is_told_that_this_is_not_allowed(session_of, client_of, viewer, method):
    session = session_of("Choir")
    response = getattr(client_of(viewer), method)(_page(session))
    assert response.status_code == 403
    assert 'href="#content"' in response.content.decode()
    assert Session.objects.exists()


def test_an_anonymous_visitor_is_sent_to_the_login(session_of, client):
    session = session_of("Choir")
    assert client.post(_page(session)).status_code == 302
    assert Session.objects.exists()


def test_a_session_still_being_analysed_is_deleted_with_a_warning(session_of, client_of, owner):
    session = session_of("Long", state="running")
    assert "ends the analysis" in client_of(owner).get(_page(session)).content.decode()

"""Several sessions at once, saved views, and filters that stay in the address."""

import pytest

from webplatform.dashboard.models import SavedView
from webplatform.history.models import Session
from webplatform.studies.conditions import add_condition


@pytest.fixture
def film(study, owner):
    return add_condition(study=study, user=owner, name="film A")


def do(client, what, sessions, **sent):
    return client.post("/sessions/bulk/", {"do": what, "session": [one.pk for one in sessions], **sent}, follow=True)


def test_ticked_sessions_get_a_condition_and_the_filters_stay(session_of, client_of, owner, film):
    sessions = [session_of("One"), session_of("Two")]
    answer = do(client_of(owner), "condition", sessions, condition=film.pk, query="sort=title&nonsense=1")
    assert answer.redirect_chain == [("/?sort=title", 302)]
    assert "2 sessions have this condition now." in answer.content.decode()
    assert film.sessions.count() == 2
    do(client_of(owner), "condition", sessions, condition="none")
    assert film.sessions.count() == 0


def test_a_viewer_changes_nothing_and_reads_why(session_of, client_of, viewer, film):
    session = session_of("One")
    answer = do(client_of(viewer), "delete", [session], is_sure="yes")
    assert "One: Only the study" in answer.content.decode()
    assert Session.objects.filter(pk=session.pk).exists()


def test_deleting_asks_first_and_says_what_goes(session_of, client_of, owner):
    sessions = [session_of("One"), session_of("Two")]
    asked = do(client_of(owner), "delete", sessions).content.decode()
    assert "2 sessions go to the bin" in asked
    assert "One" in asked
    assert Session.objects.count() == 2
    assert "2 sessions are in the bin." in do(client_of(owner), "delete", sessions, is_sure="yes").content.decode()
    assert (Session.objects.count(), Session.everything.count()) == (0, 2)


def test_ticked_sessions_are_deleted_for_good_past_the_bin(session_of, client_of, owner):
    answer = do(client_of(owner), "delete", [session_of("One")], is_sure="yes", for_good="yes")
    assert "1 session is deleted for good." in answer.content.decode()
    assert not Session.everything.exists()


def test_a_video_that_is_gone_cannot_be_read_again_and_the_reason_is_told(session_of, client_of, owner, model_version):
    session = session_of("One")
    answer = do(client_of(owner), "read-again", [session], model=model_version.pk)
    assert "One: " in answer.content.decode()


def test_without_a_tick_or_a_choice_nothing_happens(session_of, client_of, owner):
    assert "Tick sessions first." in do(client_of(owner), "delete", []).content.decode()
    assert "Choose a condition." in do(client_of(owner), "condition", [session_of("One")]).content.decode()
    answer = client_of(owner).post("/sessions/bulk/", {"do": "nonsense", "session": "x"}, follow=True)
    assert answer.status_code == 200


def test_strangers_sessions_are_not_reached(session_of, client_of, stranger):
    session = session_of("One")
    assert "Tick sessions first." in do(client_of(stranger), "delete", [session], is_sure="yes").content.decode()
    assert Session.objects.filter(pk=session.pk).exists()


def test_a_view_is_saved_replaced_and_forgotten(session_of, client_of, owner):
    session_of("One")
    client = client_of(owner)
    for query in ("state=closed", "sort=title&q=One&page=7"):
        client.post("/views/", {"name": " Mine ", "query": query})
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Mine", "q=One&sort=title")
    assert 'href="/?q=One&amp;sort=title"' in client.get("/").content.decode()
    client.post(f"/views/{view.pk}/forget/")
    assert not SavedView.objects.exists()


def test_nobody_forgets_somebody_elses_view(client_of, owner, stranger):
    view = SavedView.objects.create(user=owner, name="Mine", query="")
    client_of(stranger).post(f"/views/{view.pk}/forget/")
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_a_view_without_a_name_is_refused(client_of, owner):
    assert "A name has from 1 to 60" in client_of(owner).post("/views/", {"name": " "}, follow=True).content.decode()


def test_ticked_sessions_are_laid_over_each_other(session_of, client_of, owner):
    sessions = [session_of("One"), session_of("Two")]
    answer = do(client_of(owner), "overlay", sessions)
    assert answer.status_code == 200
    assert answer.content.decode().count("checked") == 2

"""What a list of sessions shows, worked out by hand."""

import pytest

from webplatform.dashboard import queries
from webplatform.history.models import Session
from webplatform.history.selection import Selection
from webplatform.history.session_inputs import selection_of


def test_the_totals_count_only_what_the_user_may_see(session_of, owner, viewer, stranger):
    session_of("One", faces=2)
    session_of("Two", faces=1)
    session_of("Waits", state="queued")
    assert queries.totals_of(owner) == queries.Totals(sessions=3, minutes=2.0, faces=3)
    assert queries.totals_of(viewer) == queries.totals_of(owner)
    assert queries.totals_of(stranger) == queries.Totals(sessions=0, minutes=0.0, faces=0)


def test_the_newest_session_comes_first(session_of, owner):
    first, second = session_of("First"), session_of("Second")
    assert list(queries.listed_sessions(owner, Selection())) == [second, first]


@pytest.mark.parametrize(
    ("chosen", "titles"),
    [
        ({}, {"Choir", "Broken", "Waits"}),
        ({"q": " cho "}, {"Choir"}),
        ({"state": "failed"}, {"Broken"}),
        ({"state": "open"}, {"Waits"}),
        ({"state": "closed", "q": "broken"}, set()),
        ({"source": "webcam"}, set()),
        ({"state": "nonsense", "source": "'--"}, {"Choir", "Broken", "Waits"}),
    ],
)
def test_the_list_is_searched_and_filtered(session_of, owner, chosen, titles):
    session_of("Choir")
    session_of("Broken", state="failed")
    session_of("Waits", state="queued")
    assert {session.title for session in queries.listed_sessions(owner, selection_of(chosen))} == titles


def test_the_pieces_of_the_bar_follow_one_another_in_the_order_of_the_emotions():
    pieces = queries.shares_of({"share": {"happy": 0.5, "angry": 0.25, "sad": 0.0, "neutral": 0.125}})
    assert [(piece.emotion, piece.start, piece.percent) for piece in pieces] == [
        ("angry", 0.0, 25.0),
        ("happy", 25.0, 50.0),
        ("neutral", 75.0, 12.5),
    ]


@pytest.mark.parametrize("summary", [{}, {"share": {}}, {"share": None}])
def test_without_scores_there_is_no_bar(summary):
    assert queries.shares_of(summary) == []


@pytest.mark.parametrize(
    ("state", "active", "repeatable"),
    [
        ("queued", True, False),
        ("running", True, False),
        ("done", False, False),
        ("failed", False, True),
        ("cancelled", False, True),
    ],
)
def test_a_rows_state_is_its_jobs(session_of, state, active, repeatable):
    row = queries.row_of(session_of("A", state=state))
    assert (row.status, row.is_active, row.is_repeatable) == (state, active, repeatable)


def test_a_session_without_a_job_shows_its_own_state(session_of):
    session = session_of("A", state="queued")
    session.job.delete()
    assert queries.row_of(Session.objects.get()).status == "open"


def test_a_row_says_how_many_faces_there_were_and_what_they_mostly_showed(session_of):
    row = queries.row_of(session_of("A", faces=3))
    assert (row.faces, row.mostly.emotion, row.mostly.percent) == (3, "happy", 100.0)

"""What a session's readers are shown."""

from __future__ import annotations

from inference import Reason
from webplatform.history.models import Session
from webplatform.history.queries import observations_of, sessions_of
from webplatform.history.selection import Selection


class TestObservations:
    def test_the_range_includes_its_start_and_not_its_end(self, story):
        assert [row.t_ms for row in observations_of(story, from_ms=800, to_ms=1200)] == [800, 1000]

    def test_they_come_in_order_of_time_with_their_track(self, story):
        rows = [(row.t_ms, row.number) for row in observations_of(story, to_ms=700)]
        assert rows == [(0, 1), (200, 1), (400, 1), (400, 2), (600, 2)]

    def test_one_track_can_be_asked_for(self, story):
        assert [row.reason for row in observations_of(story, track=2)] == [None, None, Reason.TOO_SMALL]


class TestLists:
    def test_the_newest_session_comes_first(self, story, owner, study, consent):
        newer = Session.objects.create(study=study, consent=consent, title="Newer", source="webcam", every_ms=200)
        assert list(sessions_of(owner)) == [newer, story]

    def test_a_part_of_the_title_finds_it_whatever_its_case(self, story, owner):
        assert list(sessions_of(owner, Selection(q="MORN"))) == [story]
        assert list(sessions_of(owner, Selection(q="evening"))) == []

    def test_state_and_source_narrow_the_list(self, story, owner):
        assert list(sessions_of(owner, Selection(state="closed", source="upload"))) == [story]
        assert list(sessions_of(owner, Selection(state="open"))) == []
        assert list(sessions_of(owner, Selection(source="webcam"))) == []

    def test_a_stranger_has_an_empty_list(self, story, stranger):
        assert list(sessions_of(stranger)) == []

"""The timeline against buckets worked out by hand, and the refusals of silly questions."""

from __future__ import annotations

import pytest

from inference import EMOTIONS, Reason
from tests.webplatform.history.readings import face, frame
from webplatform.common.errors import Invalid
from webplatform.history.models import Session
from webplatform.history.queries import MAX_CELLS, observations_of, sessions_of, timeline
from webplatform.history.selection import Selection
from webplatform.history.services import append_readings, close_session


class TestTimeline:
    def test_the_story_in_buckets_of_half_a_second(self, story):
        answer = timeline(session=story, bucket_ms=500)
        one, two = answer["tracks"]
        assert (answer["from_ms"], answer["to_ms"]) == (0, 2000)
        assert one["t_ms"] == two["t_ms"] == [0, 500, 1000, 1500]
        # track 1: (.8 .6 .4) | (1) | (.9 .7 .3) | blurred
        assert one["n"] == [3, 1, 3, 1]
        assert one["scored"] == [3, 1, 3, 0]
        assert one["scores"]["happy"] == [0.6, 1.0, 0.6333, None]
        assert one["scores"]["sad"] == [0.4, 0.0, 0.1, None]
        assert one["dominant"] == ["happy", "happy", "happy", None]
        # track 2: (1) | (.5) | too small | nothing
        assert two["n"] == [1, 1, 1, 0]
        assert two["scored"] == [1, 1, 0, 0]
        assert two["scores"]["sad"] == [1.0, 0.5, None, None]

    def test_every_emotion_has_a_value_for_every_bucket(self, story):
        lane = timeline(session=story, bucket_ms=500)["tracks"][0]
        assert list(lane["scores"]) == list(EMOTIONS)
        assert {len(values) for values in lane["scores"].values()} == {4}

    def test_a_gap_inside_a_track_is_null_not_zero(self, story):
        lane = timeline(session=story, bucket_ms=200)["tracks"][0]
        assert lane["n"][3] == 0
        assert lane["scores"]["happy"][2:5] == [0.4, None, 1.0]
        assert lane["dominant"][3] is None

    def test_a_bucket_of_doubts_has_scores_but_no_dominant_emotion(self, story):
        lane = timeline(session=story, bucket_ms=200)["tracks"][0]
        assert lane["scores"]["neutral"][7] == 0.4
        assert lane["dominant"][7] is None

    def test_a_range_shows_whole_buckets_on_the_same_grid(self, story):
        whole = timeline(session=story, bucket_ms=500)["tracks"][0]
        part = timeline(session=story, bucket_ms=500, from_ms=600, to_ms=1100)
        assert (part["from_ms"], part["to_ms"]) == (500, 1500)
        assert part["tracks"][0]["t_ms"] == [500, 1000]
        assert part["tracks"][0]["scores"]["happy"] == whole["scores"]["happy"][1:3]

    def test_one_track_can_be_asked_for(self, story):
        assert [lane["number"] for lane in timeline(session=story, bucket_ms=500, track=2)["tracks"]] == [2]

    def test_a_track_that_does_not_exist_gives_no_lane(self, story):
        assert timeline(session=story, bucket_ms=500, track=9)["tracks"] == []

    def test_an_open_session_shows_what_it_has_so_far(self, session):
        append_readings(session=session, readings=[frame(0, face(1, sad=1.0)), frame(1000, face(1, fear=1.0))])
        lane = timeline(session=session, bucket_ms=1000)["tracks"][0]
        assert (lane["t_ms"], lane["dominant"]) == ([0, 1000], ["sad", "fear"])

    def test_a_reading_behind_the_stated_duration_is_shown(self, session):
        append_readings(session=session, readings=[frame(1500, face(1, sad=1.0))])
        close_session(session=session, duration_ms=1000, is_partial=False)
        assert timeline(session=session, bucket_ms=1000)["tracks"][0]["n"] == [0, 1]

    def test_a_session_without_faces_has_no_tracks(self, session):
        append_readings(session=session, readings=[frame(0)])
        close_session(session=session, duration_ms=1000, is_partial=False)
        assert timeline(session=session, bucket_ms=500) == {
            "bucket_ms": 500,
            "from_ms": 0,
            "to_ms": 1000,
            "tracks": [],
        }

    def test_a_session_without_anything_has_an_empty_timeline(self, session):
        assert timeline(session=session, bucket_ms=500)["to_ms"] == 0

    def test_a_bucket_longer_than_the_session_holds_all_of_it(self, story):
        lane = timeline(session=story, bucket_ms=60_000)["tracks"][0]
        assert (lane["t_ms"], lane["n"], lane["scored"]) == ([0], [8], [7])

    @pytest.mark.parametrize("bucket_ms", [0, -1000, 2**31])
    def test_an_impossible_bucket_is_refused(self, story, bucket_ms):
        with pytest.raises(Invalid):
            timeline(session=story, bucket_ms=bucket_ms)

    @pytest.mark.parametrize(("from_ms", "to_ms"), [(-1, 100), (200, 100), (0, 2**31)])
    def test_an_impossible_range_is_refused(self, story, from_ms, to_ms):
        with pytest.raises(Invalid):
            timeline(session=story, bucket_ms=1000, from_ms=from_ms, to_ms=to_ms)

    def test_too_many_buckets_are_refused_with_the_smallest_that_works(self, story):
        asked = {"session": story, "from_ms": 0, "to_ms": 7_200_000}
        with pytest.raises(Invalid) as refused:
            timeline(bucket_ms=1, **asked)
        smallest = refused.value.details["smallest_bucket_ms"]
        assert smallest == 2 * 7_200_000 // MAX_CELLS
        assert len(timeline(bucket_ms=smallest, **asked)["tracks"][0]["t_ms"]) == MAX_CELLS // 2

    def test_it_costs_two_queries_and_one_more_when_the_end_is_not_given(self, story, django_assert_num_queries):
        with django_assert_num_queries(2):
            timeline(session=story, bucket_ms=500, to_ms=2000)
        with django_assert_num_queries(3):
            timeline(session=story, bucket_ms=500)


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

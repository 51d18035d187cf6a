"""The timeline against buckets worked out by hand, and the refusals of silly questions."""

from __future__ import annotations

import numpy as np
import pytest

from inference import EMOTIONS
from tests.webplatform.history.readings import face, frame
from webplatform.common.errors import Invalid
from webplatform.history.erasing import close_readings, remove_some_readings
from webplatform.history.models import Session, SessionSeconds, Track
from webplatform.history.seconds import Cells
from webplatform.history.services import append_readings, close_session
from webplatform.history.timelines import timeline


class TestTimeline:
    def test_the_story_in_buckets_of_half_a_second(self, story):
        answer = timeline(session=story, bucket_ms=500)
        one, two = answer["tracks"]
        assert (answer["from_ms"], answer["to_ms"]) == (0, 2000)
        assert one["t_ms"] == [0, 500, 1000, 1500]
        assert two["t_ms"] == [0, 500, 1000]  # nothing is told of a bucket in which nobody was seen
        # track 1: (.8 .6 .4) | (1) | (.9 .7 .3) | blurred
        assert one["n"] == [3, 1, 3, 1]
        assert one["scored"] == [3, 1, 3, 0]
        assert one["scores"]["happy"] == [0.6, 1.0, 0.6333, None]
        assert one["scores"]["sad"] == [0.4, 0.0, 0.1, None]
        assert one["dominant"] == ["happy", "happy", "happy", None]
        # track 2: (1) | (.5) | too small | nothing
        assert two["n"] == [1, 1, 1]
        assert two["scored"] == [1, 1, 0]
        assert two["scores"]["sad"] == [1.0, 0.5, None]

    def test_every_emotion_has_a_value_for_every_bucket(self, story):
        lane = timeline(session=story, bucket_ms=500)["tracks"][0]
        assert list(lane["scores"]) == list(EMOTIONS)
        assert {len(values) for values in lane["scores"].values()} == {4}

    def test_a_gap_inside_a_track_is_left_out_and_no_zero(self, story):
        lane = timeline(session=story, bucket_ms=200)["tracks"][0]
        assert 600 not in lane["t_ms"]
        assert 0 not in lane["n"]
        assert lane["scores"]["happy"][2:4] == [0.4, 1.0]

    def test_a_bucket_of_doubts_has_scores_but_no_dominant_emotion(self, story):
        lane = timeline(session=story, bucket_ms=200)["tracks"][0]
        place = lane["t_ms"].index(1400)
        assert lane["scores"]["neutral"][place] == 0.4
        assert lane["dominant"][place] is None

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
        assert timeline(session=session, bucket_ms=1000)["tracks"][0]["t_ms"] == [1000]

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

    def test_too_many_buckets_are_refused_with_a_length_that_works(self, story, settings):
        for bucket_ms in (1, 1000):  # from the readings, and from what is kept of each second
            settings.RAUT_TIMELINE_MOST_BUCKETS = 3
            with pytest.raises(Invalid) as refused:
                timeline(session=story, bucket_ms=bucket_ms)
            told = timeline(session=story, bucket_ms=refused.value.details["smallest_bucket_ms"])
            assert sum(len(lane["t_ms"]) for lane in told["tracks"]) <= 3

    def test_many_faces_of_a_moment_each_are_answered_by_the_second(self, session):
        """Sixty faces in an hour are 216,000 pairs of a face and a second; only those count where the face is."""
        append_readings(session=session, readings=[frame(60_000 * n, face(n + 1, sad=1.0)) for n in range(60)])
        close_session(session=session, duration_ms=3_600_000, is_partial=False)
        lanes = timeline(session=session, bucket_ms=1000)["tracks"]
        assert [lane["t_ms"] for lane in lanes] == [[60_000 * n] for n in range(60)]

    def test_a_bucket_that_nobody_chose_grows_with_the_session(self, session):
        append_readings(session=session, readings=[frame(0, face(1, sad=1.0))])
        close_session(session=session, duration_ms=36_000_000, is_partial=False)
        assert timeline(session=session)["bucket_ms"] == 36_000
        assert timeline(session=session, to_ms=900_000)["bucket_ms"] == 1000

    def test_it_costs_two_queries_and_one_more_when_the_end_is_not_given(self, story, django_assert_num_queries):
        with django_assert_num_queries(2):
            timeline(session=story, bucket_ms=1000, to_ms=2000)
        with django_assert_num_queries(3):
            timeline(session=story, bucket_ms=1000)


class TestSeconds:
    def test_whole_seconds_say_the_same_as_the_readings_themselves(self, story):
        kept = timeline(session=story, bucket_ms=1000)
        Session.objects.filter(pk=story.pk).update(state=Session.State.FAILED)  # read from the readings
        story.refresh_from_db()
        assert timeline(session=story, bucket_ms=1000) == kept

    def test_closing_a_session_keeps_them(self, story):
        assert SessionSeconds.objects.filter(session=story).exists()

    def test_a_session_from_before_gets_them_when_somebody_looks(self, story):
        before = timeline(session=story, bucket_ms=1000)
        SessionSeconds.objects.all().delete()
        assert timeline(session=story, bucket_ms=1000) == before
        assert SessionSeconds.objects.filter(session=story).exists()

    def test_nothing_of_them_outlives_the_readings(self, story):
        remove_some_readings(session=story, most=1)
        assert not SessionSeconds.objects.exists()
        timeline(session=story, bucket_ms=1000)
        close_readings(session=story)
        story.refresh_from_db()
        assert not SessionSeconds.objects.exists()
        assert timeline(session=story, bucket_ms=1000)["tracks"] == []
        assert not SessionSeconds.objects.exists()


def test_ten_hours_with_three_hundred_faces_are_a_small_answer(session, owner, api_of):
    """Two faces at a time, 240 s each: what is asked for without a bucket, and what the page asks for one face."""
    hours_s, faces = 36_000, 300
    Track.objects.bulk_create(Track(session=session, number=number) for number in range(1, faces + 1))
    numbers = np.repeat(np.arange(1, faces + 1), 240)
    seconds = ((numbers - 1) * 120 + np.tile(np.arange(240), faces)).clip(max=hours_s)
    counts, sums = np.full(len(numbers), 5), np.random.default_rng(1).dirichlet(np.ones(7), len(numbers)) * 5
    Session.objects.filter(pk=session.pk).update(state="closed", duration_ms=hours_s * 1000)
    SessionSeconds.objects.create(pk=session.pk, data=Cells(numbers, seconds, counts, counts, counts, sums).packed())
    api, path = api_of(owner), f"/api/v1/sessions/{session.pk}/timeline/"
    whole = api.get(path)
    assert (whole.json()["bucket_ms"], len(whole.json()["tracks"])) == (36_000, faces)
    assert len(whole.content) < 300_000
    assert len(api.get(path, {"bucket_ms": 120_000, "track": 7}).content) < 1000

"""The summary against numbers worked out by hand from the story in conftest."""

from __future__ import annotations

import pytest

from inference import Reason
from tests.webplatform.history.readings import face, frame
from webplatform.history.services import append_readings, close_session, open_session


def _closed(session, *readings, duration_ms=None):
    append_readings(session=session, readings=readings)
    last_ms = readings[-1].t_ms
    return close_session(session=session, duration_ms=duration_ms or last_ms + 200, is_partial=False).summary


def test_a_track_counts_its_observations_by_kind(story):
    one, two = story.summary["tracks"]
    assert [one[key] for key in ("number", "first_ms", "last_ms", "observations", "scored", "not_sure")] == [
        1,
        0,
        1600,
        8,
        7,
        1,
    ]
    assert [two[key] for key in ("number", "first_ms", "last_ms", "observations", "scored", "not_sure")] == [
        2,
        400,
        1200,
        3,
        2,
        0,
    ]
    assert one["unscored"] == {"blurred": 1}
    assert two["unscored"] == {"too_small": 1}


def test_the_mean_score_is_over_the_scored_observations(story):
    one, two = story.summary["tracks"]
    # happy: (.8 + .6 + .4 + 1 + .9 + .7 + .3) / 7 = 4.7 / 7; sad: (.2 + .4 + .6 + .3) / 7; neutral: (.1 + .3 + .4) / 7
    assert one["mean"] == pytest.approx(
        {"angry": 0, "disgust": 0, "fear": 0, "happy": 0.6714, "sad": 0.2143, "surprise": 0, "neutral": 0.1143}
    )
    assert two["mean"]["sad"] == 0.75
    assert two["mean"]["neutral"] == 0.25


def test_the_share_of_scored_time_counts_verdicts_and_the_rest_is_not_sure(story):
    one = story.summary["tracks"][0]
    assert (one["share"]["happy"], one["share"]["sad"], one["not_sure_share"]) == (0.7143, 0.1429, 0.1429)
    assert sum(one["share"].values()) + one["not_sure_share"] == pytest.approx(1, abs=0.001)


def test_the_longest_stretch_of_an_emotion_does_not_bridge_a_gap(story):
    one, two = story.summary["tracks"]
    # happy lasts 0-400 and 800-1400; the second is longer. Each observation stands for one step of 200 ms.
    assert one["longest"] == [
        {"emotion": "sad", "start_ms": 400, "end_ms": 600},
        {"emotion": "happy", "start_ms": 800, "end_ms": 1400},
    ]
    # sad .5 / neutral .5: the first of the equal ones in the emotions' order is the verdict
    assert two["longest"] == [{"emotion": "sad", "start_ms": 400, "end_ms": 800}]


def test_the_same_verdict_after_a_lost_sample_begins_a_new_stretch(session):
    happy = face(1, happy=1.0)
    summary = _closed(session, frame(0, happy), frame(200, happy), frame(400), frame(600, happy))
    assert summary["tracks"][0]["longest"] == [{"emotion": "happy", "start_ms": 0, "end_ms": 400}]


def test_a_doubt_between_two_equal_verdicts_begins_a_new_stretch(session):
    doubt = face(1, Reason.LOW_CONFIDENCE, happy=0.4, sad=0.3, fear=0.3)
    summary = _closed(session, frame(0, face(1, happy=1.0)), frame(200, doubt), frame(400, face(1, happy=1.0)))
    assert summary["tracks"][0]["longest"] == [{"emotion": "happy", "start_ms": 0, "end_ms": 200}]


def test_a_slow_video_is_not_full_of_gaps(session):
    """One frame a second, though five were asked for: the step is a second."""
    readings = [frame(1000 * second, face(1, sad=1.0)) for second in range(4)]
    summary = _closed(session, *readings, duration_ms=4000)
    assert summary["step_ms"] == 1000
    assert summary["tracks"][0]["longest"] == [{"emotion": "sad", "start_ms": 0, "end_ms": 4000}]


def test_a_stretch_does_not_outlast_the_session(session):
    summary = _closed(session, frame(0, face(1, sad=1.0)), frame(200, face(1, sad=1.0)), duration_ms=300)
    assert summary["tracks"][0]["longest"] == [{"emotion": "sad", "start_ms": 0, "end_ms": 300}]


def test_the_session_adds_its_tracks_up(story):
    total = story.summary
    assert [total[key] for key in ("observations", "scored", "not_sure")] == [11, 9, 1]
    assert total["unscored"] == {"blurred": 1, "too_small": 1}
    # happy 4.7 / 9, sad (1.5 + 1.5) / 9, neutral (.8 + .5) / 9
    assert (total["mean"]["happy"], total["mean"]["sad"], total["mean"]["neutral"]) == (0.5222, 0.3333, 0.1444)
    assert (total["share"]["happy"], total["share"]["sad"], total["not_sure_share"]) == (0.5556, 0.3333, 0.1111)


def test_the_dominant_expression_of_a_session_has_the_most_verdicts(session):
    summary = _closed(
        session,
        frame(0, face(1, happy=1.0), face(2, sad=0.51, fear=0.49)),
        frame(200, face(2, sad=0.51, fear=0.49)),
    )
    assert summary["dominant"] == "sad"


def test_with_equal_verdicts_the_higher_score_is_dominant(session):
    summary = _closed(session, frame(0, face(1, angry=0.6, happy=0.4), face(2, happy=1.0)))
    assert summary["dominant"] == "happy"


def test_a_session_in_which_nothing_was_scored_has_no_dominant_expression(session):
    summary = _closed(session, frame(0, face(1, Reason.TOO_DARK)), frame(200))
    assert summary["dominant"] is None
    assert (summary["mean"], summary["share"], summary["not_sure_share"]) == ({}, {}, None)
    assert summary["tracks"][0]["longest"] == []


def test_two_sessions_do_not_meet_in_a_summary(story, study, owner, consent):
    other = open_session(study=study, user=owner, consent=consent, title="Other", source="upload", every_ms=200)
    summary = _closed(other, frame(0, face(1, fear=1.0)))
    assert (summary["observations"], summary["dominant"]) == (1, "fear")
    assert summary["tracks"][0]["longest"] == [{"emotion": "fear", "start_ms": 0, "end_ms": 200}]

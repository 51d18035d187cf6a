"""The summary against numbers worked out by hand from the story in conftest."""

from __future__ import annotations

import pytest

from inference import Reason
from tests.webplatform.history.readings import face, frame
from webplatform.history.glimpses import sure_needed
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


def _moments(*faces, count=4, every_ms=200):
    return [frame(every_ms * step, *faces) for step in range(count)]


def test_the_session_adds_its_people_up_and_counts_glimpses_apart(story):
    total = story.summary
    assert [track["is_glimpse"] for track in total["tracks"]] == [False, True]
    assert [total[key] for key in ("observations", "scored", "not_sure")] == [8, 7, 1]
    assert total["unscored"] == {"blurred": 1}
    # happy 4.7 / 7, sad 1.5 / 7, neutral .8 / 7
    assert (total["mean"]["happy"], total["mean"]["sad"], total["mean"]["neutral"]) == (0.6714, 0.2143, 0.1143)
    assert (total["share"]["happy"], total["share"]["sad"], total["not_sure_share"]) == (0.7143, 0.1429, 0.1429)
    assert total["glimpses"] == {
        "tracks": 1,
        "observations": 3,
        "scored": 2,
        "not_sure": 0,
        "unscored": {"too_small": 1},
    }


def test_two_people_are_added_up_by_their_readings(session):
    readings = _moments(face(1, happy=1.0), face(2, sad=1.0)) + [frame(800 + 200 * k, face(2, sad=1.0)) for k in (0, 1)]
    summary = _closed(session, *readings)
    assert summary["share"] == {
        "angry": 0, "disgust": 0, "fear": 0, "happy": 0.4, "sad": 0.6, "surprise": 0, "neutral": 0
    }  # fmt: skip
    assert summary["dominant"] == "sad"


def test_with_equal_verdicts_the_higher_score_is_dominant(session):
    summary = _closed(session, *_moments(face(1, angry=0.6, happy=0.4), face(2, happy=1.0)))
    assert summary["dominant"] == "happy"


def test_letters_of_a_title_make_no_headline(session):
    """Three seconds of a title whose letters are read as sad faces, in a minute without anybody."""
    letters = [face(n, sad=0.9, fear=0.1) for n in (1, 2, 3)]
    title = [frame(200 * step, *letters) for step in range(9)]
    rest = [frame(1800 + 200 * step) for step in range(291)]
    summary = _closed(session, *title, *rest)
    assert (summary["dominant"], summary["share"], summary["scored"]) == (None, {}, 0)
    assert (summary["glimpses"]["tracks"], summary["glimpses"]["scored"]) == (3, 27)


def test_a_face_that_is_seldom_read_surely_is_a_glimpse(session):
    doubt = face(1, Reason.LOW_CONFIDENCE, happy=0.4, sad=0.3, fear=0.3)
    readings = [frame(200 * step, doubt if step % 10 else face(1, sad=1.0)) for step in range(60)]
    assert _closed(session, *readings)["tracks"][0]["is_glimpse"]


def test_a_person_in_a_short_recording_counts(session):
    summary = _closed(session, *_moments(face(1, happy=1.0), count=5))
    assert (summary["tracks"][0]["is_glimpse"], summary["dominant"]) == (False, "happy")


def test_two_readings_are_never_a_person(session):
    summary = _closed(session, frame(0, face(1, happy=1.0)), frame(200, face(1, happy=1.0)))
    assert (summary["tracks"][0]["is_glimpse"], summary["dominant"]) == (True, None)


@pytest.mark.parametrize(
    ("frames", "step_ms", "expected"), [(3000, 200, 10), (3000, 40, 10), (60, 5000, 3), (600, 1000, 6), (12, 200, 4)]
)
def test_how_many_sure_readings_make_a_person(frames, step_ms, expected):
    assert sure_needed(frames=frames, step_ms=step_ms) == expected


def test_a_session_in_which_nothing_was_scored_has_no_dominant_expression(session):
    summary = _closed(session, frame(0, face(1, Reason.TOO_DARK)), frame(200))
    assert summary["dominant"] is None
    assert (summary["mean"], summary["share"], summary["not_sure_share"]) == ({}, {}, None)
    assert summary["tracks"][0]["longest"] == []


def test_two_sessions_do_not_meet_in_a_summary(story, study, owner, consent):
    other = open_session(study=study, user=owner, consent=consent, title="Other", source="upload", every_ms=200)
    summary = _closed(other, *_moments(face(1, fear=1.0)))
    assert (summary["observations"], summary["dominant"]) == (4, "fear")
    assert summary["tracks"][0]["longest"] == [{"emotion": "fear", "start_ms": 0, "end_ms": 800}]

"""Sessions over REST: who may do what, what is answered, what it costs."""

from __future__ import annotations

import uuid
from base64 import b64encode

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from inference import Reason
from tests.webplatform.history.readings import face, frame
from webplatform.history.models import Observation, Session
from webplatform.history.services import append_readings, open_session

READING = ["api-session", "api-timeline", "api-observations"]


def _url(name, session):
    return reverse(name, args=[session.pk])


class TestWhoMayReach:
    @pytest.mark.parametrize("name", READING)
    def test_owner_and_viewer_can_read(self, story, owner, viewer, api_of, name):
        assert [api_of(user).get(_url(name, story)).status_code for user in (owner, viewer)] == [200, 200]

    @pytest.mark.parametrize("name", READING)
    def test_a_stranger_finds_nothing(self, story, stranger, api_of, name):
        answer = api_of(stranger).get(_url(name, story))
        assert answer.status_code == 404
        assert (
            answer.json().items() >= {"code": "not_found", "message": "There is no such object.", "details": {}}.items()
        )

    @pytest.mark.parametrize("name", READING)
    def test_nobody_reads_without_signing_in(self, story, name):
        assert APIClient().get(_url(name, story)).status_code == 401

    def test_nobody_lists_without_signing_in(self):
        assert APIClient().get(reverse("api-sessions")).status_code == 401

    def test_staff_are_strangers_to_a_study_they_are_not_in(self, story, stranger, api_of):
        stranger.is_staff = stranger.is_superuser = True
        stranger.save()
        assert api_of(stranger).get(_url("api-session", story)).status_code == 404

    @pytest.mark.parametrize("name", READING)
    def test_a_session_that_does_not_exist_is_not_found(self, owner, api_of, name):
        assert api_of(owner).get(reverse(name, args=[uuid.uuid4()])).status_code == 404


class TestList:
    def test_it_shows_sessions_without_their_tracks(self, story, owner, api_of):
        answer = api_of(owner).get(reverse("api-sessions")).json()
        assert (answer["count"], answer["next"], answer["previous"]) == (1, None, None)
        assert answer["results"][0]["id"] == str(story.pk)
        assert "tracks" not in answer["results"][0]

    def test_filters_and_blank_filters_work_together(self, story, owner, api_of):
        found = api_of(owner).get(reverse("api-sessions"), {"q": "walk", "state": "closed", "source": ""}).json()
        missed = api_of(owner).get(reverse("api-sessions"), {"q": "walk", "state": "failed"}).json()
        assert (found["count"], missed["count"]) == (1, 0)

    def test_an_unknown_state_is_refused(self, owner, api_of):
        answer = api_of(owner).get(reverse("api-sessions"), {"state": "asleep"})
        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid"
        assert "state" in answer.json()["details"]

    def test_it_comes_in_pages(self, study, owner, consent, api_of):
        for number in range(3):
            open_session(study=study, user=owner, consent=consent, title=f"{number}", source="upload", every_ms=200)
        api = api_of(owner)
        first = api.get(reverse("api-sessions"), {"page_size": 2}).json()
        second = api.get(first["next"]).json()
        assert [row["title"] for row in first["results"] + second["results"]] == ["2", "1", "0"]

    def test_it_costs_three_queries_for_any_number_of_sessions(
        self, story, study, owner, consent, django_assert_num_queries
    ):
        for number in range(3):
            open_session(study=study, user=owner, consent=consent, title=f"{number}", source="upload", every_ms=200)
        api = APIClient()
        api.force_authenticate(owner)
        with django_assert_num_queries(3):  # the sessions, all on one page, their studies, their models
            assert len(api.get(reverse("api-sessions")).json()["results"]) == 4


class TestDetail:
    def test_it_accounts_for_every_frame(self, story, owner, api_of):
        frames = api_of(owner).get(_url("api-session", story)).json()["frames"]
        assert frames == {
            "damaged": 0,
            "decoded": 60,
            "skipped": 50,
            "sampled": 10,
            "no_face": 1,
            "unscored": 1,
            "scored": 8,
        }

    def test_it_has_the_agreed_keys(self, story, owner, api_of):
        answer = api_of(owner).get(_url("api-session", story)).json()
        assert set(answer) == {
            "id", "title", "source", "state", "study", "created_at", "closed_at", "every_ms", "duration_ms",
            "external_id", "metadata", "stimulus",
            "frame_width", "frame_height", "is_partial", "model", "frames", "unscored_reasons", "summary", "tracks",
            "missing", "missing_ms", "picture_track", "participant", "condition", "variables", "prior",
            "live_statistics", "markers", "readings_removed_at", "readings_go_at", "session_goes_at", "repeats",
            "segments", "corrections", "people", "revised",
        }  # fmt: skip
        assert answer["model"] == {"name": "raut-test", "version": "1", "digest": "0" * 64}
        assert answer["study"] == {"id": str(story.study_id), "name": "Pilot"}
        assert answer["unscored_reasons"] == {"blurred": 1, "too_small": 1}
        assert (answer["frame_width"], answer["frame_height"], answer["duration_ms"]) == (640, 480, 2000)

    def test_its_tracks_have_the_agreed_keys(self, story, owner, api_of):
        track = api_of(owner).get(_url("api-session", story)).json()["tracks"][0]
        assert set(track) == {
            "number", "first_ms", "last_ms", "observations", "scored", "not_sure", "not_sure_share", "unscored",
            "mean", "share", "longest", "is_glimpse",
        }  # fmt: skip

    def test_an_open_session_has_no_summary_yet(self, session, owner, api_of):
        answer = api_of(owner).get(_url("api-session", session)).json()
        assert (answer["state"], answer["summary"], answer["tracks"], answer["model"]) == ("open", None, [], None)

    def test_it_costs_six_queries(self, story, owner, django_assert_num_queries):
        api = APIClient()
        api.force_authenticate(owner)
        with django_assert_num_queries(6):  # session, markers, segments, corrections, tracks, changes of faces
            api.get(_url("api-session", story))


class TestRename:
    def test_the_owner_gives_a_new_title(self, story, owner, api_of):
        answer = api_of(owner).patch(_url("api-session", story), {"title": "Evening"})
        assert (answer.status_code, answer.json()["title"]) == (200, "Evening")
        assert Session.objects.get().title == "Evening"

    def test_a_viewer_is_told_that_it_is_not_allowed(self, story, viewer, api_of):
        answer = api_of(viewer).patch(_url("api-session", story), {"title": "Mine"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")

    def test_a_stranger_finds_nothing_to_rename(self, story, stranger, api_of):
        assert api_of(stranger).patch(_url("api-session", story), {"title": "Mine"}).status_code == 404

    @pytest.mark.parametrize("sent", [{}, {"title": ""}, {"title": "x" * 201}, {"title": None}])
    def test_a_missing_or_impossible_title_is_refused(self, story, owner, api_of, sent):
        assert api_of(owner).patch(_url("api-session", story), sent).status_code == 400

    def test_nothing_but_the_title_changes(self, story, owner, api_of):
        api_of(owner).patch(_url("api-session", story), {"title": "Evening", "state": "open", "summary": {}})
        assert Session.objects.get().state == Session.State.CLOSED
        assert Session.objects.get().summary == story.summary


class TestDelete:
    def test_the_owner_erases_rows_and_folder(self, story, owner, api_of, django_capture_on_commit_callbacks):
        story.folder.mkdir(parents=True)
        with django_capture_on_commit_callbacks(execute=True):
            assert api_of(owner).delete(_url("api-session", story) + "?for_good=true").status_code == 204
        assert not Session.objects.exists()
        assert not Observation.objects.exists()
        assert not story.folder.exists()

    def test_a_viewer_is_told_that_it_is_not_allowed(self, story, viewer, api_of):
        answer = api_of(viewer).delete(_url("api-session", story))
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
        assert Session.objects.exists()

    def test_a_stranger_finds_nothing_to_delete(self, story, stranger, api_of):
        assert api_of(stranger).delete(_url("api-session", story)).status_code == 404
        assert Session.objects.exists()

    def test_the_second_time_there_is_nothing_left(self, story, owner, api_of):
        api = api_of(owner)
        codes = [api.delete(_url("api-session", story)).status_code for _ in range(2)]
        assert codes == [204, 404]


class TestTimeline:
    def test_it_answers_with_buckets(self, story, owner, api_of):
        answer = api_of(owner).get(_url("api-timeline", story), {"bucket_ms": 500, "from_ms": 1000}).json()
        assert (answer["bucket_ms"], answer["from_ms"], answer["to_ms"]) == (500, 1000, 2000)
        assert [lane["number"] for lane in answer["tracks"]] == [1, 2]
        assert answer["tracks"][0]["scores"]["happy"] == [0.6333, None]

    def test_a_bucket_is_a_second_unless_told_otherwise(self, story, owner, api_of):
        assert api_of(owner).get(_url("api-timeline", story)).json()["tracks"][0]["t_ms"] == [0, 1000]

    @pytest.mark.parametrize("asked", [
        {"bucket_ms": 0}, {"bucket_ms": -5}, {"bucket_ms": "much"}, {"bucket_ms": 1.5}, {"bucket_ms": 10**30},
        {"from_ms": -1}, {"from_ms": 900, "to_ms": 100}, {"to_ms": 10**12},
    ])  # fmt: skip
    def test_silly_questions_are_refused(self, story, owner, api_of, asked):
        answer = api_of(owner).get(_url("api-timeline", story), asked)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")

    def test_it_costs_four_queries(self, story, owner, django_assert_num_queries):
        api = APIClient()
        api.force_authenticate(owner)
        with django_assert_num_queries(4):
            api.get(_url("api-timeline", story))


class TestObservations:
    def test_a_scored_face_has_box_scores_and_verdict(self, story, owner, api_of):
        first = api_of(owner).get(_url("api-observations", story)).json()["results"][0]
        assert first == {
            "t_ms": 0, "track": 1, "box": [10.0, 20.0, 30.0, 40.0],
            "scores": {"angry": 0, "disgust": 0, "fear": 0, "happy": 0.8, "sad": 0.2, "surprise": 0, "neutral": 0},
            "dominant": "happy", "reason": None, "frame_width": 640, "frame_height": 480,
        }  # fmt: skip

    def test_an_unscored_face_has_its_reason(self, story, owner, api_of):
        last = api_of(owner).get(_url("api-observations", story)).json()["results"][-1]
        assert (last["t_ms"], last["scores"], last["dominant"], last["reason"]) == (1600, None, None, "blurred")

    @pytest.mark.parametrize("size", [1, 2, 3, 4])
    def test_its_pages_hold_every_observation_once_in_order(self, story, owner, api_of, size):
        api, url, seen = api_of(owner), _url("api-observations", story) + f"?page_size={size}", []
        while url:
            page = api.get(url).json()
            seen += [(row["t_ms"], row["track"]) for row in page["results"]]
            url = page["next"]
        assert seen == [
            (0, 1), (200, 1), (400, 1), (400, 2), (600, 2), (800, 1), (1000, 1), (1200, 1), (1200, 2), (1400, 1),
            (1600, 1),
        ]  # fmt: skip

    def test_more_faces_at_one_moment_than_fit_on_a_page_are_all_shown(self, session, owner, api_of):
        append_readings(session=session, readings=[frame(0, *(face(n, Reason.BLURRED) for n in range(1, 8)))])
        api, url, seen = api_of(owner), _url("api-observations", session) + "?page_size=3", []
        while url:
            page = api.get(url).json()
            seen += [row["track"] for row in page["results"]]
            url = page["next"]
        assert seen == [1, 2, 3, 4, 5, 6, 7]

    def test_a_range_and_a_track_narrow_it(self, story, owner, api_of):
        asked = {"from_ms": 400, "to_ms": 1200, "track": 2}
        rows = api_of(owner).get(_url("api-observations", story), asked).json()["results"]
        assert [row["t_ms"] for row in rows] == [400, 600]

    @pytest.mark.parametrize("inside", ["o=many", "p=DROP", "p=-1", "p=", "o=-1"])
    def test_a_forged_cursor_is_refused(self, story, owner, api_of, inside):
        cursor = b64encode(inside.encode()).decode()
        answer = api_of(owner).get(_url("api-observations", story), {"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    def test_it_costs_two_queries(self, story, owner, django_assert_num_queries):
        api = APIClient()
        api.force_authenticate(owner)
        with django_assert_num_queries(2):
            api.get(_url("api-observations", story))

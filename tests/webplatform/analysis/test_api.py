"""The REST endpoints of analyses: what each kind of user gets, and what each answer looks like."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.full_disk import files_end_at
from tests.webplatform.analysis.conftest import MP4, upload_of
from webplatform.analysis.models import AnalysisJob
from webplatform.studies.models import Membership

KEYS = {
    "id",
    "status",
    "progress",
    "faces_found",
    "seconds_left",
    "queue_place",
    "starts_in_s",
    "session",
    "session_url",
    "title",
    "study",
    "participant",
    "condition",
    "external_id",
    "metadata",
    "attempts",
    "error",
    "queued_at",
    "started_at",
    "finished_at",
}


@pytest.fixture
def api(api_of, owner, consent, sent):
    return api_of(owner)


def post(api, **data):
    return api.post("/api/v1/analyses/", {"file": upload_of(), **data}, format="multipart")


def test_a_video_is_accepted_with_its_job_and_where_to_ask_for_it(api):
    answer = post(api, title="Interview 3")
    assert answer.status_code == 202
    assert set(answer.json()) == KEYS
    assert (answer.json()["status"], answer.json()["title"]) == ("queued", "Interview 3")
    assert answer["Location"] == f"/api/v1/analyses/{answer.json()['id']}/"
    assert api.get(answer["Location"]).json() == answer.json()


def test_the_same_file_twice_is_409_with_the_session_it_is_in(api):
    first = post(api).json()
    answer = post(api)
    assert answer.status_code == 409
    assert answer.json()["details"]["session_url"] == first["session_url"]
    assert post(api, again="true").status_code == 202


def test_no_file_is_a_validation_error(api):
    answer = api.post("/api/v1/analyses/", {}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "file" in answer.json()["details"]


def test_text_named_mp4_is_refused_with_a_sentence(api):
    data = {"file": upload_of("a.mp4", b"text" * 20)}
    answer = api.post("/api/v1/analyses/", data, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "not a video" in answer.json()["message"]


def test_a_disk_that_fills_up_while_an_upload_is_written_is_507_and_nothing_is_left(api, settings):
    with files_end_at(8 * 2**20):
        answer = api.post("/api/v1/analyses/", {"file": upload_of(content=MP4 + bytes(9 * 2**20))}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert not AnalysisJob.objects.exists()
    assert [path for path in Path(settings.FILE_UPLOAD_TEMP_DIR).rglob("*") if path.is_file()] == []


def test_an_upload_without_consent_is_403(api_of, stranger):
    answer = post(api_of(stranger))
    assert (answer.status_code, answer.json()["code"]) == (403, "consent_missing")


def test_a_failed_job_tells_its_error(api):
    job = post(api).json()
    AnalysisJob.objects.update(state="failed", error_code="unreadable_video", error_message="It is broken.")
    answer = api.get(f"/api/v1/analyses/{job['id']}/").json()
    assert answer["error"] == {"code": "unreadable_video", "message": "It is broken."}


def test_the_list_filters_by_status(api):
    post(api)
    assert api.get("/api/v1/analyses/?status=queued").json()["count"] == 1
    assert api.get("/api/v1/analyses/?status=done").json()["count"] == 0
    assert api.get("/api/v1/analyses/?status=nonsense").status_code == 400


def test_the_list_costs_the_same_queries_whatever_its_length(api, django_assert_num_queries):
    post(api)
    post(api, again="true")
    with django_assert_num_queries(5):  # the token, the jobs; three for the order of turns
        api.get("/api/v1/analyses/")


def test_cancel_and_retry(api):
    job = post(api).json()
    cancelled = api.post(f"/api/v1/analyses/{job['id']}/cancel/")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert api.post(f"/api/v1/analyses/{job['id']}/cancel/").status_code == 409
    again = api.post(f"/api/v1/analyses/{job['id']}/retry/")
    assert (again.status_code, again.json()["status"]) == (202, "queued")


@pytest.mark.parametrize("path", ["", "cancel/", "retry/"])
def test_strangers_and_anonymous_get_nothing(api, api_of, stranger, client, path):
    url = f"/api/v1/analyses/{post(api).json()['id']}/{path}"
    method = "post" if path else "get"
    assert getattr(api_of(stranger), method)(url).status_code == 404
    assert getattr(client, method)(url).status_code == 401
    assert api_of(stranger).get("/api/v1/analyses/").json()["count"] == 0


def test_a_viewer_reads_jobs_and_steers_none(api, api_of, viewer):
    job = post(api).json()
    study = AnalysisJob.objects.get().session.study
    Membership.objects.create(study=study, user=viewer, role=Membership.Role.VIEWER)
    assert api_of(viewer).get(f"/api/v1/analyses/{job['id']}/").status_code == 200
    assert api_of(viewer).post(f"/api/v1/analyses/{job['id']}/cancel/").status_code == 403


def test_a_session_login_needs_the_csrf_token(client_of, owner, consent, sent):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    answer = browser.post(reverse("api-analyses"), {"file": upload_of()})
    assert answer.status_code == 403

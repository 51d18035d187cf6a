"""External ids and metadata: given at upload and live start, changed later, found again, shown."""

import json

import pytest

from tests.webplatform.analysis.conftest import upload_of
from webplatform.common.errors import Conflict, Invalid
from webplatform.history.models import Session
from webplatform.history.references import set_reference
from webplatform.history.session_files import csv_pieces
from webplatform.live.protocol import BadMessage
from webplatform.live.session_request import SessionRequest, parse_start
from webplatform.studies.models import Membership

NUL = chr(0)
LIST = "/api/v1/analyses/"


@pytest.fixture
def api(api_of, owner, consent, sent):
    return api_of(owner)


def post(api, name="a.mp4", **data):
    return api.post(LIST, {"file": upload_of(name), "again": "true", **data}, format="multipart")


def test_a_job_and_its_session_carry_what_the_upload_gave_and_lists_find_it(api, client_of, owner):
    job = post(api, external_id="survey-1/answer 7", metadata='{"items": [1, {"wave": 2}], "tool": "<b>"}').json()
    other = post(api, "b.mp4").json()
    assert (job["external_id"], job["metadata"]["tool"]) == ("survey-1/answer 7", "<b>")
    session = api.get(f"/api/v1/sessions/{job['session']}/").json()
    assert (session["external_id"], session["metadata"]) == (job["external_id"], job["metadata"])
    for query in ({"external_id": "survey-1/answer 7"}, {"q": "ANSWER 7"}):
        assert [one["id"] for one in api.get(LIST, query).json()["results"]] == [job["id"]]
        assert [one["id"] for one in api.get("/api/v1/sessions/", query).json()["results"]] == [job["session"]]
    assert api.get(LIST, {"external_id": "survey-1"}).json()["results"] == []
    page = client_of(owner).get(job["session_url"]).content.decode()
    assert "survey-1/answer 7" in page and "[1, {&quot;wave&quot;: 2}]" in page and "&lt;b&gt;" in page
    assert "survey-1" not in client_of(owner).get(other["session_url"]).content.decode()
    head = "".join(csv_pieces(Session.objects.get(pk=job["session"])))
    assert "external_id" in head.splitlines()[0]


def test_jobs_are_narrowed_like_sessions(api, study, owner, stranger):
    of_study = post(api, study=str(study.pk)).json()["id"]
    personal = post(api).json()["id"]

    def found(**query):
        answer = api.get(LIST, query)
        assert answer.status_code == 200, answer.content
        return [one["id"] for one in answer.json()["results"]]

    assert found(study=str(study.pk)) == [of_study]
    assert found(source="upload", condition="none", status="queued") == [personal, of_study]
    assert found(source="webcam") == found(until="2020-01-01") == found(model="77") == found(state="closed") == []
    assert api.get(LIST, {"since": "yesterday"}).status_code == 400


def test_an_external_id_is_taken_once_by_an_account_and_the_answer_says_by_what(api, api_of, study, viewer, consent_of):
    first = post(api, external_id="x-1").json()
    answer = post(api, "b.mp4", external_id="x-1")
    assert (answer.status_code, answer.json()["details"]["reason"]) == (409, "external_id_taken")
    assert answer.json()["details"]["session"] == first["session"]
    assert Session.objects.count() == 1
    consent_of(viewer)
    Membership.objects.filter(user=viewer).update(role=Membership.Role.ANALYST)
    assert post(api_of(viewer), "c.mp4", external_id="x-1", study=str(study.pk)).status_code == 202
    second = post(api, "d.mp4").json()["session"]
    assert api.patch(f"/api/v1/sessions/{second}/", {"external_id": "x-1"}, format="json").status_code == 409
    assert post(api, "e.mp4").status_code == post(api, "f.mp4").status_code == 202  # none is no id


def test_both_are_changed_later_by_who_may_edit(api, api_of, study, viewer):
    session = post(api, study=str(study.pk), external_id="x", metadata='{"a": 1}').json()["session"]
    address = f"/api/v1/sessions/{session}/"
    changed = api.patch(address, {"external_id": "y"}, format="json").json()
    assert (changed["external_id"], changed["metadata"]) == ("y", {"a": 1})
    changed = api.patch(address, {"metadata": {}, "external_id": ""}, format="json").json()
    assert (changed["external_id"], changed["metadata"]) == ("", {})
    assert api_of(viewer).patch(address, {"external_id": "z"}, format="json").status_code == 403


@pytest.mark.parametrize(
    "metadata",
    [
        [1],
        "text",
        {"a": "x" * 5000},
        {"a": [[[[1]]]]},
        {"a": NUL},
        {NUL: 1},
        {"a": "\ud800"},
        {"a": float("nan")},
        None,
    ],
)
def test_metadata_that_is_no_small_object_is_refused(api, study, metadata):
    session = post(api, study=str(study.pk)).json()["session"]
    sent = json.dumps({"metadata": metadata})
    answer = api.patch(f"/api/v1/sessions/{session}/", sent, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert Session.objects.get().metadata == {}


@pytest.mark.parametrize("metadata", ["{", "[" * 5000, "null", '{"a": NaN}', '"{}"'])
def test_metadata_of_a_form_that_is_no_object_is_refused(api, metadata):
    assert post(api, metadata=metadata).status_code == 400
    assert not Session.objects.exists()


@pytest.mark.parametrize("external_id", ["x" * 201, "a\nb", "a\tb", "a\x7fb"])
def test_an_external_id_that_cannot_be_read_is_refused(api, external_id):
    assert post(api, external_id=external_id).status_code == 400


def test_a_start_message_gives_both(owner, consent, model_version):
    assert parse_start({"external_id": "e", "metadata": {"a": 1}}) == SessionRequest(external_id="e", metadata={"a": 1})
    for wrong in ({"metadata": []}, {"external_id": 5}):
        with pytest.raises(BadMessage):
            parse_start(wrong)


def test_two_writers_of_one_external_id_end_in_one_conflict(api, owner, monkeypatch):
    one, two = (Session.objects.get(pk=post(api, f"{n}.mp4").json()["session"]) for n in range(2))
    set_reference(session=one, user=owner, external_id="same")
    monkeypatch.setattr("webplatform.history.references._refuse_taken", lambda *_: None)  # looked a moment too early
    with pytest.raises(Conflict):
        set_reference(session=two, user=owner, external_id="same")
    with pytest.raises(Invalid):
        set_reference(session=two, user=owner, external_id=" x")

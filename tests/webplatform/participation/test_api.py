"""The same by REST: members on one side, the key's holder on the other."""

import pytest
from rest_framework.test import APIClient

from webplatform.consent.models import ConsentRecord
from webplatform.studies.models import Participant, ParticipantRequest


@pytest.fixture
def own(key):
    api = APIClient()
    api.credentials(HTTP_PARTICIPANT_KEY=key)
    return api


def test_members_add_participants_and_links_and_strangers_find_none(api_of, owner, viewer, stranger, study):
    url = f"/api/v1/studies/{study.pk}/participants/"
    made = api_of(owner).post(url, {})
    assert made.status_code == 201
    assert api_of(owner).post(url, {"pseudonym": made.json()["pseudonym"]}).status_code == 409
    assert api_of(owner).post(url, {"pseudonym": "dewi@example.org"}).status_code == 400
    assert api_of(viewer).post(url, {}).status_code == 403
    assert api_of(stranger).get(url).status_code == 404
    links = f"/api/v1/participants/{made.json()['id']}/links/"
    link = api_of(owner).post(links, {"days": 7}).json()
    assert link["address"].startswith("http")
    assert api_of(owner).get(links).json()["results"][0]["address"] is None
    assert api_of(viewer).delete(f"/api/v1/links/{link['id']}/").status_code == 403
    assert api_of(stranger).delete(f"/api/v1/links/{link['id']}/").status_code == 404
    key = link["address"].rstrip("/").split("/")[-1]
    assert APIClient().get("/api/v1/own/", headers={"Participant-Key": key}).status_code == 200
    assert api_of(owner).delete(f"/api/v1/links/{link['id']}/").status_code == 204
    assert APIClient().get("/api/v1/own/", headers={"Participant-Key": key}).status_code == 404


def test_without_a_key_nothing_opens(db):
    assert APIClient().get("/api/v1/own/").status_code == 404


def test_the_keys_holder_agrees_withdraws_and_asks(own, participant, api_of, owner):
    assert own.get("/api/v1/own/").json()["is_valid"] is False
    given = own.post("/api/v1/own/consent/", {"language": "id", "scopes": ["analyse", "train"]}).json()
    assert (given["is_valid"], given["scopes"]) == (True, ["analyse", "train"])
    assert ConsentRecord.objects.get().language == "id"
    assert api_of(owner).get(f"/api/v1/studies/{participant.study_id}/participants/").json()["results"][0][
        "scopes"
    ] == ["analyse", "train"]
    assert own.post("/api/v1/own/withdrawal/", {"scopes": ["train"]}).json()["scopes"] == ["analyse"]
    assert own.post("/api/v1/own/withdrawal/", {}).json()["is_valid"] is False
    assert own.post("/api/v1/own/requests/", {"kind": "copy"}).status_code == 201


def test_the_owner_answers_and_nobody_else(own, api_of, owner, viewer, stranger):
    asked = own.post("/api/v1/own/requests/", {"kind": "question", "text": "Why me?"}).json()
    url = f"/api/v1/requests/{asked['id']}/answer/"
    answer = {"is_done": True, "answer": "By lot."}
    assert api_of(stranger).post(url, answer).status_code == 404
    assert api_of(viewer).post(url, answer).status_code == 403
    assert api_of(owner).get("/api/v1/requests/").json()["results"][0]["text"] == "Why me?"
    assert api_of(owner).post(url, answer).json()["state"] == "done"
    assert api_of(owner).post(url, answer).status_code == 409
    assert ParticipantRequest.objects.get().answer == "By lot."


def test_a_participant_keeps_no_name(db):
    fields = {field.name for field in Participant._meta.get_fields()}
    assert not fields & {"name", "email", "birthday", "picture", "phone"}


def test_a_notice_that_was_read_before_it_changed_is_not_agreed_to(own, study):
    read = own.get("/api/v1/own/").json()["notice"]["hash"]
    study.purpose = "Something else altogether"
    study.save()
    sent = {"language": "en", "scopes": ["analyse"], "hash": read}
    assert own.post("/api/v1/own/consent/", sent).status_code == 409
    now = own.get("/api/v1/own/").json()["notice"]["hash"]
    assert own.post("/api/v1/own/consent/", sent | {"hash": now}).json()["notice"]["hash"] == now

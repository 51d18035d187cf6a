"""A copy of everything that is held of a person: asked for, written by a worker, downloaded by that person alone."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from webplatform.accounts.models import AuditEvent
from webplatform.consent.services import withdraw_consent
from webplatform.history.models import FaceEdit, Segment, Session
from webplatform.jobs.requeue import release_stale, unsent
from webplatform.retention import work
from webplatform.retention.models import DataExport
from webplatform.retention.services import request_export
from webplatform.retention.work import give_up, run_export
from webplatform.studies.models import Condition, Variable


@pytest.fixture
def made(db):
    """`made(owner)` or `made(participant)`: an export that is done."""

    def make(of, language="en"):
        export = request_export(of=of, language=language)
        run_export(export.pk)
        export.refresh_from_db()
        return export

    return make


def archive_of(export):
    return zipfile.ZipFile(export.file)


def test_a_participants_copy_holds_everything(participant, agreed, recorded, made, key):
    session = recorded(agreed)
    export = made(participant)
    assert (export.state, export.size_bytes) == ("done", export.file.stat().st_size)
    archive = archive_of(export)
    folder = f"sessions/{session.pk}"
    assert set(archive.namelist()) == {
        "README.txt", "person.json", "sessions.json", f"consent/consent-{agreed.pk}.json", f"{folder}/session.json",
        f"{folder}/readings.csv", f"{folder}/readings.json", f"{folder}/video.mp4",
    }  # fmt: skip
    assert archive.read(f"{folder}/video.mp4") == b"film"
    assert "too_small" in archive.read(f"{folder}/readings.csv").decode()
    assert len(json.loads(archive.read(f"{folder}/readings.json"))["observations"]) == 2
    assert json.loads(archive.read(f"{folder}/session.json"))["markers"] == [{"t_ms": 0, "text": "question 1"}]
    assert json.loads(archive.read("person.json"))["pseudonym"] == "Blue"
    assert json.loads(archive.read(f"consent/consent-{agreed.pk}.json"))["text_sha256"] == agreed.text_digest


def test_a_copy_tells_what_was_said_of_stretches_and_faces(participant, agreed, recorded, made):
    session = recorded(agreed)
    Segment.objects.create(session=session, from_ms=0, to_ms=100, kind="excluded", reason="phone rang")
    FaceEdit.objects.create(session=session, kind="name", face="1", text="Left chair")
    told = json.loads(archive_of(made(participant)).read(f"sessions/{session.pk}/session.json"))
    assert told["segments"] == [{"from_ms": 0, "to_ms": 100, "kind": "excluded", "label": "", "reason": "phone rang"}]
    assert [(edit["kind"], edit["text"]) for edit in told["face_edits"]] == [("name", "Left chair")]


def test_a_copy_tells_the_persons_variables_and_each_sessions_condition(participant, agreed, recorded, made, study):
    session = recorded(agreed)
    session.condition = Condition.objects.create(study=study, name="film A")
    session.save()
    band = Variable.objects.create(study=study, name="age band", kind="choice", choices=["20s", "30s"])
    Variable.objects.create(study=study, name="left-handed")
    participant.values = {str(band.pk): "20s"}
    participant.save()
    archive = archive_of(made(participant))
    assert json.loads(archive.read("person.json"))["variables"] == {"age band": "20s"}
    assert json.loads(archive.read(f"sessions/{session.pk}/session.json"))["condition"] == "film A"


def test_a_copy_ends_with_the_withdrawal_of_whom_it_is(
    participant, agreed, owner, consent, made, django_capture_on_commit_callbacks
):
    theirs, mine = made(participant), made(owner)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=participant, channel="link", scopes=["share"])
    assert theirs.file.exists()
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=participant, channel="link")
    assert (theirs.file.exists(), mine.file.exists()) == (False, True)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=owner)
    assert not mine.file.exists()
    assert not DataExport.objects.exists()


def test_the_summary_is_in_the_persons_language(participant, made):
    assert "Apa yang disimpan studi" in archive_of(made(participant, language="id")).read("README.txt").decode()


def test_an_accounts_copy_holds_what_rests_on_its_own_consent_and_nobody_elses(
    owner, participant, agreed, consent, recorded, study, made, token_of
):
    token_of(owner)
    owner.saved_views.create(name="Film A", query="q=film")
    owner.webhooks.create(name="Lab", url="https://lab.example/in", events=["job.done"], sealed_secret="s3cret")
    mine, theirs = recorded(consent, study=study), recorded(agreed)
    Session.objects.filter(pk=mine.pk).update(external_id="lab-7", metadata={"room": 2})
    archive = archive_of(made(owner))
    names = archive.namelist()
    assert f"sessions/{mine.pk}/video.mp4" in names
    assert not [name for name in names if str(theirs.pk) in name]
    person = json.loads(archive.read("person.json"))
    assert (person["email"], person["studies"][0]["role"]) == ("owner@example.org", "owner")
    assert [token["name"] for token in person["tokens"]] == ["test"]
    assert [(view["name"], view["query"]) for view in person["saved_views"]] == [("Film A", "q=film")]
    assert [(hook["name"], hook["url"]) for hook in person["webhooks"]] == [("Lab", "https://lab.example/in")]
    assert "s3cret" not in archive.read("person.json").decode()
    told = json.loads(archive.read(f"sessions/{mine.pk}/session.json"))
    assert (told["external_id"], told["metadata"]) == ("lab-7", {"room": 2})
    assert "token.created" in archive.read("activity.csv").decode()
    assert "digest" not in archive.read("person.json").decode()


def test_asking_again_while_one_waits_is_the_same_one(owner):
    assert request_export(of=owner, language="en") == request_export(of=owner, language="en")


def test_a_new_copy_takes_the_place_of_the_old_one(owner, made, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = made(owner)
        second = made(owner)
    assert not first.file.exists()
    assert second.file.exists()
    assert list(DataExport.objects.all()) == [second]


def test_a_lost_message_is_sent_again(owner):
    export = request_export(of=owner, language="en")
    assert [*unsent(DataExport.objects.all())] == [export]
    DataExport.objects.update(enqueued_at=timezone.now())
    assert [*unsent(DataExport.objects.all())] == []


def test_an_export_whose_worker_died_waits_again_and_is_done_by_the_next(owner):
    export = request_export(of=owner, language="en")
    old = timezone.now() - timedelta(minutes=5)
    DataExport.objects.update(state="running", lease="0" * 32, attempts=1, heartbeat_at=old, enqueued_at=old)
    release_stale(DataExport.objects.all(), give_up)
    assert [*unsent(DataExport.objects.all())] == [export]
    run_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.attempts) == ("done", 2)


def test_an_export_that_kills_its_workers_fails_in_the_end(owner):
    request_export(of=owner, language="en")
    old = timezone.now() - timedelta(minutes=5)
    DataExport.objects.update(state="running", attempts=3, heartbeat_at=old)
    release_stale(DataExport.objects.all(), give_up)
    assert DataExport.objects.get().state == "failed"


def test_a_worker_that_lost_its_lease_leaves_nothing(owner, monkeypatch):
    export = request_export(of=owner, language="en")

    def interrupted(export, part):
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(b"half")
        DataExport.objects.update(state="queued", lease=None)

    monkeypatch.setattr(work, "write_export", interrupted)
    run_export(export.pk)
    assert DataExport.objects.get().state == "queued"
    assert list(export.file.parent.iterdir()) == []


def test_one_that_cannot_be_written_fails_and_leaves_nothing(owner, tmp_path):
    (tmp_path / "exports").write_bytes(b"a file in the way")
    export = request_export(of=owner, language="en")
    run_export(export.pk)
    assert DataExport.objects.get().state == "failed"


def test_a_person_downloads_their_own_copy_and_nobody_elses(owner, viewer, client_of, made):
    export = made(owner)
    url = f"/account/data/copies/{export.pk}/"
    answer = client_of(owner).get(url)
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None
    assert answer["Cache-Control"] == "private, no-store"
    assert client_of(viewer).get(url).status_code == 404
    assert Client().get(url)["Location"].startswith("/account/login/")
    assert AuditEvent.objects.filter(action="export.downloaded", actor_id=owner.pk).count() == 1


def test_an_expired_copy_cannot_be_downloaded(owner, client_of, made):
    export = made(owner)
    DataExport.objects.update(expires_at=timezone.now())
    assert client_of(owner).get(f"/account/data/copies/{export.pk}/").status_code == 404


def test_the_page_tells_how_far_it_is(owner, client_of):
    browser = client_of(owner)
    assert "Make a copy of everything" in browser.get("/account/data/").content.decode()
    browser.post("/account/data/copy/")
    assert "is being made" in browser.get("/account/data/").content.decode()
    run_export(DataExport.objects.get().pk)
    assert "Download the copy" in browser.get("/account/data/").content.decode()
    DataExport.objects.update(state="failed")
    assert "could not be made" in browser.get("/account/data/").content.decode()


def test_a_participant_gets_their_copy_by_their_link(participant, agreed, recorded, key, owner, client_of, made):
    recorded(agreed)
    visitor = Client()
    visitor.get(f"/p/{key}/")
    visitor.post("/p/copy/")
    export = DataExport.objects.get()
    assert visitor.get(f"/p/copies/{export.pk}/").status_code == 404
    run_export(export.pk)
    assert f"/p/copies/{export.pk}/" in visitor.get("/p/").content.decode()
    assert visitor.get(f"/p/copies/{export.pk}/").status_code == 200
    assert Client().get(f"/p/copies/{export.pk}/").status_code == 404
    assert client_of(owner).get(f"/account/data/copies/{export.pk}/").status_code == 404
    others = made(owner)
    assert visitor.get(f"/p/copies/{others.pk}/").status_code == 404


def test_by_rest_too(owner, viewer, api_of):
    api = api_of(owner)
    asked = api.post("/api/v1/exports/")
    assert (asked.status_code, asked.json()["state"], asked.json()["url"]) == (202, "queued", None)
    run_export(asked.json()["id"])
    done = api.get(f"/api/v1/exports/{asked.json()['id']}/").json()
    assert api.get(done["url"])["Content-Type"] == "application/zip"
    assert [row["id"] for row in api.get("/api/v1/exports/").json()["results"]] == [asked.json()["id"]]
    assert api_of(viewer).get(done["url"]).status_code == 404
    assert Client().get("/api/v1/exports/").status_code == 401


def test_by_rest_for_a_participant_too(participant, key):
    headers = {"Participant-Key": key}
    asked = Client().post("/api/v1/own/exports/", headers=headers)
    assert asked.status_code == 202
    run_export(asked.json()["id"])
    done = Client().get("/api/v1/own/exports/", headers=headers).json()["results"][0]
    assert Client().get(done["url"], headers=headers).status_code == 200
    assert Client().get(done["url"]).status_code == 404

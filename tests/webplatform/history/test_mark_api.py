"""What programs do with marks and faces."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import User
from webplatform.history.models import Marker, Session
from webplatform.history.services import append_readings, close_session
from webplatform.history.session_files import csv_pieces


@pytest.fixture
def pair(session: Session) -> Session:
    """8 s of two people side by side: 1 happy, 2 sad."""
    frames = [frame(t, face(1, happy=1.0), face(2, sad=1.0)) for t in range(0, 8000, 200)]
    append_readings(session=session, readings=frames)
    return close_session(session=session, duration_ms=8000, is_partial=False)


def test_segments_are_added_changed_and_removed(pair: Session, owner: User, api_of):
    api, path = api_of(owner), f"/api/v1/sessions/{pair.pk}/segments/"
    made = api.post(path, {"from_ms": 0, "to_ms": 1000, "label": "film"}, format="json")
    assert made.status_code == 201
    assert made.json() == {
        "id": made.json()["id"],
        "from_ms": 0,
        "to_ms": 1000,
        "kind": "segment",
        "label": "film",
        "reason": "",
    }
    there = f"{path}{made.json()['id']}/"
    body = {"from_ms": 0, "to_ms": 4000, "kind": "excluded", "reason": "phone"}
    assert api.put(there, body, format="json").json()["reason"] == "phone"
    told = api.get(f"/api/v1/sessions/{pair.pk}/").json()
    assert told["revised"]["observations"] == 40
    assert told["summary"]["observations"] == 80
    assert api.delete(there).status_code == 204
    assert api.get(f"/api/v1/sessions/{pair.pk}/").json()["revised"] is None


def test_a_file_with_a_wrong_line_says_which_and_changes_nothing(pair: Session, owner: User, api_of):
    file = SimpleUploadedFile("marks.csv", b"from,to,text\n1,,fine\nlate,,x\n")
    answer = api_of(owner).post(f"/api/v1/sessions/{pair.pk}/marks/import/", {"file": file}, format="multipart")
    assert answer.status_code == 400
    assert [line.split(":")[0] for line in answer.json()["details"]["problems"]] == ["Line 3"]
    assert pair.markers.count() == 0


def test_a_dry_run_tells_and_changes_nothing(pair: Session, owner: User, api_of):
    api = api_of(owner)
    api.post(f"/api/v1/sessions/{pair.pk}/markers/", {"t_ms": 5, "text": "joke"}, format="json")
    body = {"sessions": [str(pair.pk)], "is_dry": True, "is_replacing": True}
    answer = api.post(f"/api/v1/sessions/{pair.pk}/marks/apply/", body, format="json").json()
    assert answer == [{"session": str(pair.pk), "added": 0, "known": 1, "outside": 0, "removed": 0}]
    unknown = {"sessions": ["00000000-0000-0000-0000-000000000000"]}
    assert api.post(f"/api/v1/sessions/{pair.pk}/marks/apply/", unknown, format="json").status_code == 404


def test_a_dry_run_is_refused_what_the_real_one_is_refused(pair: Session, owner: User, viewer: User, api_of):
    Marker.objects.create(session=pair, t_ms=5, text="joke")
    other = Session.objects.create(
        study=pair.study, created_by=owner, consent=pair.consent, title="Other", source="upload", every_ms=200
    )
    path, body = f"/api/v1/sessions/{pair.pk}/marks/apply/", {"sessions": [str(other.pk)], "is_dry": True}
    assert api_of(owner).post(path, body, format="json").json()[0]["added"] == 1
    assert (other.markers.count(), other.segments.count()) == (0, 0)
    for is_dry in (True, False):
        assert api_of(viewer).post(path, body | {"is_dry": is_dry}, format="json").status_code == 403
    pair.markers.all().delete()
    for is_dry in (True, False):  # there is nothing to apply any more
        assert api_of(owner).post(path, body | {"is_dry": is_dry}, format="json").status_code == 400


def test_faces_are_changed_and_changes_undone(pair: Session, owner: User, api_of):
    api, path = api_of(owner), f"/api/v1/sessions/{pair.pk}/faces/"
    merged = api.post(f"{path}edits/", {"kind": "merge", "face": "2", "into": "1"}, format="json")
    assert merged.status_code == 201
    assert [len(one["tracks"]) for one in api.get(path).json()["results"]] == [2]
    missing = api.post(f"{path}edits/", {"kind": "merge", "face": "1"}, format="json")
    assert (missing.status_code, missing.json()["details"]) == (400, {"field": "into"})
    assert api.post(f"{path}undo/").json()["kind"] == "merge"
    assert api.get(path).json()["count"] == 2
    assert api.post(f"{path}undo/").status_code == 409


def test_the_table_says_what_people_said_on_every_line(pair: Session, owner: User, api_of, client_of):
    api = api_of(owner)
    api.post(f"/api/v1/sessions/{pair.pk}/faces/edits/", {"kind": "drop", "face": "2"}, format="json")
    api.post(f"/api/v1/sessions/{pair.pk}/faces/edits/", {"kind": "name", "face": "1", "text": "=Left"}, format="json")
    for body in (
        {"from_ms": 0, "to_ms": 400, "label": "film"},
        {"from_ms": 200, "to_ms": 600, "kind": "excluded", "reason": "phone"},
    ):
        api.post(f"/api/v1/sessions/{pair.pk}/segments/", body, format="json")
    rows = list(csv.DictReader(io.StringIO("".join(csv_pieces(pair)))))
    told = [(r["t_ms"], r["person"], r["person_name"], r["excluded"], r["segments"]) for r in rows[:6]]
    assert told == [
        ("0", "1", "'=Left", "0", "film"), ("0", "2", "", "1", "film"),
        ("200", "1", "'=Left", "1", "film"), ("200", "2", "", "1", "film"),
        ("400", "1", "'=Left", "1", ""), ("400", "2", "", "1", ""),
    ]  # fmt: skip
    whole = client_of(owner).get(f"/sessions/{pair.pk}/session.json")
    head = json.loads(b"".join(whole.streaming_content))["session"]
    assert [one["kind"] for one in head["segments"]] == ["segment", "excluded"]
    assert [(one["name"], one["dropped"]) for one in head["people"]] == [("=Left", False), ("", True)]
    assert head["revised"]["share"]["happy"] == 1.0

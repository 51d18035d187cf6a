"""Marking a session and saying who is who, by the page's plain forms."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import User
from webplatform.consent.models import ConsentRecord
from webplatform.history.markers import add_marker
from webplatform.history.models import Session
from webplatform.history.segments import add_segment
from webplatform.history.services import append_readings, close_session, open_session
from webplatform.studies.models import Study


@pytest.fixture
def pair(study: Study, owner: User, consent: ConsentRecord) -> Session:
    """8 s of two people side by side: 1 happy, 2 sad."""
    opened = open_session(
        study=study, user=owner, consent=consent, title="Pair", source=Session.Source.UPLOAD, every_ms=200
    )
    frames = [frame(t, face(1, happy=1.0), face(2, sad=1.0)) for t in range(0, 8000, 200)]
    append_readings(session=opened, readings=frames)
    return close_session(session=opened, duration_ms=8000, is_partial=False)


@pytest.fixture
def post(pair: Session, owner: User, client_of):
    """`post(place, **form)`: what the page says after the form was sent."""
    client = client_of(owner)

    def send(place: str, **form: object) -> str:
        return client.post(f"/sessions/{pair.pk}/{place}", form, follow=True).content.decode()

    return send


def test_marks_are_noted_changed_and_removed_without_a_script(pair: Session, post):
    post("marks/", kind="marker", **{"from": "0:01.500"}, text="joke")
    html = post("marks/", kind="excluded", **{"from": "2", "to": "3,5"}, reason="phone rang")
    assert "0:01.500" in html
    assert "phone rang" in html
    assert "What counts" in html
    marker, segment = pair.markers.get(), pair.segments.get()
    post(f"marks/marker/{marker.pk}/", **{"from": "2000 ms"}, text="better")
    post(f"marks/segment/{segment.pk}/", **{"from": "2", "to": "4"}, text="", reason="door")
    assert (pair.markers.get().t_ms, pair.segments.get().reason) == (2000, "door")
    post(f"marks/marker/{marker.pk}/", remove="1")
    post(f"marks/segment/{segment.pk}/", remove="1")
    assert (pair.markers.count(), pair.segments.count()) == (0, 0)


def test_wrong_input_is_told_and_changes_nothing(pair: Session, post):
    assert "is no time" in post("marks/", kind="marker", **{"from": "soon"}, text="joke")
    assert "Say why" in post("marks/", kind="excluded", **{"from": "0", "to": "1"})
    assert "There is no such face" in post("faces/", kind="drop", face="9")
    assert "There is no such change" in post("faces/", kind="odd", face="1")
    assert "There is no such participant" in post("faces/", kind="assign", face="1", participant="x")
    assert (pair.markers.count(), pair.segments.count(), pair.face_edits.count()) == (0, 0, 0)


def test_a_wrong_line_of_a_file_is_named(pair: Session, post):
    file = SimpleUploadedFile("m.csv", b"from,text\n1,fine\nlate,x\n")
    assert "Line 3: “late” is no time" in post("marks/import/", file=file)
    assert pair.markers.count() == 0
    assert "1 mark was read." in post("marks/import/", file=SimpleUploadedFile("m.csv", b"from,text\n1,fine\n"))


def test_faces_are_named_merged_and_undone(pair: Session, post):
    html = post("faces/", kind="name", face="1", text="Left chair")
    assert 'Face 1 <span class="badge">Left chair</span>' in html
    post("faces/", kind="merge", face="2", into="1")
    pair.refresh_from_db()
    assert pair.people == 1
    html = post("faces/undo/")
    assert "Undone: merged." in html
    pair.refresh_from_db()
    assert pair.people == 2


def test_a_viewer_sees_marks_and_has_no_forms(pair: Session, owner: User, viewer: User, client_of):
    add_marker(session=pair, user=owner, t_ms=0, text="joke")
    html = client_of(viewer).get(f"/sessions/{pair.pk}/").content.decode()
    assert "joke" in html
    assert "mark-form" not in html
    assert "Leave this face out" not in html


def test_a_set_is_shown_before_it_is_applied(pair: Session, owner: User, consent: ConsentRecord, client_of):
    other = open_session(
        study=pair.study, user=owner, consent=consent, title="Other", source=Session.Source.UPLOAD, every_ms=200
    )
    append_readings(session=other, readings=[frame(t, face(1, happy=1.0)) for t in range(0, 4000, 200)])
    close_session(session=other, duration_ms=4000, is_partial=False)
    add_marker(session=pair, user=owner, t_ms=1000, text="joke")
    add_segment(session=pair, user=owner, stretch=(5000, 6000), kind="segment", label="late")
    client, path = client_of(owner), f"/sessions/{pair.pk}/marks/apply/"
    shown = client.post(path, {"session": str(other.pk)}).content.decode()
    assert "1 new, 0 there already, 0 removed" in shown
    assert "1 after its end, left out" in shown
    assert other.markers.count() == 0
    client.post(path, {"session": str(other.pk), "sure": "1"})
    assert [one.text for one in other.markers.all()] == ["joke"]


def test_the_table_of_figures_tells_n(pair: Session, owner: User, client_of):
    add_segment(session=pair, user=owner, stretch=(0, 2000), kind="segment", label="film A")
    html = client_of(owner).get(f"/sessions/{pair.pk}/stretches/").content.decode()
    assert html.count("film A") == 2
    assert '<td class="number">10</td>' in html

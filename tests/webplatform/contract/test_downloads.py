"""Files of a closed session: not sent again to whoever has them, and packed for whoever can unpack them."""

from __future__ import annotations

import gzip

import pytest

from webplatform.history.erasing import remove_some_readings
from webplatform.history.face_edits import name_face
from webplatform.history.markers import add_marker
from webplatform.history.references import set_reference
from webplatform.history.segments import add_segment
from webplatform.history.services import rename_session
from webplatform.studies.models import Study

KINDS = ("csv", "json")


def content(answer) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_not_changed_is_not_sent_again(kind, story, owner, api_of):
    api, path = api_of(owner), f"/api/v1/sessions/{story.pk}/{kind}/"
    tag = api.get(path)["ETag"]
    again = api.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert api.get(path, headers={"if-none-match": '"other"'}).status_code == 200


CHANGES = {
    "title": lambda session, user: rename_session(session=session, user=user, title="Other"),
    "reference": lambda session, user: set_reference(session=session, user=user, external_id="answer-7"),
    "marker": lambda session, user: add_marker(session=session, user=user, t_ms=0, text="x"),
    "segment": lambda session, user: add_segment(
        session=session, user=user, stretch=(0, 900), kind="segment", label="f"
    ),
    "correction": lambda session, user: session.corrections.create(
        track=session.tracks.first(), from_ms=0, to_ms=0, emotion="sad"
    ),
    "face": lambda session, user: name_face(session=session, user=user, face="1", name="Left"),
    "study": lambda session, user: Study.objects.filter(pk=session.study_id).update(name="Other"),
    "purge": lambda session, user: remove_some_readings(session=session, most=1),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_the_files_tell_changes_their_tag(what, story, owner, api_of):
    api = api_of(owner)
    paths = [f"/api/v1/sessions/{story.pk}/{kind}/" for kind in KINDS]
    tags = [api.get(path)["ETag"] for path in paths]
    CHANGES[what](story, owner)
    for path, tag in zip(paths, tags, strict=True):
        assert api.get(path, headers={"if-none-match": tag}).status_code == 200


def test_while_readings_come_there_is_no_tag(session, owner, api_of):
    assert "ETag" not in api_of(owner).get(f"/api/v1/sessions/{session.pk}/csv/").headers


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_comes_packed_to_whoever_can_unpack_it(kind, story, owner, api_of):
    api, path = api_of(owner), f"/api/v1/sessions/{story.pk}/{kind}/"
    plain, packed = api.get(path), api.get(path, headers={"accept-encoding": "gzip, br"})
    assert (packed["Content-Encoding"], packed["Vary"]) == ("gzip", plain["Vary"])
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(content(packed)) == content(plain)

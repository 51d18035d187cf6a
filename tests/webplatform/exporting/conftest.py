"""A session whose readings are known, and exports of it that are opened again."""

from __future__ import annotations

import pytest

from tests.webplatform.history.conftest import session, story  # noqa: F401  (fixtures)
from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import User
from webplatform.exporting.models import ExportJob
from webplatform.exporting.options import checked_options
from webplatform.exporting.services import request_export_job
from webplatform.exporting.work import run_export_job
from webplatform.history.models import Correction, Marker, Session
from webplatform.history.services import append_readings, close_session, open_session, use_model
from webplatform.vault.keys import key_of
from webplatform.vault.sealed import open_sealed


@pytest.fixture(autouse=True)
def _own_data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def told(story: Session, owner: User) -> Session:  # noqa: F811
    """The story with a marker that looks like a formula, and one reading corrected: face 2 at 400 ms was afraid."""
    Marker.objects.create(session=story, t_ms=850, text="=1+1 $x", created_by=owner)
    track = story.tracks.get(number=2)
    Correction.objects.create(session=story, track=track, from_ms=400, to_ms=400, emotion="fear", created_by=owner)
    Session.objects.filter(pk=story.pk).update(title="@walk 日本 مرحبا")
    story.refresh_from_db()
    return story


@pytest.fixture
def made(owner: User):
    """`made(kind, session, …)`: an export job that a worker was at."""

    def make(kind: str, *sessions: Session, language: str = "en", study=None, **chosen) -> ExportJob:
        options = checked_options(**chosen)
        keys = [one.pk for one in sessions]
        job = request_export_job(user=owner, kind=kind, options=options, language=language, sessions=keys, study=study)
        run_export_job(job.pk)
        job.refresh_from_db()
        return job

    return make


@pytest.fixture
def content():
    """`content(job)`: the bytes of its file."""

    def read(job: ExportJob) -> bytes:
        assert (job.state, job.error_message) == ("done", "")
        with open_sealed(job.file, key_of(job.key_name)) as file:
            found = file.read()
        assert len(found) == job.size_bytes
        return found

    return read


@pytest.fixture
def session_like(owner: User):
    """`session_like(other, readings=2)`: another closed session of the same study, with one face."""

    def record(other: Session, readings: int = 2) -> Session:
        made = open_session(
            study=other.study, user=owner, consent=other.consent, title="Second", source="upload", every_ms=200
        )
        use_model(session=made, version=other.model_version)
        frames = [frame(200 * n, face(1, happy=0.7, sad=0.3)) for n in range(readings)]
        append_readings(session=made, readings=frames or [frame(0)])
        return close_session(session=made, duration_ms=200 * max(readings, 1), is_partial=False)

    return record

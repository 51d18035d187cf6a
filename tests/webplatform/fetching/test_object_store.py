"""Videos from addresses where files lie in an object store: received in segments, gone on with by any machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.webplatform.fetching.conftest import CONTENT
from tests.webplatform.fetching.test_fetching import ask, soon, told
from webplatform.analysis.models import AnalysisJob, ResumableUpload, UploadSegment
from webplatform.analysis.receiving import take_bytes
from webplatform.consent.services import withdraw_consent
from webplatform.fetching import work
from webplatform.history.media import open_file
from webplatform.vault.models import FileKey


@pytest.fixture
def store(object_store):
    return object_store


def local(settings) -> list[Path]:
    return [file for file in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir() if file.is_file()]


def require_done(api, store, settings) -> None:
    session = AnalysisJob.objects.get().session
    assert told(api)["state"] == "done"
    with open_file(session, session.media.stored_name) as file:
        assert file.read() == CONTENT
    assert store.names(store.bucket) == [f"lab/media/{session.pk}/{session.media.stored_name}"]
    assert [key.name for key in FileKey.objects.all()] == [str(session.pk)]
    assert local(settings) == []


def test_a_video_is_fetched_into_the_store(api, files, store, settings):
    ask(api, f"{files.url}/walk.mp4")
    assert work.run_due() == 1
    require_done(api, store, settings)


def test_a_connection_that_breaks_costs_only_what_was_missing(api, files, store, settings):
    files.breaks_at = 200_000
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    assert (told(api)["state"], told(api)["received_bytes"], local(settings)) == ("queued", 200_000, [])
    soon()
    work.run_due()
    assert files.asked[1]["Range"] == "bytes=200000-"
    require_done(api, store, settings)


def test_a_store_that_is_away_fails_nothing(api, files, store, settings):
    ask(api, f"{files.url}/walk.mp4")
    with store.away():
        work.run_due()
        assert told(api)["state"] == "queued"
    soon()
    work.run_due()
    require_done(api, store, settings)


def test_what_another_machine_brought_meanwhile_is_gone_on_with(api, files, store, settings, monkeypatch):
    files.breaks_at = 200_000
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    soon()
    parts = work._parts

    def brought_by_another(source):
        yield from parts(source)
        take_bytes(ResumableUpload.objects.get(), 200_000, [CONTENT[200_000:250_000]])

    monkeypatch.setattr(work, "_parts", brought_by_another)
    work.run_due()
    assert (told(api)["state"], told(api)["received_bytes"]) == ("queued", 250_000)
    monkeypatch.setattr(work, "_parts", parts)
    soon()
    work.run_due()
    assert files.asked[2]["Range"] == "bytes=250000-"
    require_done(api, store, settings)


def test_a_withdrawal_takes_what_came(api, files, store, owner):
    files.breaks_at = 200_000
    ask(api, f"{files.url}/walk.mp4")
    work.run_due()
    assert UploadSegment.objects.count() == 1
    withdraw_consent(of=owner)
    assert (store.names(store.bucket), FileKey.objects.count(), ResumableUpload.objects.count()) == ([], 0, 0)

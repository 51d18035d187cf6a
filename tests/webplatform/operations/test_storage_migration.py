"""An installation moves into the object store and back, and a move that broke off is begun again."""

from __future__ import annotations

import shutil

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

import inference
from tests.webplatform.analysis.conftest import MP4
from webplatform.analysis.services import submit_video
from webplatform.history.media import open_file
from webplatform.modelhub.bundles import bundle_of
from webplatform.modelhub.services import is_whole, register_bundle
from webplatform.operations import storage_migration
from webplatform.retention.models import DataExport
from webplatform.retention.services import request_export
from webplatform.retention.work import run_export
from webplatform.vault.keys import kept_keys
from webplatform.vault.models import FileKey

CONTENT = MP4 + b"a face, plain to see " * 10_000


@pytest.fixture
def machine(settings, tmp_path):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    return tmp_path


@pytest.fixture
def sessions(machine, owner, consent, monkeypatch):
    """Two recordings, a copy of the owner's data and a model that was brought in, all in the folder."""
    monkeypatch.setattr("webplatform.analysis.services.send_analysis", lambda job_id: True)
    jobs = [
        submit_video(user=owner, upload=SimpleUploadedFile(f"{name}.mp4", CONTENT + name.encode())) for name in "ab"
    ]
    export = request_export(of=owner, language="en")
    run_export(export.pk)
    shutil.copytree(inference.SHIPPED_BUNDLE, machine / "models" / "brought")
    register_bundle(path=machine / "models" / "brought")
    return [job.session for job in jobs]


def move(to: str) -> None:
    call_command("move_files", to=to)


def content_of(session) -> bytes:
    with open_file(session, session.media.stored_name) as file:
        return file.read()


@pytest.fixture
def into_store(sessions, request):
    """`into_store()`: the store is named, and everything moved; returns it."""

    def go():
        store = request.getfixturevalue("object_store")
        move(f"s3://{store.bucket}/lab")
        return store

    return go


def test_everything_moves_into_the_store_and_back_and_opens_in_both(sessions, into_store, machine, settings):
    folder_only = dict(settings.STORAGES)
    (export,) = DataExport.objects.all()
    before = export.file.read_bytes()
    store = into_store()
    assert [content_of(session)[-1:] for session in sessions] == [b"a", b"b"]
    left = [path for path in machine.rglob("*") if path.is_file() and "brought" not in path.parts]
    assert left == []
    assert (len(store.names(store.bucket)), FileKey.objects.count(), list(kept_keys())) == (4, 4, [])
    move("folder")
    settings.STORAGES, settings.RAUT_KEYS_IN = folder_only, "folder"
    assert [content_of(session)[-1:] for session in sessions] == [b"a", b"b"]
    assert export.file.read_bytes() == before
    assert (store.names(store.bucket), FileKey.objects.count()) == ([], 0)


def test_a_move_that_broke_off_goes_on_where_it_was(sessions, into_store, monkeypatch):
    send, sent = storage_migration.send_file, []

    def break_off(file, path):
        if sent:
            raise KeyboardInterrupt
        sent.append(path)
        send(file, path)

    monkeypatch.setattr(storage_migration, "send_file", break_off)
    with pytest.raises(KeyboardInterrupt):
        into_store()
    monkeypatch.setattr(storage_migration, "send_file", send)
    into_store()
    assert [content_of(session)[-1:] for session in sessions] == [b"a", b"b"]


def test_another_machine_finds_the_model_in_the_store(sessions, into_store, machine):
    version = register_bundle(path=machine / "models" / "brought")
    into_store()
    shutil.rmtree(machine / "models")
    assert is_whole(version)
    move("folder")
    version.refresh_from_db()
    assert bundle_of(version).parent == machine / "models"
    assert is_whole(version)


def test_what_cannot_be_moved_is_told_in_one_line(db, machine, request):
    with pytest.raises(CommandError, match=r"^\[no_store\] "):
        move("s3://lab")
    store = request.getfixturevalue("object_store")
    with pytest.raises(CommandError, match=r"^\[other_store\] "):
        move("s3://another/lab")
    with pytest.raises(CommandError, match=r"^\[setting\] --to "):
        move("s3:/lab")
    with store.away(), pytest.raises(CommandError, match=r"^\[store_away\] "):
        move(f"s3://{store.bucket}/lab")

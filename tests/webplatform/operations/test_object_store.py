"""The object store's settings, the start with it, its health, and backups of what lies there."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from tests.webplatform.analysis.conftest import MP4
from webplatform.analysis.services import submit_video
from webplatform.common.configuration.environment import Environment
from webplatform.common.configuration.object_store import object_store_from
from webplatform.history.media import open_file
from webplatform.operations import backup, health
from webplatform.operations.backup import BackupProblem
from webplatform.operations.measurements import Measurements
from webplatform.operations.startup import StartupProblem, prepare_database
from webplatform.vault.models import FileKey, FileRemoval

ACCESS = {"endpoint": "", "region": "", "key": "k", "secret": "s"}


@pytest.mark.parametrize(
    "address",
    ["s3://", "http://bucket", "s3:/bucket", "s3://UPPER", "s3://bucket/a b", "s3://bucket/../x", "s3://b?x=1"],
)
def test_an_address_that_cannot_be_used_is_told_in_one_line(address):
    with pytest.raises(ImproperlyConfigured, match=r"^\[setting\] RAUT_OBJECT_STORE [^\n]+$"):
        object_store_from(address, **ACCESS)


def test_key_and_secret_go_together_and_may_both_be_left_out():
    with pytest.raises(ImproperlyConfigured, match=r"^\[setting\] RAUT_OBJECT_STORE_SECRET is not set"):
        object_store_from("s3://lab", **{**ACCESS, "secret": ""})
    assert object_store_from("s3://lab/one/two/", endpoint="", region="", key="", secret="") == {
        "bucket_name": "lab",
        "location": "one/two",
    }
    assert object_store_from("", **ACCESS) == {}


def test_a_secret_comes_from_a_file_or_the_environment_and_not_from_both(tmp_path, monkeypatch):
    file = tmp_path / "secret"
    file.write_text(" hush\n", encoding="utf-8")
    env = Environment()
    assert env.secret("RAUT_X", str(file)) == "hush"
    monkeypatch.setenv("RAUT_X", "other")
    assert env.secret("RAUT_X", "") == "other"
    with pytest.raises(ImproperlyConfigured, match=r"^\[setting\] RAUT_X is set beside"):
        env.secret("RAUT_X", str(file))
    monkeypatch.delenv("RAUT_X")
    with pytest.raises(ImproperlyConfigured, match=r"^\[setting\] RAUT_X_FILE names a file that cannot be read"):
        env.secret("RAUT_X", str(tmp_path / "none"))


def test_a_bucket_that_does_not_exist_stops_the_start_and_a_store_that_is_away_does_not(object_store, settings):
    told: list[str] = []
    with object_store.away():
        prepare_database(told.append)
    assert told[0].startswith("[store_away] ")
    object_store.client.delete_bucket(Bucket=object_store.bucket)
    with pytest.raises(StartupProblem) as problem:
        prepare_database(told.append)
    assert problem.value.code == "object_store"
    with pytest.raises(CommandError, match=r"^\[object_store\] .*NoSuchBucket"):
        call_command("prepare")


def test_health_measurements_and_the_page_know_of_the_store(object_store, client_of, owner, monkeypatch):
    monkeypatch.setattr(health, "heard_lately", lambda: None)
    owner.is_staff = True
    owner.save()
    FileRemoval.objects.create(name="media/x")
    with object_store.away():
        assert Client().get("/healthz").json()["store"] is False
        page = client_of(owner).get("/platform/").content.decode()
    found = {metric.name: metric.samples for metric in Measurements().collect()}
    assert found["raut_store_removals_waiting"][0].value == 1
    assert {sample.labels["part"]: sample.value for sample in found["raut_part_up"]}["store"] == 1
    assert "1 removal waits for the store" in page
    assert Client().get("/healthz").json()["store"] is True


@pytest.fixture
def recorded(object_store, owner, consent, settings, tmp_path, monkeypatch):
    """A recording in the store."""
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path / "machine", tmp_path / "machine" / "media"
    settings.DATA_DIR.mkdir()
    monkeypatch.setattr("webplatform.analysis.services.send_analysis", lambda job_id: True)
    job = submit_video(user=owner, upload=SimpleUploadedFile("a.mp4", MP4 + b"a face"))
    return SimpleNamespace(session=job.session, store=object_store)


def rows_of_keys(saved: Path) -> int:
    """How many keys a dump holds; those of PostgreSQL list the tables whose rows they hold."""
    if connection.vendor == "postgresql":
        listed = subprocess.run(["pg_restore", "--list", str(saved / "database.dump")], capture_output=True, text=True)
        assert "TABLE DATA public vault_fileremoval" in listed.stdout
        return listed.stdout.count("TABLE DATA public vault_filekey")
    with closing(sqlite3.connect(saved / "database.sqlite3")) as dump:
        return dump.execute("SELECT count(*) FROM vault_filekey").fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_the_stores_files_and_no_key(recorded, tmp_path):
    contents = backup.write_backup(tmp_path / "saved")
    assert contents["files"] == 1
    assert rows_of_keys(tmp_path / "saved") == 0
    assert FileKey.objects.count() == 1


def test_keys_go_into_the_mirror_and_come_back(recorded, tmp_path):
    FileKey.objects.create(name="old", group="7", wrapped=b"x" * 60, changed_at=FileKey.objects.get().changed_at)
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "erased").write_bytes(b"x")
    assert backup.mirror_keys(tmp_path / "mirror") == 2
    assert not (tmp_path / "mirror" / "erased").exists()
    FileKey.objects.all().delete()
    assert backup.load_keys(tmp_path / "mirror") == 2
    assert FileKey.objects.get(name="old").group == "7"
    with open_file(recorded.session, recorded.session.media.stored_name) as file:
        assert file.read() == MP4 + b"a face"


def test_a_backup_of_a_store_goes_into_a_store(recorded, settings, tmp_path):
    saved = tmp_path / "saved"
    names = recorded.store.names(recorded.store.bucket)
    assert backup._save(Path(settings.MEDIA_ROOT), saved / "media") == 1
    recorded.store.client.delete_object(Bucket=recorded.store.bucket, Key=names[0])
    assert backup._bring_back(saved / "media", Path(settings.MEDIA_ROOT)) == 1
    assert recorded.store.names(recorded.store.bucket) == names
    contents = {"database": connection.vendor, "migrations": [], "files": 1}
    (saved / backup.CONTENTS).write_text(json.dumps(contents))
    with pytest.raises(BackupProblem, match="lay in a folder"):
        backup.read_contents(saved)

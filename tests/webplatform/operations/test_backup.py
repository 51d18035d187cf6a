"""A backup goes into an empty machine, and what was erased since does not come back with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as platform
from django.core.management import CommandError, call_command
from django.db import connection

from webplatform.history.models import Session
from webplatform.history.services import delete_session
from webplatform.operations import backup
from webplatform.vault.keys import keep_key
from webplatform.vault.sealed import new_key, seal_copy

pytestmark = pytest.mark.django_db(transaction=True)
FILM = b"film " * 1000


@pytest.fixture(autouse=True)
def machine(settings, tmp_path) -> Path:
    folder = tmp_path / "machine"
    settings.DATA_DIR, settings.MEDIA_ROOT = folder, folder / "media"
    settings.RAUT_KEYS_DIR, settings.RAUT_LEDGER = folder / "keys", folder / "erasures.jsonl"
    folder.mkdir()
    return folder


@pytest.fixture
def record(owner, study, consent):
    """`record(title)`: a session with a sealed video."""

    def make(title: str) -> Session:
        session = Session.objects.create(
            study=study, consent=consent, created_by=owner, title=title, source="upload", state="closed", every_ms=200
        )
        session.folder.mkdir(parents=True)
        key = new_key()
        seal_copy(iter([FILM]), session.folder / "media.mp4.sealed", key)
        keep_key(str(session.pk), key)
        return session

    return make


@pytest.fixture
def elsewhere(tmp_path):
    """`elsewhere(*command)`: `manage.py` on another machine: its own data folder and database, the same erasure log."""
    folder = tmp_path / "elsewhere"
    name = f"restored_{os.getpid()}"
    environment = {**os.environ, "RAUT_DATA_DIR": str(folder), "REDIS_URL": "redis://127.0.0.1:1/0"}
    environment |= {"RAUT_MEDIA_KEYS": platform.RAUT_MEDIA_KEYS[0], "RAUT_LEDGER": str(platform.RAUT_LEDGER)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        environment["DATABASE_URL"] = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        manage = [sys.executable, "manage.py", *command]
        return subprocess.run(manage, env=environment, cwd=platform.ROOT, capture_output=True, text=True, check=False)

    yield run
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


ASKED = """
from webplatform.history.models import Session
from webplatform.history.media import open_file
for session in Session.objects.all():
    print(session.title, len(open_file(session, "media.mp4.sealed").read()))
"""


def test_a_backup_is_whole_in_an_empty_machine_without_what_was_erased_since(record, owner, tmp_path, elsewhere):
    record("stays")
    gone = record("goes")
    call_command("backup", str(tmp_path / "saved"), "--keys", str(tmp_path / "keys"))
    delete_session(session=gone, user=owner)
    done = elsewhere("restore", str(tmp_path / "saved"), "--keys", str(tmp_path / "keys"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 times session: erased again." in done.stdout
    assert elsewhere("shell", "--no-imports", "-c", ASKED).stdout.split() == ["stays", str(len(FILM))]
    with pytest.raises(CommandError, match="There are accounts already"):
        call_command("restore", str(tmp_path / "saved"))


def test_a_mirror_of_the_keys_drops_those_that_were_erased(record, owner, tmp_path, machine):
    stays, goes = record("stays"), record("goes")
    backup.mirror_keys(tmp_path / "keys")
    delete_session(session=goes, user=owner)
    assert backup.mirror_keys(tmp_path / "keys") == 1
    assert [file.name for file in (tmp_path / "keys").iterdir()] == [str(stays.pk)]


@pytest.mark.parametrize("place", ["machine/saved", "there"])
def test_a_backup_never_writes_over_anything_nor_into_the_data(machine, tmp_path, place):
    (tmp_path / "there").mkdir()
    with pytest.raises(CommandError, match=r"lies in the data|exists already"):
        call_command("backup", str(tmp_path / place))
    with pytest.raises(CommandError, match="Keys never lie in the backup"):
        call_command("backup", str(tmp_path / "new"), "--keys", str(tmp_path / "new" / "keys"))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["machine", "there"]


def test_a_full_disk_leaves_no_half_backup(record, tmp_path, monkeypatch):
    record("one")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.shutil, "copy2", fail)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("backup", str(tmp_path / "saved"))
    assert [file.name for file in tmp_path.iterdir()] == ["machine"]


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        ("", "not a whole backup"),
        ("[]", "not a whole backup"),
        ('{"database": "oracle", "migrations": [], "files": 0}', "a backup of oracle"),
        # Django keeps the names of migrations that were put together in one since.
        ('{"database": "oracle", "migrations": [["history", "0019_ledger_line"]], "files": 0}', "a backup of oracle"),
        ('{"database": "sqlite", "migrations": [["history", "9999_later"]], "files": 0}', "A newer version of Raut"),
    ],
)
def test_what_is_no_backup_of_ours_is_refused_by_name(tmp_path, contents, told):
    (tmp_path / "contents.json").write_text(contents)
    with pytest.raises(CommandError, match=told):
        call_command("restore", str(tmp_path))

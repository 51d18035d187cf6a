"""The purge that is killed, and the backup that brings nobody back: on a database and a disk of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases import new_database

ROOT = Path(__file__).resolve().parents[2]
READINGS = 200_000
SEED = """
import django; django.setup()
from datetime import timedelta
from django.db import connection
from django.utils import timezone
from webplatform.accounts.models import User
from webplatform.analysis.models import MediaFile
from webplatform.consent.services import give_consent, give_participant_consent
from webplatform.history.models import Session, Track
from webplatform.studies.models import Membership, Participant, Study
user = User.objects.create_user("owner@example.org", "correct-horse-battery")
study = Study.objects.create(name="Laughter", languages=["en"])
Membership.objects.create(study=study, user=user, role="owner")
participant = Participant.objects.create(study=study, pseudonym="Blue")
consent = give_participant_consent(participant=participant, language="en", channel="link", scopes=["analyse"])
def record(consent, participant, days, readings):
    then = timezone.now() - timedelta(days=days)
    session = Session.objects.create(study=study, created_by=user, consent=consent, participant=participant, title="x",
        source="upload", state="closed", every_ms=200, closed_at=then)
    track = Track.objects.create(session=session, number=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %s) INSERT INTO"
            " history_observation (session_id, track_id, t_ms, x, y, w, h, reason) SELECT %s, %s, i, 0, 0, 9, 9,"
            " 'too_small' FROM n", [readings, session.pk.hex, track.pk])
    session.folder.mkdir(parents=True)
    (session.folder / "media.mp4").write_bytes(b"film")
    MediaFile.objects.create(session=session, original_name="x.mp4", stored_name="media.mp4", size_bytes=4)
"""


def environment(data_dir: Path) -> dict[str, str]:
    left_out = {"REDIS_URL", "DATABASE_URL", "RAUT_KEYS_DIR", "RAUT_LEDGER"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    own = {
        "RAUT_DATA_DIR": str(data_dir),
        "RAUT_ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "webplatform.settings",
    }
    return {**kept, **own}


def manage(data_dir: Path, *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment(data_dir), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def seed(data_dir: Path, lines: str) -> None:
    command = [sys.executable, "-c", SEED + lines]
    subprocess.run(command, cwd=ROOT, env=environment(data_dir), check=True, capture_output=True)


def ask(data_dir: Path, sql: str) -> int:
    with closing(sqlite3.connect(data_dir / "raut.sqlite3", timeout=20)) as database:
        return database.execute(sql).fetchone()[0]


@pytest.fixture
def data_dir(tmp_path: Path, django_db_blocker) -> Iterator[Path]:
    (tmp_path / "data").mkdir()
    with django_db_blocker.unblock(), new_database(tmp_path / "data"):
        yield tmp_path / "data"


def test_a_purge_that_is_killed_is_finished_by_the_next_one(data_dir: Path):
    seed(data_dir, f"record(consent, participant, 400, {READINGS}); record(consent, participant, 1, 10)")
    left = "SELECT count(*) FROM history_observation"
    command = [sys.executable, "manage.py", "purge"]
    with subprocess.Popen(command, cwd=ROOT, env=environment(data_dir), stdout=subprocess.DEVNULL) as purge:
        while ask(data_dir, left) == READINGS + 10:
            assert purge.poll() is None
            time.sleep(0.01)
        purge.send_signal(signal.SIGKILL)
    after_kill = ask(data_dir, left)
    assert 10 < after_kill < READINGS + 10
    first = "SELECT json_extract(counts, '$.readings') FROM retention_receipt WHERE finished_at IS NULL"
    assert ask(data_dir, first) == READINGS + 10 - after_kill
    gone = json.loads(manage(data_dir, "purge", "--json"))
    assert gone["readings"] == after_kill - 10
    assert gone["sessions_without_readings"] == 1
    assert ask(data_dir, left) == 10
    assert json.loads(manage(data_dir, "purge", "--json")) == {}
    assert len(list((data_dir / "media").glob("*/media.mp4"))) == 1
    assert "whole" in manage(data_dir, "verify_audit")


def test_a_restored_backup_brings_back_nobody_who_was_erased(data_dir: Path, tmp_path: Path):
    seed(data_dir, "mine = give_consent(user=user, language='en', channel='page')\n"
                   "record(consent, participant, 1, 10); record(mine, None, 1, 10)")  # fmt: skip
    shutil.copytree(data_dir, tmp_path / "backup")
    manage(data_dir, "erase_account", "owner@example.org")
    tables = ("accounts_user", "studies_study", "studies_participant", "history_session", "history_observation",
              "history_track", "analysis_mediafile", "consent_consentrecord")  # fmt: skip
    assert {table: ask(data_dir, f"SELECT count(*) FROM {table}") for table in tables} == dict.fromkeys(tables, 0)

    for name in ("raut.sqlite3", "raut.sqlite3-wal", "raut.sqlite3-shm", "media"):  # all but the erasure log
        kept, now = tmp_path / "backup" / name, data_dir / name
        shutil.rmtree(now) if now.is_dir() else now.unlink(missing_ok=True)
        if kept.exists():
            shutil.copytree(kept, now) if kept.is_dir() else shutil.copy(kept, now)
    assert ask(data_dir, "SELECT count(*) FROM history_observation") == 20
    assert len(list((data_dir / "media").glob("*/media.mp4"))) == 2

    assert "erased again" in manage(data_dir, "reapply_erasures")
    assert {table: ask(data_dir, f"SELECT count(*) FROM {table}") for table in tables} == dict.fromkeys(tables, 0)
    assert list((data_dir / "media").iterdir()) == []
    assert manage(data_dir, "reapply_erasures") == "Nothing had come back.\n"

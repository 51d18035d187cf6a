from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from webplatform.modelhub.models import ModelVersion


@pytest.mark.django_db
def test_preparing_twice_leaves_one_active_model():
    said = StringIO()
    call_command("prepare", stdout=said)
    call_command("prepare", stdout=said)
    assert ModelVersion.objects.filter(state=ModelVersion.State.ACTIVE).count() == 1
    assert said.getvalue().count("Database ready") == 2


@pytest.mark.django_db
def test_a_database_that_had_all_migrations_of_before_goes_on():
    """It knows them by the names that they had before they were put together."""
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(app="consent", name="0002_texts").delete()
    assert ("consent", "0009_texts_on_ones_own_face") in recorder.applied_migrations()
    call_command("prepare")
    assert ("consent", "0002_texts") in recorder.applied_migrations()


@pytest.mark.django_db
def test_a_database_that_had_a_part_of_them_is_refused():
    MigrationRecorder(connection).migration_qs.filter(app="history", name="0019_ledger_line").delete()
    with pytest.raises(CommandError, match="database_too_old"):
        call_command("prepare")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_machines_may_prepare_one_new_database_at_once(tmp_path):
    name = f"prepared_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    url = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    machines = [
        subprocess.Popen(
            [sys.executable, "manage.py", "prepare"],
            env=environment | {"DATABASE_URL": url, "RAUT_DATA_DIR": str(tmp_path / machine)},
            cwd=settings.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for machine in ("one", "two")
    ]
    said = [machine.communicate(timeout=120)[0] for machine in machines]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")
    assert [machine.returncode for machine in machines] == [0, 0], said
    assert all("Database ready" in text for text in said)

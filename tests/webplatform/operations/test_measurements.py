"""What Prometheus and admins are told of the platform's state, and who may read it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tests.redis_server import own_redis
from webplatform.accounts.models import User
from webplatform.analysis.models import AnalysisJob
from webplatform.consent.models import ConsentRecord
from webplatform.consent.services import give_consent
from webplatform.history.models import Session
from webplatform.operations.measurements import Measurements
from webplatform.studies.models import Participant, ParticipantRequest
from webplatform.studies.services import personal_study

TOKEN = "a-token-that-is-long-enough-to-be-one"
MONITORING = Path(__file__).resolve().parents[3] / "docs" / "monitoring"


@pytest.fixture
def redis_server(settings):
    with own_redis() as server:
        settings.REDIS_URL = server.connection_url
        yield


def read_metrics(settings) -> dict[tuple[str, tuple[str, ...]], float]:
    settings.RAUT_METRICS_TOKEN = TOKEN
    answer = Client(headers={"Authorization": f"Bearer {TOKEN}"}).get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(s.name, tuple(sorted(s.labels.values()))): s.value for family in families for s in family.samples}


def make_session(owner, **changes) -> Session:
    now, consent = timezone.now(), give_consent(user=owner, language="en", channel=ConsentRecord.Channel.PAGE)
    values = {"title": "One", "every_ms": 200, "state": Session.State.CLOSED, "closed_at": now}
    return Session.objects.create(
        study=personal_study(owner), created_by=owner, consent=consent, **{**values, **changes}
    )


@pytest.fixture
def owner(db):
    return User.objects.create_user("one@example.org", "pw")


def test_jobs_are_counted_with_the_age_of_the_oldest_that_waits(owner, settings, redis_server):
    now = timezone.now()
    for minutes, state in ((30, "queued"), (5, "queued"), (40, "failed"), (50, "done")):
        frames = {"frames_decoded": 600, "frames_sampled": 600, "frames_scored": 600}
        session = make_session(owner, source=Session.Source.UPLOAD, **frames)
        at = now - timedelta(minutes=minutes)
        ended = {"started_at": at, "finished_at": at + timedelta(seconds=20)} if state in ("done", "failed") else {}
        AnalysisJob.objects.create(
            session=session, state=state, queued_at=at - timedelta(seconds=4) if ended else at, **ended
        )
    told = read_metrics(settings)
    assert told["raut_jobs", ("analysis", "queued")] == 2
    assert told["raut_job_wait_seconds", ("analysis",)] == pytest.approx(1800, abs=30)
    assert told["raut_jobs_ended_last_hour", ("analysis", "failed")] == 1
    assert told["raut_analysis_mean_seconds", ("wait",)] == pytest.approx(4)
    assert told["raut_analysis_max_seconds", ("read",)] == pytest.approx(20)
    assert told["raut_analysis_frames_per_second", ()] == pytest.approx(30)
    assert told["raut_jobs", ("running", "training_run")] == 0


def test_webcam_frames_and_late_requests_are_told(owner, settings, redis_server):
    statistics = {"received": 100, "answered": 90, "dropped": {"busy": 7, "late": 3}, "server_ms": {"p95": 80.0}}
    make_session(owner, source=Session.Source.WEBCAM, live_statistics=statistics)
    participant = Participant.objects.create(study=personal_study(owner), pseudonym="P01")
    now = timezone.now()
    for kind, hours in (("copy", -1), ("erasure", 5), ("question", 60)):
        due = now + timedelta(hours=hours)
        ParticipantRequest.objects.create(participant=participant, kind=kind, asked_at=now, due_at=due)
    told = read_metrics(settings)
    assert told["raut_live_frames_last_hour", ("dropped",)] == 10
    assert told["raut_live_answer_seconds", ()] == pytest.approx(0.08)
    assert [told["raut_participant_requests", (due,)] for due in ("late", "soon", "later")] == [1, 1, 1]


def test_without_redis_the_measurements_say_so(db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    told = read_metrics(settings)
    assert (told["raut_part_up", ("redis",)], told["raut_part_up", ("database",)]) == (0, 1)


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Bearer ", "Basic " + TOKEN, "Bearer é"])
def test_whoever_lacks_the_token_finds_no_metrics(db, settings, header):
    for token in ("", TOKEN):
        settings.RAUT_METRICS_TOKEN = token
        assert Client(headers={"Authorization": header}).get("/metrics").status_code == 404


def test_an_admin_sees_the_state_and_nobody_else(owner, redis_server):
    visitor = Client()
    visitor.force_login(owner)
    assert visitor.get("/platform/").status_code == 404
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    page = visitor.get("/platform/").content.decode()
    assert "does not answer" in page  # no beat runs in this test
    assert re.search(r"0 late, 0 due within 24 hours, 0 later\.", page)


def test_every_metric_of_the_alerts_and_of_the_dashboard_is_measured(db, redis_server):
    measured = {metric.name for metric in Measurements().collect()}
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    panels = json.loads((MONITORING / "grafana.json").read_text(encoding="utf-8"))["panels"]
    asked = [rule["expr"] for rule in rules] + [t["expr"] for panel in panels for t in panel["targets"]]
    named = {name for expression in asked for name in re.findall(r"\braut_\w+", expression)}
    assert named <= measured
    assert {
        name for panel in panels for t in panel["targets"] for name in re.findall(r"raut_\w+", t["expr"])
    } == measured
    assert all({"alert", "expr", "labels", "annotations"} <= rule.keys() for rule in rules)

"""What a log line tells: in plain lines for people, or as JSON with the ids of request and job."""

from __future__ import annotations

import io
import json
import logging
from logging.config import DictConfigurator

import pytest
from celery import shared_task
from django.conf import settings
from django.test import RequestFactory

from webplatform.common.http.request_ids import RequestIds

logger = logging.getLogger("webplatform.tests.logs")


@pytest.fixture
def lines(monkeypatch):
    """`lines(format)`: what is written by the platform's own handler, line by line, in that format."""
    written = io.StringIO()

    def listen(kind: str) -> io.StringIO:
        wanted = {**settings.LOGGING["handlers"]["console"], "formatter": kind, "stream": written}
        built = DictConfigurator({**settings.LOGGING, "handlers": {"console": wanted}})
        built.configure()
        return written

    before = logging.root.handlers[:], logging.root.level
    yield listen
    logging.root.handlers[:], logging.root.level = before


@shared_task
def speak(job_id: str) -> None:
    logger.info("Reading, says %s", "raut_0123456789abcdef0123")


def test_a_line_of_json_names_the_task_its_job_and_no_key(lines):
    written = lines("json")
    speak.apply(args=("job-7",))
    told = [json.loads(line) for line in written.getvalue().splitlines() if "Reading" in line]
    assert [(line["task"].rpartition(".")[2], line["about"], line["level"]) for line in told] == [
        ("speak", "job-7", "INFO")
    ]
    assert told[0]["message"] == "Reading, says raut_…"


def test_a_line_of_json_carries_the_requests_id_and_the_failure(lines):
    written = lines("json")

    def view(request):
        try:
            raise RuntimeError("fell")
        except RuntimeError:
            logger.exception("It fell.")
        return type("Answer", (), {"headers": {}})()

    RequestIds(view)(RequestFactory().get("/", headers={"x-request-id": "survey-tool-17"}))
    line = json.loads(written.getvalue().splitlines()[0])
    assert (line["request_id"], line["task"], line["level"]) == ("survey-tool-17", "-", "ERROR")
    assert line["exc_info"][-1] == "RuntimeError: fell"


def test_a_plain_line_is_one_for_people(lines):
    written = lines("line")
    logger.warning("Redis is away.")
    assert written.getvalue().endswith("WARNING webplatform.tests.logs [-] Redis is away.\n")

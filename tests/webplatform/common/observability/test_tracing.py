from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.cache.backends.locmem import LocMemCache

from tests.otlp import Receiver, started_receiver
from webplatform.common.observability import tracing
from webplatform.common.observability.tracing import job, remember, span, stage
from webplatform.settings import ROOT

TASK = "webplatform.analysis.tasks.analyze"


@pytest.fixture
def receiver(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with started_receiver() as receiver:
        settings.OTEL_ENDPOINT = receiver.url
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        monkeypatch.setattr(tracing, "cache", LocMemCache("traces", {}))
        yield receiver
        for tracer in tracing._tracers.values():
            tracer.provider.shutdown()
        tracing._tracers.clear()


def test_nothing_of_opentelemetry_is_loaded_before_a_first_span():
    """Only functions import it, and without an address none of them gets that far."""
    found = re.compile(r"^(?:import|from) opentelemetry", re.MULTILINE)
    modules = [*(ROOT / "webplatform").rglob("*.py"), *(ROOT / "inference").rglob("*.py")]
    assert [path.name for path in modules if found.search(path.read_text(encoding="utf-8"))] == []


def test_without_an_address_a_span_is_nothing(settings):
    settings.OTEL_ENDPOINT = ""
    with span("read") as one:
        assert one is None
    assert stage("read")(lambda number: number + 1)(1) == 2
    assert job("analysis", task=TASK)(lambda number: number + 1)(1) == 2
    assert (tracing.current(), tracing.remembered(TASK, 1), tracing._tracers) == ("", "", {})


def test_a_span_names_the_kind_of_an_error_and_not_what_it_says(receiver: Receiver):
    with pytest.raises(FileNotFoundError), span("read"):
        raise FileNotFoundError("ada@example.org's dentist.mp4")
    tracing.flush()
    (one,) = receiver.spans()
    assert (one["name"], one["error.type"]) == ("read", "FileNotFoundError")
    assert b"ada" not in receiver.received


def test_a_job_goes_on_in_the_trace_of_its_own_request_whoevers_message_it_was(receiver: Receiver):
    """Whose video is next is decided when a worker is free: the message may be another one's."""
    done = job("analysis", task=TASK)(lambda number: number)
    for number in ("one", "other"):
        with span(f"POST {number}", parent=""):
            remember(TASK, number)
    with span("task of one", parent=tracing.remembered(TASK, "one")):
        done("one")
        done("other")
        done("unknown")
    tracing.flush()
    spans = {one["name"]: one for one in receiver.spans() if one["name"] != "analysis"}
    jobs = {one["raut.about"]: one for one in receiver.spans() if one["name"] == "analysis"}
    assert jobs["one"]["parent"] == jobs["unknown"]["parent"] == spans["task of one"]["id"]
    assert spans["task of one"]["parent"] == spans["POST one"]["id"]
    assert jobs["other"]["parent"] == spans["POST other"]["id"]

"""Traces by OpenTelemetry, from a web request to the stages of its job, where OTEL_EXPORTER_OTLP_ENDPOINT is set.

Where it is not, nothing of OpenTelemetry is loaded. A span is called by a route, a task or a stage; it holds ids,
methods and numbers, and never what people wrote or are called: no path, no query, no message of an error.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar  # OpenTelemetry is not loaded where it is off, so its types are unknown here

from django.conf import settings
from django.core.cache import cache

REMEMBERED_S = 7 * 24 * 3600  # for so long a job that waits finds the request that it came from
P, R = ParamSpec("P"), TypeVar("R")

_tracers: dict[int, Any] = {}  # by process: what a fork took along sends nothing
_lock = Lock()


def is_on() -> bool:
    """Whether traces are sent anywhere."""
    return bool(settings.OTEL_ENDPOINT)


@contextmanager
def span(name: str, *, parent: str | None = None, kind: str = "INTERNAL", **values: str | int) -> Iterator[Any]:
    """A span around a block, in the one that runs here unless `parent` names another; None where traces are off.

    Args:
        name: of a route, task or stage.
        parent: as `current` told it; empty: the span begins a trace.
        kind: INTERNAL, SERVER or CONSUMER.
        values: its attributes, with __ for the dots; ids and numbers alone.
    """
    if not is_on():
        yield None
        return
    from opentelemetry.trace import SpanKind, StatusCode

    attributes = {key.replace("__", "."): value for key, value in values.items()}
    options = {
        "context": None if parent is None else _context(parent),
        "kind": SpanKind[kind],
        "attributes": attributes,
    }
    with _tracer().start_as_current_span(
        name, **options, record_exception=False, set_status_on_exception=False
    ) as current_span:
        try:
            yield current_span
        except BaseException as error:
            current_span.set_attribute("error.type", type(error).__name__)  # its message may name a file
            current_span.set_status(StatusCode.ERROR)
            raise


def stage(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Each call of the function is a span of this name."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if not is_on():
                return function(*args, **kwargs)
            with span(name):
                return function(*args, **kwargs)

        return run

    return decorate


def job(name: str, *, task: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Each call of the function, whose first argument is a job's id, is a span of the request that the job came from.

    A message says only that some job waits: the one that is done may be another's.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if not is_on():
                return function(*args, **kwargs)
            parent = remembered(task, args[0])
            is_here = not parent or parent.split("-")[1] in current()  # the task's own span is of the same trace
            with span(name, parent=None if is_here else parent, raut__about=str(args[0])):
                return function(*args, **kwargs)

        return run

    return decorate


def current() -> str:
    """The span that runs here, as a `traceparent`; empty where there is none."""
    if not is_on():
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent", "")


def remember(task: str, about: object) -> None:
    """Whoever does this task later, sent again by the beat perhaps, goes on in the trace that runs here."""
    if traceparent := current():
        cache.set(f"trace:{task}:{about}", traceparent, REMEMBERED_S)


def remembered(task: str, about: object) -> str:
    """The trace that the task began in; empty: none is known."""
    return str(cache.get(f"trace:{task}:{about}") or "") if is_on() else ""


def flush() -> None:
    """Send what waits: this process ends."""
    if tracer := _tracers.get(os.getpid()):
        tracer.provider.force_flush(timeout_millis=1000)


def _context(traceparent: str) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent} if traceparent else {}, Context())


def _tracer() -> Any:
    with _lock:
        if os.getpid() not in _tracers:
            _tracers.clear()
            _tracers[os.getpid()] = _new_tracer()
        return _tracers[os.getpid()]


def _new_tracer() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    attributes = {
        "service.name": settings.OTEL_SERVICE_NAME,
        "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
    }
    provider = TracerProvider(resource=Resource.create(attributes))  # OTEL_TRACES_SAMPLER says how many
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))  # OTEL_EXPORTER_OTLP_* say where
    tracer = provider.get_tracer("raut")
    tracer.provider = provider
    return tracer

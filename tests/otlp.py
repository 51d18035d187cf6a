"""A small receiver of OpenTelemetry's traces over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Receiver:
    """What was sent, as bytes and as spans."""

    def __init__(self) -> None:
        self.received = b""
        self._requests: list[ExportTraceServiceRequest] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self.path, body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing is said."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def take(self, path: str, body: bytes) -> None:
        assert path == "/v1/traces"
        self.received += body
        self._requests.append(ExportTraceServiceRequest.FromString(body))

    def spans(self) -> list[dict[str, str]]:
        """Every span with its attributes; the parent of one that begins a trace is empty."""
        return [
            {
                "raut.about": "",
                **{pair.key: _text(pair.value) for pair in span.attributes},
                "name": span.name,
                "id": span.span_id.hex(),
                "trace": span.trace_id.hex(),
                "parent": span.parent_span_id.hex(),
                "service": _text(who["service.name"]),
                "instance": _text(who["service.instance.id"]),
            }
            for request in list(self._requests)
            for of_resource in request.resource_spans
            for who in [{pair.key: pair.value for pair in of_resource.resource.attributes}]
            for of_scope in of_resource.scope_spans
            for span in of_scope.spans
        ]

    def trace(self, number: str) -> list[dict[str, str]]:
        return [span for span in self.spans() if span["trace"] == number]

    def names(self) -> set[str]:
        return {span["name"] for span in self.spans()}


def _text(value: object) -> str:
    kind = value.WhichOneof("value")
    return str(getattr(value, kind))


@contextmanager
def started_receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, name="otlp")
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()

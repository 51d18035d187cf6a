"""A small real server of files, which sends them as a test wants it to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """What there is, and how it is sent: `breaks_at` bytes once, then whole; `headers` and `status` as they are."""

    content: bytes = b""
    tag: str = '"one"'
    breaks_at: int | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    files: FileServer

    def do_GET(self) -> None:
        files = self.files
        files.asked.append(dict(self.headers))
        if self.path.startswith("/leap/"):
            self._head(302, {"Location": self.path.removeprefix("/leap/"), "Content-Length": "0"})
            return
        start, whole = self._start(), len(files.content)
        told = {"Content-Length": str(whole - start), "ETag": files.tag, **files.headers}
        if start:
            told["Content-Range"] = f"bytes {start}-{whole - 1}/{whole}"
        self._head(206 if start else files.status, told)
        end, files.breaks_at = start + (files.breaks_at or whole), None
        self.wfile.write(files.content[start:end])

    def _start(self) -> int:
        asked = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-")
        return int(asked) if self.headers.get("If-Range", self.files.tag) == self.files.tag else 0

    def _head(self, status: int, told: dict[str, str]) -> None:
        self.send_response(status)
        for name in filter(told.get, told):
            self.send_header(name, told[name])
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving() -> Iterator[FileServer]:
    """A server on a free port of this machine; `/leap/…` leads to the address behind it."""
    files = FileServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OwnHandler", (Handler,), {"files": files}))
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  (whoever has enough hangs up)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="files")
    thread.start()
    files.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield files
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

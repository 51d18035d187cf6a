"""Read a file from an address that is not trusted: every host on the way is checked, everything is bounded."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import urljoin

from django.utils.translation import gettext as _

from webplatform.common.errors import AppError
from webplatform.common.outbound.addresses import Target, addresses_of
from webplatform.fetching.rules import allowed, source_of

SILENT_S = 30.0
MAX_REDIRECTS = 5
READ_BYTES = 64 * 1024
AGENT = "Raut-Fetch/1"
REDIRECTS = (301, 302, 303, 307, 308)
LATER = (408, 425, 429, 500, 502, 503, 504)


class Unfetched(AppError):
    """The file did not come; `is_final`: asking again would not change that."""

    code = "unfetched"
    status = 502

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


class Source:
    """A file that its server has begun to send.

    Args:
        answer: its head was read.
        host: that it came from, for people.
    """

    def __init__(self, answer: http.client.HTTPResponse, host: str) -> None:
        self._answer, self.host = answer, host
        self.status = answer.status

    @property
    def size_bytes(self) -> int:
        """How much will come; raises Unfetched where the server does not say, or would send something packed."""
        length = self._answer.headers.get("Content-Length", "")
        if self._answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Unfetched(_("%(host)s sends the file packed.") % {"host": self.host}, is_final=True)
        if not (length.isascii() and length.isdigit() and len(length) < 19):
            raise Unfetched(_("%(host)s does not say how large the file is.") % {"host": self.host}, is_final=True)
        return int(length)

    @property
    def validator(self) -> str:
        """What the server calls this very content; empty: it does not."""
        tag = self._answer.headers.get("ETag", "")
        return tag[:200] if tag.startswith('"') else self._answer.headers.get("Last-Modified", "")[:200]

    def begins_at(self, offset: int, size_bytes: int) -> bool:
        """Whether it is the rest of a file of this size from there on."""
        content_range = self._answer.headers.get("Content-Range", "")
        return (
            self.status == http.client.PARTIAL_CONTENT
            and content_range == f"bytes {offset}-{size_bytes - 1}/{size_bytes}"
        )

    def parts(self) -> Iterator[bytes]:
        """What comes, as far as it comes."""
        with suppress(OSError, http.client.HTTPException):
            while part := self._answer.read1(READ_BYTES):
                yield part


@contextmanager
def opened(url: str, headers: Mapping[str, str], *, within_s: float) -> Iterator[Source]:
    """The file at an address, after redirects; the connection is cut when the time is over.

    Raises:
        Invalid, NotAllowed: an address on the way may not be used.
        Unfetched: it was not reached, or did not answer with a file.
    """
    until_s, redirects = time.monotonic() + within_s, 0
    while True:
        target = source_of(url)
        with _answer_to(target, headers, until_s) as answer:
            if answer.status not in REDIRECTS:
                yield _checked(answer, target)
                return
            url, redirects = urljoin(url, answer.headers.get("Location", "")), redirects + 1
        if redirects > MAX_REDIRECTS:
            raise Unfetched(_("%(host)s leads from one address to the next.") % {"host": target.host}, is_final=True)


@contextmanager
def _answer_to(target: Target, headers: Mapping[str, str], until_s: float) -> Iterator[http.client.HTTPResponse]:
    connection = _Connection(target)
    watch = threading.Timer(max(0.0, until_s - time.monotonic()), connection.cut)
    watch.daemon = True
    watch.start()
    try:
        yield _head(connection, target, headers)
    finally:
        watch.cancel()
        connection.close()


def _head(connection: _Connection, target: Target, headers: Mapping[str, str]) -> http.client.HTTPResponse:
    own = {"Host": target.authority, "User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    host = {"host": target.host}
    try:
        connection.request("GET", target.path, headers={**own, "Connection": "close", **headers})
        return connection.getresponse()
    except socket.gaierror as error:
        raise Unfetched(_("There is no host %(host)s.") % host) from error
    except ssl.SSLError as error:
        raise Unfetched(_("The certificate of %(host)s is not valid.") % host, is_final=True) from error
    except http.client.HTTPException as error:
        raise Unfetched(_("%(host)s does not speak HTTP.") % host, is_final=True) from error
    except OSError as error:
        raise Unfetched(_("%(host)s could not be reached.") % host) from error


def _checked(answer: http.client.HTTPResponse, target: Target) -> Source:
    if answer.status not in (http.client.OK, http.client.PARTIAL_CONTENT, http.client.REQUESTED_RANGE_NOT_SATISFIABLE):
        text = _("%(host)s answered %(status)d instead of sending the file.")
        message = text % {"host": target.host, "status": answer.status}
        raise Unfetched(message, is_final=answer.status not in LATER)
    return Source(answer, target.host)


class _Connection(http.client.HTTPConnection):
    """A connection to one of the addresses that were judged, and to no other."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=SILENT_S)
        self._target, self._wire = target, None

    def connect(self) -> None:
        addresses = addresses_of(self._target, allowed())
        self.sock = self._reached(addresses)
        if self._target.is_tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._target.host)
        self._wire = self.sock  # the base class forgets it once it has the answer's head

    def cut(self) -> None:
        """Everything that waits for it continues with an error."""
        if self._wire is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._wire, socket.SHUT_RDWR)  # TLS's own would let ciphertext pass as content

    def _reached(self, addresses: list[str]) -> socket.socket:
        for address in addresses[:-1]:
            with suppress(OSError):
                return socket.create_connection((address, self._target.port), timeout=SILENT_S)
        return socket.create_connection((addresses[-1], self._target.port), timeout=SILENT_S)

"""Send one request to an address that is not trusted: bounded, without redirects, reading little."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from webplatform.common.outbound.addresses import Target, require_allowed
from webplatform.webhooks.targets import allowed

WITHIN_S = 10.0
MAX_HEAD_BYTES = 16 * 1024


class Refused(Exception):
    """The request was not sent, or not answered; the word says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a receiver answered.

    Args:
        status: of HTTP; None where there was no answer.
        problem: a code; empty where it was delivered.
    """

    status: int | None
    problem: str
    took_ms: int

    @property
    def is_reached(self) -> bool:
        """Whether the receiver answered at all."""
        return self.status is not None


def post(target: Target, body: bytes, headers: Mapping[str, str], *, within_s: float = WITHIN_S) -> Answer:
    """POST the body, and wait for the first line of the answer, all of it within `within_s`; call it in a thread.

    The name is resolved here, each of its addresses is judged, and it is one of these that is connected to.
    """
    started_s, status, problem = time.monotonic(), None, ""
    try:
        status = asyncio.run(_post(target, body, headers, within_s))
        problem = "" if 200 <= status < 300 else "status"
    except Refused as error:
        problem = str(error)
    except TimeoutError:
        problem = "timeout"
    except ssl.SSLError:
        problem = "tls"
    except (OSError, UnicodeError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        problem = "connection"
    return Answer(status, problem, round((time.monotonic() - started_s) * 1000))


async def _post(target: Target, body: bytes, headers: Mapping[str, str], within_s: float) -> int:
    async with asyncio.timeout(within_s):
        addresses = await _checked_addresses(target)
        reader, writer = await _connect(target, addresses)
        try:
            writer.write(_request(target, body, headers))
            await writer.drain()
            head = await reader.readuntil(b"\r\n")
            return _status_of(head)
        finally:
            writer.transport.abort()  # what else it has to say is not read


async def _checked_addresses(target: Target) -> list[str]:
    """The addresses of the name, none of them private."""
    try:
        loop = asyncio.get_running_loop()
        resolved = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Refused("unknown_host") from error
    addresses = require_allowed(resolved, allowed())
    if not addresses:
        raise Refused("private_address")
    return addresses


async def _connect(target: Target, addresses: list[str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    tls = ssl.create_default_context() if target.is_tls else None
    arguments = {"server_hostname": target.host} if target.is_tls else {}
    for address in addresses[:-1]:
        with suppress(ConnectionError, OSError):
            return await asyncio.open_connection(address, target.port, ssl=tls, limit=MAX_HEAD_BYTES, **arguments)
    return await asyncio.open_connection(addresses[-1], target.port, ssl=tls, limit=MAX_HEAD_BYTES, **arguments)


def _request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    own = {"Host": target.authority, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in {**own, **headers}.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _status_of(head: bytes) -> int:
    parts = head.decode("latin-1").split(" ", 2)
    if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not (parts[1].isascii() and parts[1].isdecimal()):
        raise Refused("no_http")
    status = int(parts[1][:5])
    if not 200 <= status <= 599:
        raise Refused("no_http")
    return status

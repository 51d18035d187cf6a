"""A client of HTTP/1.1 that costs next to nothing, so that a load is the server's and not the tool's."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit


class Client:
    """One kept connection; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    @classmethod
    async def connect(cls, url: str) -> Client:
        address = urlsplit(url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        return cls(reader, writer, address.netloc)

    async def get(self, path: str, token: str) -> int:
        """Ask for a page of JSON; returns its bytes. Raises SystemExit where it is not answered by 200."""
        head = f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Token {token}\r\n\r\n"
        self._writer.write(head.encode())
        headers = await self._reader.readuntil(b"\r\n\r\n")
        length = int(headers.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await self._reader.readexactly(length)
        if headers[9:12] != b"200":
            raise SystemExit(f"{path} answered {headers[9:12].decode()}: {body[:300].decode()}")
        return length

    def close(self) -> None:
        self._writer.close()

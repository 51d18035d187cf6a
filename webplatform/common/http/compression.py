"""Text that is packed (gzip) while it is sent."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Iterator

from django.http import HttpRequest

LEVEL = 1  # a ten-hour session is hundreds of megabytes: the next levels save a tenth of that and take twice as long
HEAD = b"\x1f\x8b\x08\x08\0\0\0\0\x04\xff"  # RFC 1952: deflate, a file's name follows, no time
MOST_NAME = 100


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether whoever asks can unpack it."""
    return "gzip" in request.headers.get("Accept-Encoding", "")


def gzip_chunks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, packed; a name of random length hides how long what is inside is."""
    yield HEAD + secrets.token_hex(secrets.randbelow(MOST_NAME) // 2 + 1).encode() + b"\0"
    deflate, check, size = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS), 0, 0
    for piece in pieces:
        check, size = zlib.crc32(piece, check), size + len(piece)
        if part := deflate.compress(piece):
            yield part
    yield deflate.flush() + check.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")

"""HTTP ranges of bytes (RFC 9110, section 14): one range of a file; anything else means the whole file."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class UnsatisfiableRange(Exception):
    """The range begins behind the end of the file."""


@dataclass(frozen=True, slots=True)
class Range:
    """Which bytes to send.

    Args:
        start: of the first byte, from 0.
        length: how many bytes.
        is_part: whether a part was asked for, even if it is all of the file.
    """

    start: int
    length: int
    is_part: bool


def parse_range(header: str, size_bytes: int) -> Range:
    """What a Range header asks of a file; a header that is malformed or asks for several ranges is ignored.

    Raises:
        UnsatisfiableRange: it lies wholly behind the end, or is an empty suffix.
    """
    match = _ONE_RANGE.fullmatch(header.strip())
    if match is None or match.group(1, 2) == ("", ""):
        return Range(0, size_bytes, False)
    first, last = match.group(1, 2)
    if not first:
        start, end = max(size_bytes - int(last), 0), size_bytes - 1
    else:
        start, end = int(first), min(int(last or size_bytes), size_bytes - 1)
    if first and last and int(last) < int(first):
        return Range(0, size_bytes, False)
    if start >= size_bytes:
        raise UnsatisfiableRange
    return Range(start, end - start + 1, True)

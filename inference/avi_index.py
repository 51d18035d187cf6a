"""The index of an AVI file: which picture stands where, so that a hole in the file does not shift the others."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

_MOST_BYTES = 64 << 20  # of an index: some four million pieces
_MOST_CHUNKS = 10_000
_SEARCHED_BYTES = 1 << 20  # before and after the place where the index should begin
_ENTRY = np.dtype([("name", "S4"), ("flags", "<u4"), ("offset", "<u4"), ("size", "<u4")])
_CHUNK_HEADER_BYTES = 8


class AviIndex:
    """Where the pictures of one stream lie, by the file's own index.

    Args:
        starts: int64 (n,), the bytes where the pictures' data begins, in the file's order; entry n is frame n.
        sizes: int64 (n,), bytes; an empty piece says that the picture before is shown on.
    """

    def __init__(self, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> None:
        self._starts = starts
        self._sizes = sizes
        self._shift = 0

    def find(self, start: int, size: int, not_before: int) -> int | None:
        """Return the number, from 0, of a picture; None if the index has none like it.

        Where bytes were lost, all that follows lies nearer to the file's beginning than the index says: then the
        nearest picture of the same size is taken, and with it the shift of those that follow.

        Args:
            start: the byte where its data begins.
            size: bytes.
            not_before: the first number that it can have.
        """
        number = int(np.searchsorted(self._starts, start + self._shift))
        if number < len(self._starts) and self._starts[number] == start + self._shift and self._sizes[number] == size:
            return number
        alike = np.flatnonzero(self._sizes[not_before:] == size) + not_before
        if not len(alike):
            return None
        number = int(alike[np.argmin(np.abs(self._starts[alike] - start - self._shift))])
        self._shift = int(self._starts[number]) - start
        return number

    def count(self, begin: int, end: int) -> int:
        """Return how many pictures there are from one number up to another."""
        return int(np.count_nonzero(self._sizes[begin : max(begin, end)]))


def read_avi_index(source: Path | BinaryIO, stream: int) -> AviIndex | None:
    """Read where each picture of a stream begins.

    Args:
        source: a file, or an opened one that can seek, which stays where it was.
        stream: the stream's number in the file.
    Returns:
        The index, or None where the file is no AVI or its index is missing or damaged.
    Source: Microsoft, "AVI RIFF File Reference"; idx1 only: files of OpenDML keep one for their first gigabyte.
    """
    if isinstance(source, Path):
        with source.open("rb") as opened:
            return _read(opened, stream)
    before = source.tell()
    try:
        source.seek(0)
        return _read(source, stream)
    finally:
        source.seek(before)


def _read(source: BinaryIO, stream: int) -> AviIndex | None:
    head = source.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"AVI ":
        return None
    movi = None
    for _ in range(_MOST_CHUNKS):
        header = source.read(_CHUNK_HEADER_BYTES)
        if len(header) < _CHUNK_HEADER_BYTES:
            return None
        name, size = header[:4], struct.unpack("<I", header[4:])[0]
        kind = source.read(4) if name == b"LIST" else b""
        source.seek(size + size % 2 - len(kind), 1)
        if kind == b"movi":
            movi = source.tell() - size - size % 2
            break
    return None if movi is None else _read_entries(source, movi, stream)


def _find_entries(source: BinaryIO) -> bytes:
    """Return the entries of the index, which begins here, or a little before or after if bytes were lost."""
    end = source.tell()
    source.seek(max(end - _SEARCHED_BYTES, 0))
    data = source.read(2 * _SEARCHED_BYTES)
    offset = data.rfind(b"idx1", 0, _SEARCHED_BYTES + 4)
    if offset < 0:
        offset = data.find(b"idx1")
    if offset < 0:
        return b""
    source.seek(max(end - _SEARCHED_BYTES, 0) + offset + 4)
    size = int.from_bytes(source.read(4), "little")
    return source.read(size) if size <= _MOST_BYTES else b""


def _read_entries(source: BinaryIO, movi: int, stream: int) -> AviIndex | None:
    content = _find_entries(source)
    entries = np.frombuffer(content[: len(content) // _ENTRY.itemsize * _ENTRY.itemsize], _ENTRY)
    ours = entries[np.isin(entries["name"], [b"%02ddc" % stream, b"%02ddb" % stream])]
    if not len(ours):
        return None
    # Some programs count from the file's beginning, not from the list's.
    source.seek(movi + int(ours["offset"][0]))
    base = movi if source.read(4) == bytes(ours["name"][0]) else 0
    starts = ours["offset"].astype(np.int64) + base + _CHUNK_HEADER_BYTES
    return AviIndex(starts, ours["size"].astype(np.int64)) if bool(np.all(np.diff(starts) > 0)) else None

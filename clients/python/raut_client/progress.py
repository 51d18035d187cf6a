"""How far something is: as calls of a function, and as a bar in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import BinaryIO, TextIO

OnProgress = Callable[[float], None]
WIDTH = 30


class Counted:
    """A file that tells how much of it was read, as a share of 0 to 1."""

    def __init__(self, file: BinaryIO, size_bytes: int, on_progress: OnProgress | None) -> None:
        self._file, self._size_bytes, self._on_progress = file, size_bytes, on_progress

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        if self._on_progress is not None and part:
            self._on_progress(self._file.tell() / max(self._size_bytes, 1))
        return part

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


class Bar:
    """A bar in one line of the terminal; elsewhere, as in a log, nothing is written."""

    def __init__(self, label: str, out: TextIO | None = None) -> None:
        self._label, self._out, self._shown = label, out or sys.stderr, ""

    def __call__(self, share: float) -> None:
        done = round(WIDTH * min(share, 1.0))
        line = f"{self._label} [{'#' * done}{'.' * (WIDTH - done)}] {share:4.0%}"
        if self._out.isatty() and line != self._shown:
            self._shown = line
            self._out.write(f"\r{line}")
            self._out.flush()

    def close(self) -> None:
        """End the line."""
        if self._shown:
            self._out.write("\n")
            self._shown = ""

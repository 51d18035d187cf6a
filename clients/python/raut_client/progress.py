"""How far something is: as calls of a function, and as a bar in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

OnProgress = Callable[[float], None]
WIDTH = 30


class Bar:
    """A bar in one line of the terminal; elsewhere, as in a log, nothing is written."""

    def __init__(self, label: str, out: TextIO | None = None) -> None:
        self._label, self._out, self._line = label, out or sys.stderr, ""

    def __call__(self, share: float) -> None:
        done = round(WIDTH * min(share, 1.0))
        line = f"{self._label} [{'#' * done}{'.' * (WIDTH - done)}] {share:4.0%}"
        if self._out.isatty() and line != self._line:
            self._line = line
            self._out.write(f"\r{line}")
            self._out.flush()

    def close(self) -> None:
        """End the line."""
        if self._line:
            self._out.write("\n")
            self._line = ""

"""Cells as lines of CSV, in the way that the reader's spreadsheet expects."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import IO

from inference import defuse_cell
from webplatform.exporting.options import Options
from webplatform.exporting.tables import Cell

ROWS_AT_ONCE = 1000
MARK = "\ufeff"  # by which a spreadsheet of such a locale tells UTF-8 from its own code page


class CsvLines:
    """Writes rows to an opened file; with a decimal comma, cells end with semicolons.

    Args:
        out: takes bytes; the caller closes it.
    """

    def __init__(self, out: IO[bytes], options: Options) -> None:
        self._text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
        self._has_comma = options.decimal_comma
        if self._has_comma:
            self._text.write(MARK)
        self._csv = csv.writer(self._text, delimiter=";" if self._has_comma else ",")

    def write(self, rows: Iterable[Iterable[Cell]]) -> None:
        """Write the rows one after the other."""
        for row in rows:
            self._csv.writerow([self._cell(value) for value in row])

    def finish(self) -> None:
        """Everything is in the file, which stays open."""
        self._text.flush()
        self._text.detach()

    def _cell(self, value: Cell) -> object:
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, float) and self._has_comma:
            return repr(value).replace(".", ",")
        return defuse_cell(value) if isinstance(value, str) else value

"""CSV with one line for each face at each moment that was looked at."""

from __future__ import annotations

from typing import IO

from webplatform.exporting.content import Content
from webplatform.exporting.formats.csv_lines import CsvLines
from webplatform.exporting.tables import reading_columns, reading_rows


def write(content: Content, out: IO[bytes]) -> None:
    """Every reading, under one header."""
    lines = CsvLines(out, content.options)
    lines.write([[column.name for column in reading_columns(content)]])
    lines.write(reading_rows(content))
    lines.finish()

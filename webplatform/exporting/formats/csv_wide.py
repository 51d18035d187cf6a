"""CSV with one line for each moment, and a block of columns for each face."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import IO

from django.utils.translation import gettext as _

from inference import EMOTIONS
from webplatform.common.errors import TooLarge
from webplatform.exporting.content import Content, Reading
from webplatform.exporting.formats.csv_lines import CsvLines
from webplatform.exporting.options import MOST_FACES
from webplatform.exporting.tables import Cell, score_cells, session_cells, session_columns

BLOCK = [*map(str, EMOTIONS), "dominant", "corrected", "reason"]


def write(content: Content, out: IO[bytes]) -> None:
    """Every moment with a face in it; people only, unless faces were chosen."""
    faces = sorted({face for session in content.sessions for face in content.faces(session)})
    if len(faces) > MOST_FACES:
        raise TooLarge(
            _("There are %(n)d faces in it, and one line holds at most %(most)d. Choose faces, or the long CSV.")
            % {"n": len(faces), "most": MOST_FACES}
        )
    header = [column.name for column in session_columns(content)]
    lines = CsvLines(out, content.options)
    lines.write([[*header, "t_ms", *(f"face{face}_{name}" for face in faces for name in BLOCK)]])
    lines.write(_rows(content, faces))
    lines.finish()


def _rows(content: Content, faces: list[int]) -> Iterator[list[Cell]]:
    for session in content.sessions:
        whose = session_cells(content, session)
        for t_ms, readings in groupby(content.readings(session, people_only=True), key=lambda reading: reading.t_ms):
            by_face = {reading.face: _block(reading) for reading in readings}
            blocks = [by_face.get(face, [None] * len(BLOCK)) for face in faces]
            yield [*whose, t_ms, *(cell for block in blocks for cell in block)]


def _block(reading: Reading) -> list[Cell]:
    return [*score_cells(reading), reading.dominant, reading.corrected, reading.reason]

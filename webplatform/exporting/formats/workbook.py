"""An Excel workbook that a person can read: sessions, readings, summary, markers, and what every column means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from tempfile import TemporaryDirectory
from typing import IO

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from inference import EMOTIONS, defuse_cell
from webplatform.exporting.content import Content
from webplatform.exporting.files import work_folder
from webplatform.exporting.tables import Cell, Column, reading_columns, reading_rows, session_cells, session_columns
from webplatform.history.models import Session

ROWS_PER_SHEET = 1_000_000  # Excel has 1,048,576
WIDEST, NARROWEST = 44, 9
_PLAIN = {"in_memory": False, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def write(content: Content, out: IO[bytes]) -> None:
    """All sheets; rows go to the disk one by one, so that a long session costs no memory."""
    with TemporaryDirectory(dir=work_folder()) as folder:
        book = Workbook(out, {**_PLAIN, "tmpdir": folder})
        book.use_zip64()
        sheets = _Sheets(book)
        sheets.add(_("Sessions"), _session_columns(content), _sessions(content))
        sheets.add(_("Summary"), _summary_columns(), _summary(content))
        sheets.add(_("Markers and segments"), _marker_columns(), _markers(content))
        sheets.add(_("Readings"), reading_columns(content), reading_rows(content))
        sheets.add(_("Data dictionary"), _dictionary_columns(), _dictionary(content))
        book.close()


class _Sheets:
    """Adds sheets with a header that stays in sight and a filter; one that is full goes on in the next."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._bold: Format = book.add_format({"bold": True, "bottom": 1})

    def add(self, name: str, columns: list[Column], rows: Iterable[list[Cell]]) -> None:
        sheet, line, part = self._begin(name, columns), 0, 1
        for row in rows:
            if line == ROWS_PER_SHEET:
                self._end(sheet, line, columns)
                part += 1
                sheet, line = self._begin(f"{name} {part}", columns), 0
            line += 1
            for number, value in enumerate(row):
                _put(sheet, line, number, value)
        self._end(sheet, line, columns)

    def _begin(self, name: str, columns: list[Column]) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, max(NARROWEST, min(WIDEST, len(column.name) + 2)))
            sheet.write_string(0, number, defuse_cell(column.name), self._bold)
        sheet.freeze_panes(1, 0)
        return sheet

    def _end(self, sheet: Worksheet, lines: int, columns: list[Column]) -> None:
        sheet.autofilter(0, 0, lines, len(columns) - 1)


def _put(sheet: Worksheet, line: int, column: int, value: Cell) -> None:
    """By its type: what looks like a formula or an address stays a text."""
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value)
    elif value:
        sheet.write_string(line, column, defuse_cell(value))


def _session_columns(content: Content) -> list[Column]:
    names = ["recorded_at", "duration_ms", "source", "state", "model", "every_ms", "people", "frames_decoded"]
    names += ["frames_sampled", "frames_without_face", "frames_unscored", "frames_scored", "frames_damaged"]
    return [*session_columns(content), *(_plain(name) for name in [*names, "missing_ms", "is_partial"])]


def _sessions(content: Content) -> Iterator[list[Cell]]:
    for session in content.sessions:
        yield [
            *session_cells(content, session),
            session.created_at.isoformat(timespec="seconds"),
            session.duration_ms,
            session.source,
            session.state,
            str(session.model_version or ""),
            session.every_ms,
            session.people,
            session.frames_decoded,
            session.frames_sampled,
            session.frames_without_face,
            session.frames_unscored,
            session.frames_scored,
            session.frames_damaged,
            session.missing_ms,
            session.is_partial,
        ]


def _summary_columns() -> list[Column]:
    names = ["session", "title", "face", "is_glimpse", "first_ms", "last_ms", "readings", "scored", "not_sure"]
    return [_plain(name) for name in [*names, *(f"share_{e}" for e in EMOTIONS), *(f"mean_{e}" for e in EMOTIONS)]]


def _summary(content: Content) -> Iterator[list[Cell]]:
    for session in content.sessions:
        faces = set(content.faces(session, people_only=False))
        for track in session.summary.get("tracks", []):
            if track["number"] in faces:
                yield _summary_row(session, track)


def _summary_row(session: Session, track: dict) -> list[Cell]:
    counts = [track.get(key) for key in ("first_ms", "last_ms", "observations", "scored", "not_sure")]
    shares = [track.get("share", {}).get(str(emotion)) for emotion in EMOTIONS]
    means = [track.get("mean", {}).get(str(emotion)) for emotion in EMOTIONS]
    return [str(session.pk), session.title, track["number"], bool(track.get("is_glimpse")), *counts, *shares, *means]


def _marker_columns() -> list[Column]:
    return [_plain(name) for name in ("session", "title", "kind", "t_ms", "to_ms", "text", "reason")]


def _markers(content: Content) -> Iterator[list[Cell]]:
    for session in content.sessions:
        for marker in session.markers.all():
            yield [str(session.pk), session.title, "marker", marker.t_ms, None, marker.text, None]
        for one in session.segments.all():
            yield [str(session.pk), session.title, one.kind, one.from_ms, one.to_ms, one.label, one.reason]


def _dictionary_columns() -> list[Column]:
    return [_plain(name) for name in ("sheet", "column", "unit", "meaning")]


def _dictionary(content: Content) -> Iterator[list[Cell]]:
    for column in reading_columns(content):
        yield [_("Readings"), column.name, column.unit, column.meaning]
    share = _("Share of the face's scored readings in which the model says this, 0 to 1.")
    mean = _("Mean score of it over the face's scored readings, 0 to 1.")
    for emotion in EMOTIONS:
        yield [_("Summary"), f"share_{emotion}", "", share]
        yield [_("Summary"), f"mean_{emotion}", "", mean]
    accounting = _("frames_decoded = skipped + sampled; frames_sampled = without a face + unscored + scored.")
    yield [_("Sessions"), "frames_…", "", accounting]
    yield [_("Sessions"), "recorded_at", "ISO 8601", _("When the session was made, with its distance from UTC.")]
    clock = _("Time from the session's start, the clock of every file of this export.")
    yield [_("Markers and segments"), "t_ms", "ms", clock]


def _plain(name: str) -> Column:
    return Column(name, "text", "")

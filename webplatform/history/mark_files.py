"""Markers and segments from a table: CSV with a header, or plain lines of time and text."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from webplatform.common.errors import AppError, Invalid
from webplatform.history.markers import MAX_TEXT
from webplatform.history.models import Segment
from webplatform.history.queries import MAX_MS
from webplatform.history.segments import MAX_LABEL, check_words

MAX_BYTES = 1024 * 1024
MAX_LINES = 1000
TOLD_PROBLEMS = 20
UNITS = [("s", "s"), ("ms", "ms")]
# What a column may be called; the first name is the one that we write ourselves.
COLUMNS = {
    "from": ("from", "start", "time", "begin", "onset", "t", "from_ms", "t_ms", "start_ms", "time_ms"),
    "to": ("to", "end", "stop", "offset", "to_ms", "end_ms"),
    "text": ("text", "label", "name", "marker", "title"),
    "kind": ("kind", "type"),
    "reason": ("reason", "why"),
}
NO_HEADER = (["from", "text"], ["from", "to", "text"], ["from", "to", "text", "kind"])
CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):([0-5]?\d(?:[.,]\d{1,3})?)")
NUMBER = re.compile(r"(\d{1,10}(?:[.,]\d{1,6})?)\s*(ms|s)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker, or a stretch.

    Args:
        from_ms: its moment, or its first one.
        to_ms: the end of a stretch; None for a marker.
        text: of a marker; the name of a stretch.
        kind: of a stretch; "" for a marker.
        reason: why a stretch is left out.
    """

    from_ms: int
    to_ms: int | None
    text: str
    kind: str = ""
    reason: str = ""


def read_time(text: str, *, unit: str = "s") -> int:
    """A moment in ms: 1:02.5, 1:00:02.500, 62.5 (in `unit`), 62500 ms.

    Raises:
        Invalid: that is no time.
    """
    text = text.strip()
    if match := CLOCK.fullmatch(text):
        hours, minutes, seconds = match.groups()
        t_ms = (int(hours or 0) * 3600 + int(minutes) * 60) * 1000 + round(float(seconds.replace(",", ".")) * 1000)
    elif match := NUMBER.fullmatch(text):
        number, stated_unit = float(match[1].replace(",", ".")), (match[2] or unit).lower()
        t_ms = round(number if stated_unit == "ms" else number * 1000)
    else:
        raise Invalid(_("“%(text)s” is no time: write 1:02.500, 62.5 or 62500 ms.") % {"text": text[:40]})
    if t_ms > MAX_MS:
        raise Invalid(_("“%(text)s” is too late.") % {"text": text[:40]})
    return t_ms


def read_marks(content: bytes, *, unit: str = "s") -> list[Mark]:
    """All marks of a file, or none.

    Args:
        content: UTF-8 text, comma, semicolon or tab between cells.
        unit: what a bare number counts, "s" or "ms"; a column called …_ms counts ms.

    Raises:
        Invalid: the file is no such table; `problems` in the details names each line that is wrong.
    """
    rows = _rows(content)
    names, first = _header(rows[0][1])
    body = rows[first:]
    marks, problems = [], []
    for line, cells in body:
        try:
            marks.append(_mark(names, cells, unit))
        except AppError as error:
            problems.append(_("Line %(line)d: %(problem)s") % {"line": line, "problem": error.message})
    if problems:
        listed = " ".join(problems[:TOLD_PROBLEMS])
        raise Invalid(_("Nothing was read. %(problems)s") % {"problems": listed}, problems=problems[:TOLD_PROBLEMS])
    if not marks:
        raise Invalid(_("There is no line with a marker in this file."))
    return marks


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    """The lines that are not empty, each with its number in the file."""
    if len(content) > MAX_BYTES:
        raise Invalid(_("A file of markers has at most 1 MB."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(_("This is no text in UTF-8. Save the table as “CSV UTF-8”.")) from error
    if "\0" in text:
        raise Invalid(_("This is no text in UTF-8. Save the table as “CSV UTF-8”."))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        line = {"line": reader.line_num}
        raise Invalid(_("Line %(line)d cannot be read as a table.") % line) from error
    if not rows:
        raise Invalid(_("There is no line with a marker in this file."))
    if len(rows) > MAX_LINES + 1:
        raise Invalid(_("A file has at most %(limit)d lines.") % {"limit": MAX_LINES})
    return rows


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max("\t;,", key=first.count)


def _header(cells: list[str]) -> tuple[list[str], int]:
    """What the columns are called, and how many lines the header takes."""
    titles = [cell.strip().lower() for cell in cells]
    names_by_alias = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    if not any(cell in names_by_alias for cell in titles):
        plain = next((names for names in NO_HEADER if len(names) == len(cells)), None)
        if plain is None:
            raise Invalid(_("The first line names the columns: from, to, text, kind, reason."))
        return plain, 0
    names = [
        names_by_alias.get(cell, "") + ("_ms" if cell.endswith("_ms") and cell in names_by_alias else "")
        for cell in titles
    ]
    if not any(name.startswith("from") for name in names):
        raise Invalid(_("There is no column “from” with the times."))
    return names, 1


def _mark(names: list[str], cells: list[str], unit: str) -> Mark:
    row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
    from_ms, to_ms = _time(row, "from", unit), _time(row, "to", unit)
    if from_ms is None:
        raise Invalid(_("there is no time."))
    kind, text, reason = row.get("kind", "").lower(), row.get("text", ""), row.get("reason", "")
    if to_ms is None:
        if kind not in ("", "marker"):
            raise Invalid(_("a segment needs an end."))
        if not text:
            raise Invalid(_("A marker needs a text."))
        _require_short(text, MAX_TEXT)
        return Mark(from_ms, None, text)
    if to_ms <= from_ms:
        raise Invalid(_("A segment ends after it starts."))
    kind = kind or Segment.Kind.SEGMENT.value
    _require_short(text, MAX_LABEL)
    label, clean_reason = check_words(kind, text, reason)
    return Mark(from_ms, to_ms, label, kind, clean_reason)


def _time(row: dict[str, str], name: str, unit: str) -> int | None:
    if row.get(f"{name}_ms"):
        return read_time(row[f"{name}_ms"], unit="ms")
    return read_time(row[name], unit=unit) if row.get(name) else None


def _require_short(text: str, limit: int) -> None:
    if len(text) > limit:
        raise Invalid(_("the text is longer than %(limit)d letters.") % {"limit": limit})

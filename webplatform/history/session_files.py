"""Sessions as files, written piece by piece: an hour of video needs no more memory than a second."""

from __future__ import annotations

import csv
import io
import json
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.utils.text import slugify

from inference import EMOTIONS, defuse_cell
from webplatform.history.effective import Annotations
from webplatform.history.models import Observation, Session
from webplatform.history.queries import DIGITS, session_variables
from webplatform.history.sharing import sessions_to_share
from webplatform.studies.models import Study

PAGE_ROWS = 2000
NAMES = tuple(str(emotion) for emotion in EMOTIONS)
COLUMNS = ("pk", "t_ms", "track_id", "x", "y", "w", "h", "dominant", "reason", *NAMES)
BOX_DIGITS = 1
SCORE_DIGITS = 6
SIZE_COLUMNS = ["frame_width", "frame_height"]
CSV_COLUMNS = ["t_ms", "track", "x", "y", "w", "h", *map(str, EMOTIONS), "dominant", "reason", "model", *SIZE_COLUMNS]
SAID_COLUMNS = ["person", "person_name", "corrected", "excluded", "segments"]
WHOSE_COLUMNS = ["study", "participant", "condition", "stimulus", "stimulus_position", "external_id"]
SHARED_COLUMNS = ["participant", "session", "person", *CSV_COLUMNS, "corrected"]


def csv_pieces(session: Session) -> Iterator[str]:
    """One line per observation, under a header: the reading, whose it is, what people annotated, the variables."""
    variables = session_variables(session)
    names = [str(variable) for variable in session.study.variables.all()] if session.participant_id else []
    yield _lines([[*CSV_COLUMNS, *WHOSE_COLUMNS, *SAID_COLUMNS, *(defuse_cell(f"variable:{name}") for name in names)]])
    whose = [session.study.name, session.participant or "", session.condition or "", session.stimulus or ""]
    whose = [*(defuse_cell(str(cell)) for cell in whose), session.stimulus_position or ""]
    whose.append(defuse_cell(session.external_id))
    variable_cells = [variables.get(name, "") for name in names]
    variable_cells = [defuse_cell(value) if isinstance(value, str) else value for value in variable_cells]
    annotations = Annotations(session)
    for page in _pages(session):
        yield _lines(
            [
                [*cells, *whose, *_annotation_cells(annotations, row), *variable_cells]
                for row, cells in _rows(session, page)
            ]
        )


def shared_pieces(study: Study) -> Iterator[str]:
    """One line per observation of every session that may go to other researchers now, under one header.

    Participants, sessions and the people in them are counted in this file alone, and nobody's name is in it; where no
    participant was named that cell stays empty. Dropped faces and excluded stretches are not in it.
    """
    people: dict[UUID, str] = {}
    yield _lines([SHARED_COLUMNS])
    for number, session in enumerate(sessions_to_share(study), start=1):
        participant_id = session.participant_id
        person = people.setdefault(participant_id, f"P{len(people) + 1}") if participant_id else ""
        for page in _counted(session):
            yield _lines([[person, f"S{number}", *cells] for cells in page])


def json_pieces(session: Session, head: dict[str, Any]) -> Iterator[str]:
    """One object: `session` is `head`, `observations` are as in the REST API."""
    yield '{"session": ' + json.dumps(head, cls=DjangoJSONEncoder) + ', "observations": ['
    separator = "\n"
    for page in _pages(session):
        yield separator + ",\n".join([orjson.dumps(_observation_data(row)).decode() for row in page])
        separator = ",\n"
    yield "\n]}\n"


def file_name(session: Session, extension: str) -> str:
    """A name that no file system, header or spreadsheet can take for anything but a name."""
    slug = slugify(session.title)[:60].strip("-_") or "session"
    return f"{slug}-{session.pk.hex[:8]}.{extension}"


class Row(NamedTuple):
    """One observation as files tell it; made by the million, so it is no model."""

    pk: int
    t_ms: int
    track_id: int
    number: int
    x: float
    y: float
    w: float
    h: float
    scores: list[float | None]
    dominant: str | None
    reason: str | None
    frame_width: int | None
    frame_height: int | None


def _counted(session: Session) -> Iterator[list[list[object]]]:
    """The pages as cells, without what somebody dropped or excluded: whose face it is, the reading, its correction.

    People are counted by their first moment; the cell of a glimpse is empty.
    """
    annotations = Annotations(session)
    numbers = {person.key: position for position, person in enumerate(annotations.people, start=1)}
    for page in _pages(session):
        lines = []
        for row, cells in _rows(session, page):
            person = annotations.whose(row.track_id, row.t_ms)
            if annotations.is_excluded(row.t_ms) or (person is not None and person.dropped):
                continue
            number = numbers.get(person.key, "") if person else ""
            lines.append([number, *cells, annotations.correction(row.track_id, row.t_ms) or ""])
        yield lines


def _rows(session: Session, page: list[Row]) -> Iterator[tuple[Row, list[object]]]:
    model = defuse_cell(str(session.model_version or ""))
    for row in page:
        yield row, [*_cells(row), model, row.frame_width, row.frame_height]


def _annotation_cells(annotations: Annotations, row: Row) -> list[object]:
    """Whose face it is, the correction, 1 where it counts in no figure, and the segments that hold it."""
    person = annotations.whose(row.track_id, row.t_ms)
    names = [person.key, defuse_cell(person.name)] if person else ["", ""]
    is_out = person is None or not person.counts or annotations.is_excluded(row.t_ms)
    segments = defuse_cell("; ".join(annotations.segments_at(row.t_ms)))
    return [*names, annotations.correction(row.track_id, row.t_ms) or "", int(is_out), segments]


def _pages(session: Session) -> Iterator[list[Row]]:
    """Each page is a query of its own that starts behind the one before: no cursor stays open between two pieces."""
    rows = Observation.objects.filter(session=session).order_by("t_ms", "id").values_list(*COLUMNS)
    numbers = dict(session.tracks.values_list("pk", "number"))
    sizes = _Sizes(session)
    page = [_row(row, numbers, sizes) for row in rows[:PAGE_ROWS]]
    while page:
        yield page
        last = page[-1]
        behind = rows.filter(Q(t_ms__gt=last.t_ms) | Q(pk__gt=last.pk), t_ms__gte=last.t_ms)
        page = [_row(row, numbers, sizes) for row in behind[:PAGE_ROWS]]


def _row(row: tuple, numbers: dict[int, int], sizes: _Sizes) -> Row:
    pk, t_ms, track_id, x, y, w, h, dominant, reason, *scores = row
    return Row(pk, t_ms, track_id, numbers[track_id], x, y, w, h, scores, dominant, reason, *sizes.at(t_ms))


class _Sizes:
    """How large a session's frames are, moment by moment."""

    def __init__(self, session: Session) -> None:
        changes = list(session.frame_sizes.order_by("from_ms").values_list("from_ms", "width", "height"))
        self._starts = [from_ms for from_ms, _width, _height in changes]
        first = (session.frame_width, session.frame_height)
        self._sizes = [first, *((width, height) for _from_ms, width, height in changes)]

    def at(self, t_ms: int) -> tuple[int | None, int | None]:
        return self._sizes[bisect_right(self._starts, t_ms)]


def _observation_data(row: Row) -> dict[str, object]:
    """The observation as the REST API tells it."""
    box = [round(row.x, BOX_DIGITS), round(row.y, BOX_DIGITS), round(row.w, BOX_DIGITS), round(row.h, BOX_DIGITS)]
    is_scored = row.scores[0] is not None
    scores = {name: round(score, DIGITS) for name, score in zip(NAMES, row.scores, strict=True)} if is_scored else None
    return {
        "t_ms": row.t_ms,
        "track": row.number,
        "box": box,
        "frame_width": row.frame_width,
        "frame_height": row.frame_height,
        "scores": scores,
        "dominant": row.dominant,
        "reason": row.reason,
    }


def _cells(row: Row) -> list[object]:
    box = [round(value, BOX_DIGITS) for value in (row.x, row.y, row.w, row.h)]
    rounded = ["" if score is None else round(score, SCORE_DIGITS) for score in row.scores]
    return [row.t_ms, row.number, *box, *rounded, row.dominant or "", row.reason or ""]


def _lines(rows: list[list[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()

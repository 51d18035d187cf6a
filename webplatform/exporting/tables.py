"""The readings as a table: its columns, what each one means, and its rows. CSV, Parquet and Excel write it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from inference import EMOTIONS
from webplatform.exporting.content import Content, Reading, glimpses_of
from webplatform.history.models import Session
from webplatform.history.queries import session_variables

Cell = str | int | float | bool | None
BOX_DIGITS, SCORE_DIGITS = 1, 6
VARIABLE = "variable:"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        kind: "text", "whole", "number" or "yesno".
        unit: empty where it has none.
    """

    name: str
    kind: str
    meaning: str
    unit: str = ""


def reading_columns(content: Content) -> list[Column]:
    """The columns of the long table: one row for each face at each moment that was looked at."""
    return [*session_columns(content), *_reading_columns()]


def session_columns(content: Content) -> list[Column]:
    """Which study, participant and session a row belongs to."""
    columns = [
        Column("study", "text", _("The study's name.")),
        Column("participant", "text", _("The participant's pseudonym; empty where none was named.")),
        Column("condition", "text", _("The condition that the session belongs to.")),
        Column("stimulus", "text", _("The film that was shown; empty: none.")),
        Column("stimulus_position", "whole", _("At which place the participant was shown it; 1 for the first.")),
        Column("session", "text", _("The session's number.")),
        Column("title", "text", _("The session's title.")),
        Column("external_id", "text", _("What another program calls the session; empty: nothing.")),
    ]
    variables = [
        Column(f"{VARIABLE}{name}", "text", _("A variable of the participant, as the study defines it."))
        for name in _variable_names(content)
    ]
    return columns + variables


def session_cells(content: Content, session: Session) -> list[Cell]:
    """The values of `session_columns`."""
    values = session_variables(session)
    cells: list[Cell] = [
        session.study.name,
        str(session.participant or ""),
        str(session.condition or ""),
        str(session.stimulus or ""),
        session.stimulus_position,
        str(session.pk),
        session.title,
        session.external_id,
    ]
    return cells + [_as_text(values.get(name, "")) for name in _variable_names(content)]


def reading_rows(content: Content) -> Iterator[list[Cell]]:
    """The long table's rows, session after session, in order of time and face."""
    for session in content.sessions:
        whose, glimpses = session_cells(content, session), glimpses_of(session)
        model = str(session.model_version or "")
        for reading in content.readings(session):
            yield [*whose, *_cells(reading, reading.face in glimpses), model]


def score_cells(reading: Reading) -> list[Cell]:
    """Seven scores, or as many empty cells."""
    return [None] * len(EMOTIONS) if reading.scores is None else [round(s, SCORE_DIGITS) for s in reading.scores]


def _reading_columns() -> list[Column]:
    share = _("The model's probability that the face shows it; the seven add up to 1. Empty: not scored.")
    scores = [Column(str(emotion), "number", share) for emotion in EMOTIONS]
    return [
        Column("t_ms", "whole", _("Time from the session's start, the clock of every file of this export."), "ms"),
        Column("face", "whole", _("The face's number in its session; it says nothing of who it is.")),
        Column("person", "text", _("What the person is called; empty for glimpses and faces that were dropped.")),
        Column("is_excluded", "yesno", _("Somebody left this moment out of all figures.")),
        Column("is_glimpse", "yesno", _("Seen too shortly or read too seldom to count as a person; in no total.")),
        Column("x", "number", _("Left edge of the face's box in the picture."), "px"),
        Column("y", "number", _("Upper edge of the box."), "px"),
        Column("w", "number", _("Width of the box."), "px"),
        Column("h", "number", _("Height of the box."), "px"),
        *scores,
        Column("dominant", "text", _("The expression with the highest score; empty where the model is not sure.")),
        Column("corrected", "text", _("What a person said that the face really showed; empty: nobody corrected it.")),
        Column("reason", "text", _("Why there is no verdict: too small, blurred, turned away, not sure …")),
        Column("frame_width", "whole", _("Width of the picture that the box lies in."), "px"),
        Column("frame_height", "whole", _("Height of that picture."), "px"),
        Column("model", "text", _("The model that read the session.")),
    ]


def _cells(reading: Reading, is_glimpse: bool) -> list[Cell]:
    box = reading.box
    return [
        reading.t_ms,
        reading.face,
        reading.person,
        reading.is_excluded,
        is_glimpse,
        *(round(value, BOX_DIGITS) for value in (box.x, box.y, box.w, box.h)),
        *score_cells(reading),
        reading.dominant,
        reading.corrected,
        reading.reason,
        reading.frame_width,
        reading.frame_height,
    ]


def _variable_names(content: Content) -> list[str]:
    """The names of the variables of every study in it, each once."""
    studies = {session.study_id: session.study for session in content.sessions}
    names = (str(variable) for study in studies.values() for variable in study.variables.all())
    return list(dict.fromkeys(names))


def _as_text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)

"""JSON: each session with its particulars, markers and corrections, and its readings under it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from inference import EMOTIONS
from webplatform.exporting.content import Content, Reading, glimpses_of
from webplatform.exporting.tables import BOX_DIGITS, SCORE_DIGITS
from webplatform.history.models import Session
from webplatform.history.serializers import SessionDetailOut

READINGS_AT_ONCE = 1000


def write(content: Content, out: IO[bytes]) -> None:
    """One object, `sessions` in it; what was chosen stands beside them."""
    head = {"made_at": timezone.now(), "chosen": content.options.stored(), "expressions": list(map(str, EMOTIONS))}
    out.write(_json(head)[:-1].encode() + b', "sessions": [')
    for number, session in enumerate(content.sessions):
        out.write(b"," if number else b"")
        out.write(b"\n" + _json(_particulars(session))[:-1].encode() + b', "readings": [')
        for piece in _pieces(content, session):
            out.write(piece.encode())
        out.write(b"\n]}")
    out.write(b"\n]}\n")


def _particulars(session: Session) -> dict[str, Any]:
    corrections = session.corrections.values("track__number", "from_ms", "to_ms", "emotion")
    corrections_data = [{"face": one.pop("track__number"), **one} for one in corrections]
    segments = list(session.segments.values("from_ms", "to_ms", "kind", "label", "reason"))
    return {**SessionDetailOut(session).data, "corrections": corrections_data, "segments": segments}


def _pieces(content: Content, session: Session) -> Iterator[str]:
    glimpses, separator = glimpses_of(session), "\n"
    for reading in content.readings(session):
        yield separator + json.dumps(_reading(reading, reading.face in glimpses))
        separator = ",\n"


def _reading(reading: Reading, is_glimpse: bool) -> dict[str, Any]:
    box = reading.box
    scores = [round(s, SCORE_DIGITS) for s in reading.scores] if reading.scores else []
    return {
        "t_ms": reading.t_ms,
        "face": reading.face,
        "person": reading.person,
        "is_excluded": reading.is_excluded,
        "is_glimpse": is_glimpse,
        "box": [round(value, BOX_DIGITS) for value in (box.x, box.y, box.w, box.h)],
        "frame": [reading.frame_width, reading.frame_height],
        "scores": dict(zip(map(str, EMOTIONS), scores, strict=True)) if scores else None,
        "dominant": reading.dominant,
        "corrected": reading.corrected,
        "reason": reading.reason,
    }


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)

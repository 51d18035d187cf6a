"""Readings as text: one JSON line per frame, or one CSV row per face."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from inference.types import EMOTIONS, FaceReading, FrameReading

CSV_COLUMNS = ("source", "t_ms", "track", "x", "y", "w", "h", *EMOTIONS, "dominant", "reason")

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def defuse_cell(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula: an apostrophe is put before what looks like one.

    Source: OWASP, "CSV Injection".
    """
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def format_jsonl(source: str, reading: FrameReading) -> str:
    """Return a frame's reading as one line of JSON."""
    line = {
        "source": source,
        "t_ms": reading.t_ms,
        "width": reading.width,
        "height": reading.height,
        "faces": [_face_object(face) for face in reading.faces],
    }
    return json.dumps(line, ensure_ascii=False) + "\n"


def format_csv(source: str, reading: FrameReading) -> str:
    """Return a frame's faces as CSV rows, nothing where it has none; the columns are `CSV_COLUMNS`."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    for face in reading.faces:
        scores = [""] * len(EMOTIONS) if face.scores is None else [round(score, 6) for score in face.scores]
        rows.writerow(
            [
                defuse_cell(source),
                reading.t_ms,
                face.track,
                *_round_box(face),
                *scores,
                face.dominant or "",
                face.reason or "",
            ]
        )
    return text.getvalue()


def _face_object(face: FaceReading) -> dict[str, Any]:  # JSON: strings, numbers, lists and None
    scores = face.scores and {name: round(score, 6) for name, score in zip(EMOTIONS, face.scores, strict=True)}
    return {
        "track": face.track,
        "box": _round_box(face),
        "scores": scores,
        "dominant": face.dominant,
        "reason": face.reason,
    }


def _round_box(face: FaceReading) -> list[float]:
    return [round(float(side), 1) for side in (face.box.x, face.box.y, face.box.w, face.box.h)]

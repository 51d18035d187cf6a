"""Each of a study's results as rows of a file: plain numbers, one header, one clock."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from inference import defuse_cell
from webplatform.results.queries import SessionLine

NAMES = ("curves", "measures", "comparison", "sessions")
ROWS = 2000
CURVE_COLUMNS = ["group", "second", "n", "expression", "mean", "low", "high", "change", "change_low", "change_high"]
MEASURE_COLUMNS = ["group", "measure", "expression", "value", "low", "high", "n"]
COMPARED_COLUMNS = ["measure", "pairing", "first", "second", "expression", "mean_first", "mean_second", "difference"]
COMPARED_COLUMNS += ["low", "high", "effect_size", "effect", "p", "p_corrected", "n_first", "n_second"]
SESSION_COLUMNS = ["session", "title", "participant", "condition", "stimulus", "stimulus_position", "state"]
SESSION_COLUMNS += ["duration_ms", "person", "people", "scored", "not_sure", "unscored", "corrected"]
SESSION_COLUMNS += ["excluded_ms", "model", "is_counted", "left_out"]

Plain = dict[str, Any]
Cells = list[object]


def curve_rows(result: Plain) -> Iterator[Cells]:
    """One row for each group, second and expression."""
    for group in result["groups"]:
        curve, change = group["curve"], group["change"]
        for second, n in enumerate(curve["n"]):
            for emotion in result["emotions"]:
                ends = [
                    _curve_value(part, end, emotion, second)
                    for part in (curve, change)
                    for end in ("mean", "low", "high")
                ]
                yield [_name(group["name"] or group["key"]), second, n, emotion, *ends]


def measure_rows(result: Plain) -> Iterator[Cells]:
    """One row for each group, measure and expression."""
    for group in result["groups"]:
        for measure in group["measures"]:
            for row in measure["rows"]:
                numbers = [_number(row[name]) for name in ("value", "low", "high", "n")]
                yield [_name(group["name"] or group["key"]), measure["measure"], row["emotion"], *numbers]


def comparison_rows(result: Plain) -> Iterator[Cells]:
    """One row an expression; none where nothing is compared."""
    comparison = result["comparison"]
    for row in comparison["rows"] if comparison else []:
        about = [
            comparison["measure"],
            comparison["pairing"],
            _name(comparison["first"]["name"]),
            _name(comparison["second"]["name"]),
        ]
        numbers = [_number(row[name]) for name in ("first", "second", "difference", "low", "high")]
        tests = [_number(row[name]) for name in ("effect", "p", "p_corrected", "n_first", "n_second")]
        yield [*about, row["emotion"], *numbers, comparison["effect"], *tests]


def session_rows(lines: list[SessionLine]) -> Iterator[Cells]:
    """One row a session, also of those in no figure."""
    for line in lines:
        session, curve = line.session, line.curve
        about = [session.pk, _name(session.title), _name(str(session.participant or ""))]
        about += [_name(str(session.condition or "")), _name(str(session.stimulus or ""))]
        about += [_number(session.stimulus_position), session.state, _number(session.duration_ms)]
        counts = [curve.person, curve.people, curve.scored, curve.not_sure] if curve else [""] * 4
        counts += [curve.unscored, curve.corrected] if curve else ["", ""]
        yield [*about, *counts, line.excluded_ms, _name(str(session.model_version or "")), int(line.counts), line.why]


def pieces(columns: list[str], rows: Iterator[Cells]) -> Iterator[str]:
    """The file, some thousand lines at a time."""
    page: list[Cells] = [list(columns)]
    for row in rows:
        page.append(row)
        if len(page) >= ROWS:
            yield _lines(page)
            page = []
    yield _lines(page)


def table_of(name: str, result: Plain, lines: list[SessionLine]) -> tuple[list[str], Iterator[Cells]]:
    """Columns and rows of one of NAMES."""
    if name == "sessions":
        return SESSION_COLUMNS, session_rows(lines)
    tables = {"curves": (CURVE_COLUMNS, curve_rows), "measures": (MEASURE_COLUMNS, measure_rows)}
    columns, rows = (tables | {"comparison": (COMPARED_COLUMNS, comparison_rows)})[name]
    return columns, rows(result)


def _curve_value(curve: Plain | None, end: str, emotion: str, second: int) -> object:
    return "" if curve is None or curve[end] is None else _number(curve[end][emotion][second])


def _number(value: float | int | None) -> object:
    return "" if value is None else value


def _name(text: str) -> str:
    return defuse_cell(text)


def _lines(rows: list[Cells]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()

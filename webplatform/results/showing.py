"""Results as the page's tables show them: numbers with intervals and n, in the reader's language."""

from __future__ import annotations

from math import comb
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from webplatform.history.words import EMOTION_NAMES
from webplatform.results.words import EFFECT_NAMES, MEASURE_NAMES, WHY_TEXTS

PERCENT = ("mean", "change", "share")
SMALL_N = 10
LEAST_P = 0.001

Plain = dict[str, Any]


def measures_shown(result: Plain) -> list[Plain]:
    """One table a measure: groups are rows, expressions are columns."""
    tables = []
    for index, first in enumerate(result["groups"][0]["measures"] if result["groups"] else []):
        measure = first["measure"]
        rows = [
            {"name": name_of(group), "cells": [_cell(row, measure) for row in group["measures"][index]["rows"]]}
            for group in result["groups"]
        ]
        tables.append({"key": measure, "name": MEASURE_NAMES[measure], "is_percent": measure in PERCENT, "rows": rows})
    return tables


def comparison_shown(result: Plain) -> Plain | None:
    """The comparison with its numbers as texts; None where there is none."""
    comparison = result["comparison"]
    if comparison is None:
        return None
    measure = comparison["measure"]
    rows = [
        {
            "key": row["emotion"],
            "name": EMOTION_NAMES[row["emotion"]],
            "first": number(row["first"], measure),
            "second": number(row["second"], measure),
            "difference": _cell({**row, "value": row["difference"]}, measure, is_signed=True),
            "effect": _fixed(row["effect"], 2),
            "p": p_value(row["p"]),
            "p_corrected": p_value(row["p_corrected"]),
            "n": f"{row['n_first']}" if comparison["pairing"] == "paired" else f"{row['n_first']} + {row['n_second']}",
        }
        for row in comparison["rows"]
    ]
    labels = {"measure": MEASURE_NAMES[measure], "measure_key": measure, "effect": EFFECT_NAMES[comparison["effect"]]}
    return {**comparison, **labels, "is_percent": measure in PERCENT, "rows": rows, "warning": _warning(comparison)}


def left_out_shown(result: Plain) -> list[Plain]:
    """Why sessions are in no figure, with how many."""
    return [{"name": WHY_TEXTS[row["why"]], "sessions": row["sessions"]} for row in result.get("left_out", [])]


def name_of(group: Plain) -> str:
    """What a group is called."""
    return group["name"] or (_("You") if group["key"] == "own" else _("Everybody"))


def smallest_group(result: Plain) -> int:
    """How many people the smallest group has; 0 without groups."""
    return min((group["people"] for group in result.get("groups", [])), default=0)


def number(value: float | None, measure: str, *, is_signed: bool = False) -> str:
    """One number of a measure: a share in percent, everything else as it is; a dash for none."""
    if value is None:
        return "–"
    scaled = 100 * value if measure in PERCENT else value
    sign = "+" if (is_signed or measure == "change") and round(scaled, 1) > 0 else ""
    return sign + _fixed(scaled, 1)


def p_value(p: float | None) -> str:
    """A p-value of three digits; below 0.001 it says so."""
    if p is None:
        return "–"
    return f"< {number_format(LEAST_P, 3)}" if p < LEAST_P else number_format(p, 3)


def _cell(row: Plain, measure: str, *, is_signed: bool = False) -> Plain:
    interval = ""
    if row["low"] is not None:
        ends = {"low": number(row["low"], measure), "high": number(row["high"], measure)}
        interval = _("%(low)s to %(high)s") % ends
    return {"value": number(row["value"], measure, is_signed=is_signed), "interval": interval, "n": row.get("n")}


def _fixed(value: float | None, digits: int) -> str:
    return "–" if value is None else number_format(round(value, digits) + 0.0, digits)


def _warning(comparison: Plain) -> str:
    """What is to be known of few people; empty where there are enough."""
    sizes = [(row["n_first"], row["n_second"]) for row in comparison["rows"]]
    first, second = min(sizes, key=min)
    if min(first, second) >= SMALL_N:
        return ""
    if min(first, second) < 2:
        return _("There are too few people on both sides for an interval or a test.")
    ways = 2**first if comparison["pairing"] == "paired" else comb(first + second, first)
    return _(
        "Few people are compared: the interval is rough, and the smallest p that this test can give is %(p)s, before"
        " the correction."
    ) % {"p": p_value(min(1.0, 2 / ways))}

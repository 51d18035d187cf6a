"""A study's results for one choice, from its material: curves, tables, comparison, and what was left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

import numpy as np

from inference import EMOTIONS
from webplatform.results.choices import COMPARED, Choice
from webplatform.results.comparison import comparison_of
from webplatform.results.figures import LEVEL, RESAMPLES, Floats, mean_band, mean_by, stacked
from webplatform.results.material import Material, Why
from webplatform.results.measures import interval_of
from webplatform.results.stretches import Stretch, stretch_of

DIGITS = 4
SEED = 20261127  # any number does; the results name it


def results_of(material: Material, choice: Choice) -> dict[str, Any]:
    """The results as they are kept and sent: plain values, rounded to four digits, None where nothing is known."""
    stretches = {recorded.key: stretch_of(recorded, choice) for recorded in material.sessions}
    counting = [one for one in stretches.values() if isinstance(one, Stretch)]
    left_out = {key: one for key, one in stretches.items() if isinstance(one, Why)}
    why = Counter(left_out.values())
    return {
        "choice": asdict(choice),
        "level": LEVEL,
        "resamples": RESAMPLES,
        "seed": SEED,
        "emotions": [str(emotion) for emotion in EMOTIONS],
        "people": len({one.recorded.participant for one in counting}),
        "sessions": len(counting),
        "groups": [_group(key, name, counting, choice) for key, name in groups_of(material, counting, choice)],
        "comparison": comparison_of(material, counting, choice, seed=SEED),
        "baseline": _baselines(counting) if choice.baseline else None,
        "left_out": [{"why": str(reason), "sessions": why[reason]} for reason in Why if why[reason]],
        "left_sessions": {key: str(reason) for key, reason in left_out.items()},
    }


def groups_of(material: Material, stretches: list[Stretch], choice: Choice) -> list[tuple[str, str]]:
    """The groups that have a session which counts, as keys and names: conditions and people in the study's order."""
    present = {one.group for one in stretches}
    if choice.by == "all":
        return [("all", "")] if present else []
    if choice.variable is not None:
        return [(key, key) for key in sorted(present, key=_natural)]
    names = material.participants if choice.by == "participant" else material.conditions
    return [(key, name) for key, name in names.items() if key in present]


def people_of(stretches: list[Stretch], values: Floats) -> tuple[list[object], Floats]:
    """One row a person: the mean of their sessions in each condition, then of their conditions.

    Args:
        stretches: S of them.
        values: (S, ...) float64, a row each.

    Returns:
        The P participants' ids and their (P, ...) means.
    """
    cells, means = mean_by(values, [(one.recorded.participant, one.recorded.condition) for one in stretches])
    return mean_by(means, [cell[0] for cell in cells])


def rounded(values: Floats) -> list[float | None]:
    """Plain numbers of four digits; None for NaN."""
    return [None if np.isnan(value) else round(float(value), DIGITS) for value in values]


def _natural(key: str) -> tuple[int, float, str]:
    try:
        return 0, float(key), key
    except ValueError:
        return 1, 0.0, key


def _group(key: str, name: str, stretches: list[Stretch], choice: Choice) -> dict[str, Any]:
    own = [one for one in stretches if one.group == key]
    people, measures = people_of(own, np.stack([one.measures for one in own]))
    return {
        "key": key,
        "name": name,
        "people": len(people),
        "sessions": len(own),
        "curve": _curve(own, [one.curve for one in own]),
        "change": _curve(own, [one.change for one in own if one.change is not None]) if choice.baseline else None,
        "measures": [
            {"measure": measure, "rows": _rows(measures[:, index])}
            for index, measure in enumerate(COMPARED)
            if measure != "change" or choice.baseline
        ],
    }


def _curve(own: list[Stretch], curves: list[Floats]) -> dict[str, Any]:
    _people, values = people_of(own, stacked(curves))
    band = mean_band(values, seed=SEED)
    ends = {
        end: {str(emotion): rounded(getattr(band, end)[:, index]) for index, emotion in enumerate(EMOTIONS)}
        for end in ("mean", "low", "high")
    }
    if len(values) < 2:
        ends |= {"low": None, "high": None}
    return {"n": band.n.tolist(), **ends}


def _rows(values: Floats) -> list[dict[str, Any]]:
    """One row an expression: value, interval, n."""
    interval = interval_of(values, seed=SEED)
    value, low, high = rounded(interval.value), rounded(interval.low), rounded(interval.high)
    return [
        {
            "emotion": str(emotion),
            "value": value[index],
            "low": low[index],
            "high": high[index],
            "n": int(interval.n[index]),
        }
        for index, emotion in enumerate(EMOTIONS)
    ]


def _baselines(stretches: list[Stretch]) -> dict[str, int]:
    marked = sum(one.is_marked for one in stretches)
    return {"marked": marked, "first_30_s": len(stretches) - marked}

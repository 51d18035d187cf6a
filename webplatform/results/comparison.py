"""The comparison of a study's results: which two groups, whose values, and the seven rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from inference import EMOTIONS
from webplatform.results.choices import COMPARED, Choice
from webplatform.results.comparing import Difference, compare_paired, compare_unpaired, holm
from webplatform.results.figures import Floats, mean_by
from webplatform.results.material import Material
from webplatform.results.stretches import Stretch

LEAST_PAIRS = 2
NOISE_DIGITS = 6  # what differs by less differs by rounding: kept sums have seven digits
DIGITS = 4
Side = dict[object, Floats]  # participant's id -> (7,) of the measure


def comparison_of(material: Material, counted: list[Stretch], choice: Choice, *, seed: int) -> dict[str, Any] | None:
    """The comparison of two conditions, or of two groups where a variable groups; None where there are no two."""
    sides = _sides(counted, choice)
    names = {key: key for key in sorted(sides)} if choice.variable is not None else material.conditions
    present = [key for key in names if key in sides]
    if len(present) < 2:
        return None
    first, second = _chosen(present, choice)
    one, other = sides[first], sides[second]
    both = [person for person in one if person in other]
    is_paired = _is_paired(choice, len(both), min(len(one), len(other)))
    differences = _differences(one, other, both, is_paired=is_paired, seed=seed)
    left = len(one.keys() ^ other.keys()) if is_paired else len(both)
    return {
        "measure": _measure(choice),
        "pairing": "paired" if is_paired else "unpaired",
        "effect": "d_z" if is_paired else "g",
        "offered": [{"key": key, "name": names[key]} for key in present],
        "first": {"key": first, "name": names[first]},
        "second": {"key": second, "name": names[second]},
        "both": len(both),
        "people_left_out": left,
        "rows": _told(differences),
    }


def _sides(counted: list[Stretch], choice: Choice) -> dict[str, Side]:
    """For each group the mean of every person's sessions in it."""
    by_variable = choice.variable is not None
    place = COMPARED.index(_measure(choice))
    sides: dict[str, Side] = {}
    for key in dict.fromkeys(one.group if by_variable else one.recorded.condition for one in counted):
        own = [one for one in counted if (one.group if by_variable else one.recorded.condition) == key]
        cells = [(one.recorded.participant, one.recorded.condition) for one in own]
        known, means = mean_by(np.stack([one.measures[place] for one in own]), cells)
        people, rows = mean_by(means, [cell[0] for cell in known])
        if key:
            sides[key] = dict(zip(people, rows, strict=True))
    return sides


def _measure(choice: Choice) -> str:
    return "mean" if choice.measure == "change" and not choice.baseline else choice.measure


def _chosen(present: list[str], choice: Choice) -> tuple[str, str]:
    first = choice.first if choice.first in present else next(key for key in present if key != choice.second)
    others = [key for key in present if key != first]
    return first, choice.second if choice.second in others else others[0]


def _is_paired(choice: Choice, both: int, smaller: int) -> bool:
    """By itself: paired where at least half of the smaller side's people, and two, are on both sides."""
    if choice.variable is not None or choice.pairing != "auto":
        return choice.variable is None and choice.pairing == "paired"
    return both >= min(LEAST_PAIRS, smaller) and 2 * both >= smaller


def _differences(one: Side, other: Side, both: list[object], *, is_paired: bool, seed: int) -> list[Difference]:
    """One row for each expression. Unpaired, people on both sides are left out: the sides must be different people."""
    if is_paired:
        first, second = (_rows([side[person] for person in both]) for side in (one, other))
        return [compare_paired(first[:, at], second[:, at], seed=seed) for at in range(len(EMOTIONS))]
    first = _rows([row for person, row in one.items() if person not in both])
    second = _rows([row for person, row in other.items() if person not in both])
    return [compare_unpaired(first[:, at], second[:, at], seed=seed) for at in range(len(EMOTIONS))]


def _rows(rows: list[Floats]) -> Floats:
    return np.round(np.array(rows).reshape(len(rows), len(EMOTIONS)), NOISE_DIGITS)


def _told(differences: list[Difference]) -> list[dict[str, Any]]:
    corrected = holm(np.array([one.p for one in differences]))
    rows = []
    for emotion, one, p in zip(EMOTIONS, differences, corrected, strict=True):
        plain = {name: _plain(value) for name, value in asdict(one).items()}
        rows.append({"emotion": str(emotion), **plain, "p_corrected": _plain(p)})
    return rows


def _plain(value: float | int) -> float | int | None:
    if isinstance(value, int):
        return value
    return None if np.isnan(value) else round(float(value), DIGITS)

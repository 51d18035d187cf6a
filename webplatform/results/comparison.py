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


def comparison_of(material: Material, stretches: list[Stretch], choice: Choice, *, seed: int) -> dict[str, Any] | None:
    """The comparison of two conditions, or of two groups where a variable groups; None where there are no two."""
    sides = _sides(stretches, choice)
    names = {key: key for key in sorted(sides)} if choice.variable is not None else material.conditions
    present = [key for key in names if key in sides]
    if len(present) < 2:
        return None
    first, second = _chosen(present, choice)
    first_side, second_side = sides[first], sides[second]
    shared_people = [person for person in first_side if person in second_side]
    is_paired = _is_paired(choice, len(shared_people), min(len(first_side), len(second_side)))
    differences = _differences(first_side, second_side, shared_people, is_paired=is_paired, seed=seed)
    left_out = len(first_side.keys() ^ second_side.keys()) if is_paired else len(shared_people)
    return {
        "measure": _measure(choice),
        "pairing": "paired" if is_paired else "unpaired",
        "effect": "d_z" if is_paired else "g",
        "offered": [{"key": key, "name": names[key]} for key in present],
        "first": {"key": first, "name": names[first]},
        "second": {"key": second, "name": names[second]},
        "both": len(shared_people),
        "people_left_out": left_out,
        "rows": _result_rows(differences),
    }


def _sides(stretches: list[Stretch], choice: Choice) -> dict[str, Side]:
    """For each group the mean of every person's sessions in it."""
    by_variable = choice.variable is not None
    index = COMPARED.index(_measure(choice))
    sides: dict[str, Side] = {}
    for key in dict.fromkeys(one.group if by_variable else one.recorded.condition for one in stretches):
        own = [one for one in stretches if (one.group if by_variable else one.recorded.condition) == key]
        cells = [(one.recorded.participant, one.recorded.condition) for one in own]
        cell_keys, means = mean_by(np.stack([one.measures[index] for one in own]), cells)
        people, rows = mean_by(means, [cell[0] for cell in cell_keys])
        if key:
            sides[key] = dict(zip(people, rows, strict=True))
    return sides


def _measure(choice: Choice) -> str:
    return "mean" if choice.measure == "change" and not choice.baseline else choice.measure


def _chosen(present: list[str], choice: Choice) -> tuple[str, str]:
    first = choice.first if choice.first in present else next(key for key in present if key != choice.second)
    others = [key for key in present if key != first]
    return first, choice.second if choice.second in others else others[0]


def _is_paired(choice: Choice, shared_count: int, smaller: int) -> bool:
    """By itself: paired where at least half of the smaller side's people, and two, are on both sides."""
    if choice.variable is not None or choice.pairing != "auto":
        return choice.variable is None and choice.pairing == "paired"
    return shared_count >= min(LEAST_PAIRS, smaller) and 2 * shared_count >= smaller


def _differences(
    first_side: Side, second_side: Side, shared_people: list[object], *, is_paired: bool, seed: int
) -> list[Difference]:
    """One row for each expression. Unpaired, people on both sides are left out: the sides must be different people."""
    if is_paired:
        first, second = (_rows([side[person] for person in shared_people]) for side in (first_side, second_side))
        return [compare_paired(first[:, index], second[:, index], seed=seed) for index in range(len(EMOTIONS))]
    first = _rows([row for person, row in first_side.items() if person not in shared_people])
    second = _rows([row for person, row in second_side.items() if person not in shared_people])
    return [compare_unpaired(first[:, index], second[:, index], seed=seed) for index in range(len(EMOTIONS))]


def _rows(rows: list[Floats]) -> Floats:
    return np.round(np.array(rows).reshape(len(rows), len(EMOTIONS)), NOISE_DIGITS)


def _result_rows(differences: list[Difference]) -> list[dict[str, Any]]:
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

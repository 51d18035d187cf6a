"""The results of a finished comparison for its page, and the faces on which the two models differ."""

from __future__ import annotations

import zipfile
from typing import Any

from django.utils.translation import gettext as _

from inference import EMOTIONS
from webplatform.common.errors import NotFound
from webplatform.learning.files import open_faces
from webplatform.learning.models import Comparison

FOLDERS = {"train": "train/", "public": "val/", "private": "test/"}  # of a frozen file


def comparison_page(comparison: Comparison) -> dict[str, Any]:
    """Both models side by side, their difference, groups and faces; empty until it is done."""
    result = comparison.result
    if not result:
        return {"comparison": comparison}
    return {
        "comparison": comparison,
        "figures": _side_by_side(result),
        "classes": _classes(result),
        "confusions": _confusions(result),
        "groups": _groups(result),
        "mcnemar": result["mcnemar"],
        "n": result["n"],
        "faces": list(enumerate(result["disagreements"])) if comparison.dataset.is_usable else [],
    }


def face_of(comparison: Comparison, position: int) -> bytes:
    """The PNG of one of the faces on which the models differ.

    Raises:
        NotFound: there is no such face, or the data set is gone.
    """
    listed = comparison.result.get("disagreements", [])
    if not comparison.dataset.is_usable or not 0 <= position < len(listed):
        raise NotFound(_("There is no such face."))
    try:
        with open_faces(comparison.dataset) as faces, zipfile.ZipFile(faces) as frozen:
            names = sorted(name for name in frozen.namelist() if name.startswith(FOLDERS[comparison.split]))
            return frozen.read(names[listed[position]["row"]])
    except FileNotFoundError as error:
        raise NotFound(_("There is no such face.")) from error


def _side_by_side(result: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per figure: what, both values, and the difference with its interval where there is one."""
    first, second = result["models"]
    gains = result["difference"]
    plain = [
        (_("Right answers"), "accuracy", gains["accuracy"], 1),
        (_("Macro-F1"), "macro_f1", gains["macro_f1"], 1),
        (_("Calibration error"), "ece", None, 1),
        (_("Negative log-likelihood"), "nll", None, 1),
        (_("Time per face, ms"), "ms_per_face", None, 1),
        (_("Size, MB"), "size_bytes", None, 1e6),
    ]
    rows = [_figure(name, first[key] / unit, second[key] / unit, gain) for name, key, gain, unit in plain]
    abstention = [(_("Share that is answered"), "coverage"), (_("Right among the answered"), "precision")]
    return rows + [_figure(name, first["abstention"][key], second["abstention"][key]) for name, key in abstention]


def _figure(name: str, first: float, second: float, gain: dict[str, Any] | None = None) -> dict[str, Any]:
    low, high = gain["interval"] if gain else (None, None)
    return {"name": name, "first": first, "second": second, "gain": second - first, "low": low, "high": high}


def _classes(result: dict[str, Any]) -> list[dict[str, Any]]:
    first, second = (model["per_class"] for model in result["models"])
    return [
        {**_figure(name, first[name]["f1"], second[name]["f1"], gain), "n": first[name]["n"]}
        for name, gain in result["difference"]["f1"].items()
    ]


def _confusions(result: dict[str, Any]) -> list[dict[str, Any]]:
    """For each model a table of truth by answer, in percent of the truth."""
    return [
        {
            "name": model["name"],
            "rows": [
                {
                    "name": str(truth),
                    "n": sum(counts),
                    "cells": [
                        {"percent": 100 * count / max(sum(counts), 1), "is_right": row == column}
                        for column, count in enumerate(counts)
                    ],
                }
                for row, (truth, counts) in enumerate(zip(EMOTIONS, model["confusion"], strict=True))
            ],
        }
        for model in result["models"]
    ]


def _groups(result: dict[str, Any]) -> list[dict[str, Any]]:
    names = {"light": _("Light"), "pose": _("Pose"), "size": _("Size of the face")}
    return [
        {
            "name": names.get(kind, kind),
            "rows": [{**row, "low": row["interval"][0], "high": row["interval"][1]} for row in rows],
        }
        for kind, rows in result.get("groups", {}).items()
    ]

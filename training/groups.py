"""How good two models are on groups of faces: by light, by size, by pose, and by whatever else the data says."""

from __future__ import annotations

from collections import Counter
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detector import load_detector
from inference.quality import measure_turn
from training.dataset import SIDE, FaceSet
from training.metrics import Scores

Names = NDArray[np.str_]

UNKNOWN = "unknown"
MOST_VALUES = 12  # of a column; more are no groups
_DARK, _BRIGHT = 80, 170  # mean grey level
_SIDES = (64, 128)  # px
_TURNS = (0.15, 0.35)  # see `measure_turn`
_SEARCHED_PX = 192  # the detector's own side


def groups_of(faces: FaceSet) -> dict[str, Names]:
    """The group of each picture by light, size, pose and every attribute column with few values.

    Args:
        faces: uint8 pictures; `attributes` may be empty.
    Returns:
        For each kind of grouping n names. The bounds are own choices; a turned head is one whose nose tip is off the
        middle between the eyes, as the face detector sees them; where it finds no face the pose is unknown.
    """
    groups = {"light": _by_light(faces.pictures), "pose": _by_pose(faces.pictures)}
    if faces.attributes:
        groups["size"] = np.array([_size_of(attributes.get(SIDE, "")) for attributes in faces.attributes])
    for column in sorted({name for attributes in faces.attributes for name in attributes} - {SIDE}):
        values = [attributes.get(column, UNKNOWN) for attributes in faces.attributes]
        if len(set(values)) <= MOST_VALUES:
            groups[column] = np.array(values)
    return groups


def measure_groups(first: Scores, second: Scores, faces: FaceSet) -> dict[str, list[dict[str, Any]]]:
    """Accuracy of two models in every group, largest group first.

    Args:
        first, second: float32 (n, 7).
    Returns:
        By kind of grouping one row per group: group, n, first and second (accuracy), difference (second minus first)
        and its 95 % interval, by the normal approximation of the mean of paired differences.
    """
    right = np.stack([(scores.argmax(axis=1) == faces.labels).astype(np.float64) for scores in (first, second)])
    return {
        kind: [_row(name, right[:, names == name]) for name, _ in Counter(names.tolist()).most_common()]
        for kind, names in groups_of(faces).items()
    }


def _row(name: str, right: NDArray[np.float64]) -> dict[str, Any]:
    gains = right[1] - right[0]
    gain = float(gains.mean())
    reach = 1.96 * float(gains.std(ddof=1)) / len(gains) ** 0.5 if len(gains) > 1 else 1.0
    return {
        "group": name,
        "n": len(gains),
        "first": float(right[0].mean()),
        "second": float(right[1].mean()),
        "difference": gain,
        "interval": [max(gain - reach, -1.0), min(gain + reach, 1.0)],
    }


def _by_light(pictures: NDArray[np.uint8]) -> Names:
    light = pictures.mean(axis=(1, 2, 3))
    return np.where(light < _DARK, "dark", np.where(light < _BRIGHT, "medium", "bright"))


def _size_of(side_px: str) -> str:
    if not side_px.isdecimal():
        return UNKNOWN
    small, large = _SIDES
    side = int(side_px)
    return f"under {small} px" if side < small else f"{small} to {large - 1} px" if side < large else f"{large} px on"


def _by_pose(pictures: NDArray[np.uint8]) -> Names:
    detector = load_detector()
    names = []
    for picture in pictures:
        faces = detector.detect(_with_room(picture))
        turn = measure_turn(faces[0].landmarks) if faces else None
        index = sum(turn >= bound for bound in _TURNS) if turn is not None else None
        names.append(UNKNOWN if index is None else ("frontal", "half turned", "turned")[index])
    return np.array(names)


def _with_room(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The crop in the middle of a frame, as a detector of whole frames expects it; uint8 (192, 192, 3)."""
    side = _SEARCHED_PX // 2
    grey = cv2.resize(picture[..., 0], (side, side), interpolation=cv2.INTER_LINEAR)
    framed = cv2.copyMakeBorder(grey, side // 2, side // 2, side // 2, side // 2, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.cvtColor(framed, cv2.COLOR_GRAY2BGR), dtype=np.uint8)

"""A face that changes: one portrait, warped smoothly around mouth, brows and lids.

No free package has pictures of changing faces. The engine really reads what is made here, and the pages of the
demonstration say that it is made. `POSES` were found by our own random search, small pulls first, until the shipped
model saw in each what it is called. Surprise and fear are missing: it saw them only where the face was torn.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

HEAD = np.s_[0:300, 74:374]  # rows and columns of skimage's portrait: head and shoulders
SIDE = 300
CHANGE_S = 0.7  # from one expression to the next
LEVELS = 10  # steps of a pose's strength; strengths are rounded to them, so that few pictures are warped

Picture = NDArray[np.uint8]
Plan = tuple[tuple[float, str], ...]  # from which second on the face shows what; "happy" is the portrait as it is
Blend = tuple[tuple[str, int], ...]

# Where the parts of the face lie in HEAD, px: x, y, and how far around them a pull reaches.
PARTS = {
    "corner": ((129, 141, 11, 9), (171, 142, 11, 9)),
    "cheek": ((122, 133, 9, 10), (176, 134, 9, 10)),
    "inner_brow": ((138, 90, 9, 8), (164, 92, 9, 8)),
    "outer_brow": ((119, 89, 9, 8), (185, 92, 9, 8)),
    "upper_lid": ((129, 95, 9, 5), (172, 97, 9, 5)),
    "lower_lid": ((129, 106, 9, 5), (172, 109, 9, 5)),
    "lower_lip": ((150, 154, 20, 9),),
    "upper_lip": ((149, 139, 16, 5),),
}

# How far each part is pulled, px: towards the middle of the face, and down.
POSES: dict[str, dict[str, tuple[float, float]]] = {
    "neutral": {
        "corner": (8, 12),
        "cheek": (2.4, 3.6),
        "inner_brow": (2, 0.1),
        "outer_brow": (0, -0.8),
        "upper_lid": (0, 2.3),
        "lower_lid": (0, -0.4),
        "lower_lip": (0, -2.3),
        "upper_lip": (0, 2),
    },
    "angry": {
        "corner": (8, 7.3),
        "cheek": (2.4, 2.2),
        "inner_brow": (0, 5.4),
        "outer_brow": (0, -5.1),
        "upper_lid": (0, -1.2),
        "lower_lid": (0, -0.4),
        "lower_lip": (0, -1.3),
        "upper_lip": (0, 1),
    },
    "sad": {
        "corner": (12, 11.8),
        "cheek": (3.6, 3.5),
        "inner_brow": (1.6, -5.6),
        "outer_brow": (0, 5),
        "upper_lid": (0, 4),
        "lower_lid": (0, -1),
        "lower_lip": (0, -3.6),
        "upper_lip": (0, 3),
    },
}


class ChangingFace:
    """The portrait as it looks at a moment of a plan.

    Args:
        portrait: (300, 300, 3) RGB.
        plan: in order of time.
    """

    def __init__(self, portrait: Picture, plan: Plan) -> None:
        self._portrait = portrait
        self._plan = plan
        self._warped: dict[Blend, Picture] = {}

    def at(self, t_s: float) -> Picture:
        """The face at this second."""
        blend = blend_at(self._plan, t_s)
        if blend not in self._warped:
            self._warped[blend] = warp(self._portrait, blend)
        return self._warped[blend]


def blend_at(plan: Plan, t_s: float) -> Blend:
    """How much of which pose a plan asks for at a moment, in LEVELS; empty for the portrait as it is."""
    index = max(number for number, (start_s, _) in enumerate(plan) if start_s <= t_s)
    start_s, now = plan[index]
    before = plan[max(index - 1, 0)][1]
    progress = min((t_s - start_s) / CHANGE_S, 1.0) if index else 1.0
    parts: dict[str, float] = {before: 1 - progress}
    parts[now] = parts.get(now, 0.0) + progress
    levels = {pose: round(LEVELS * share) for pose, share in parts.items() if pose in POSES}
    return tuple(sorted((pose, level) for pose, level in levels.items() if level))


def warp(portrait: Picture, blend: Blend) -> Picture:
    """The portrait, pulled by the blend's poses; (300, 300, 3) like what is given."""
    if not blend:
        return portrait
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    for pose, level in blend:
        across, down = _pulls(pose)
        columns -= level / LEVELS * across
        rows -= level / LEVELS * down
    layers = [map_coordinates(portrait[..., n], (rows, columns), order=1, mode="nearest") for n in range(3)]
    return np.stack(layers, axis=-1)


@cache
def _pulls(pose: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far a whole pose pulls each pixel, across and down."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    across, down = np.zeros_like(rows), np.zeros_like(rows)
    for part, (inwards, downwards) in POSES[pose].items():
        for side, (x, y, wide, high) in zip((1, -1), PARTS[part], strict=False):
            reach = np.exp(-(((columns - x) / wide) ** 2 + ((rows - y) / high) ** 2) / 2)
            across += side * inwards * reach
            down += downwards * reach
    return across, down

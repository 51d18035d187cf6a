"""Cuts: whether two frames that follow each other show the same place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.planes import AnyPicture, Planes, thin_plane
from inference.types import Box

_LONGER, _SHORTER = 64, 36  # of a sketch, px, whatever the frame's shape
_DOWN, _ACROSS = 3, 6  # how far a camera may turn between two frames, a tenth of the frame: px of the sketch
_SHIFTS = sorted(
    product(range(-_DOWN, _DOWN + 1), range(-_ACROSS, _ACROSS + 1)), key=lambda shift: abs(shift[0]) + abs(shift[1])
)
_FLAT = 3.0  # grey levels of standard deviation below which a picture has no structure to compare
_LEAST_SHARE = 0.15  # of the sketch that must be left beside the people

Cell = TypeVar("Cell", np.float32, np.bool_)

Sketch = NDArray[np.float32]
"""A frame in grey, float32 (36, 64)."""


@dataclass(frozen=True, slots=True)
class CutLimits:
    """How alike two sketches must be. Source: own measurement; docs/decisions.md, "A cut is a place that changed".

    Args:
        same_above: above this correlation nothing needs a closer look.
        cut_below: below it the place is another one.
        light_step: by how many grey levels a place without structure may brighten; most of it must keep to that.
    """

    same_above: float = 0.9
    cut_below: float = 0.6
    light_step: float = 40.0


def sketch_frame(frame: AnyPicture) -> Sketch:
    """Return a small grey sketch of a frame, uint8 (H, W, 3) BGR or planes, as float32 (36, 64)."""
    height, width = frame.shape[:2]
    step = max(min(height // (3 * _SHORTER), width // (3 * _LONGER)), 1)
    if isinstance(frame, Planes):
        return frame.thin_grey(step, (_LONGER, _SHORTER))
    small = cv2.resize(thin_plane(frame, step), (_LONGER, _SHORTER), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.float32)


def is_steady(before: Sketch, after: Sketch, limits: CutLimits | None = None) -> bool:
    """Whether the second frame, a little shifted perhaps, is so like the first that no cut can lie between them."""
    limits = limits or CutLimits()
    inner = before[_DOWN:-_DOWN, _ACROSS:-_ACROSS]
    if min(_spread(inner), _spread(after)) < _FLAT:
        return _correlate(before, after, np.ones_like(before, bool), limits) >= limits.same_above
    return float(cv2.matchTemplate(after, inner, cv2.TM_CCOEFF_NORMED).max()) >= limits.same_above


def is_cut(
    before: Sketch, after: Sketch, people: Iterable[Box], size: tuple[int, int], limits: CutLimits | None = None
) -> bool:
    """Whether the place around the people changed between two frames.

    The people are masked out: a room in which two people appear is still the same room. A camera may turn
    a little between the frames, and the light may change.

    Args:
        before, after: of `sketch_frame`.
        people: the faces of both frames, px.
        size: width and height of the frames, px.
        limits: by default `CutLimits()`.
    """
    limits = limits or CutLimits()
    background = _mask_people(people, size)
    if background.mean() < _LEAST_SHARE:
        background[:] = True
    return all(
        _correlate(
            _shift(before, y, x), _shift(after, -y, -x), _shift(background, y, x) & _shift(background, -y, -x), limits
        )
        < limits.cut_below
        for y, x in _SHIFTS
    )


def _spread(sketch: Sketch) -> float:
    """The standard deviation of its grey levels."""
    return float(cv2.meanStdDev(sketch)[1][0, 0])


def _shift(sketch: NDArray[Cell], down: int, across: int) -> NDArray[Cell]:
    """The part of a sketch that another one, shifted against it, shares with it."""
    height, width = sketch.shape
    return sketch[max(down, 0) : height + min(down, 0), max(across, 0) : width + min(across, 0)]


def _mask_people(people: Iterable[Box], size: tuple[int, int]) -> NDArray[np.bool_]:
    mask = np.ones((_SHORTER, _LONGER), bool)
    x_scale, y_scale = _LONGER / max(size[0], 1), _SHORTER / max(size[1], 1)
    for box in people:
        left, right = (box.x - box.w) * x_scale, (box.x + 2 * box.w) * x_scale
        top = (box.y - 0.5 * box.h) * y_scale  # a body goes on below
        mask[max(int(top), 0) :, max(int(left), 0) : max(int(np.ceil(right)), 0)] = False
    return mask


def _correlate(before: Sketch, after: Sketch, mask: NDArray[np.bool_], limits: CutLimits) -> float:
    """Pearson's correlation of the grey levels in the mask; where one has no structure, 1 or 0 by what stayed."""
    if not mask.any():
        return 0.0
    first, second = before[mask], after[mask]
    stayed = float((np.abs(first - second) <= limits.light_step).mean())
    first, second = first - first.mean(), second - second.mean()
    if min(first.std(), second.std()) < _FLAT:
        return 1.0 if stayed > 0.5 else 0.0
    scale = float(np.sqrt((first * first).sum() * (second * second).sum()))
    return float((first * second).sum()) / scale if scale > 0 else 0.0

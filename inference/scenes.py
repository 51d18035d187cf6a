"""What changed around the faces between two frames that follow each other: size, place, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from inference.cuts import Sketch, is_cut, is_steady
from inference.types import Box

Scale = tuple[float, float]
"""By what a picture became wider and higher."""

_SAME_SHAPE = 0.05  # Source: own; by how much width over height may differ in the same scene, larger or smaller


@dataclass(frozen=True, slots=True)
class Glance:
    """What is remembered of a frame, to be compared with the next one.

    Args:
        sketch: of `sketch_frame`.
        size: width and height of the frame, px.
        people: where faces are, or were a moment ago, px.
    """

    sketch: Sketch
    size: tuple[int, int]
    people: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class SceneChange:
    """What happened between a frame and the one before.

    Args:
        is_elsewhere: it shows another place: no face of before goes on.
        has_jumped: it looks so different that a face must look as before to be the same.
        scale: by what the picture was stretched; None where it was not.
    """

    is_elsewhere: bool = False
    has_jumped: bool = False
    scale: Scale | None = None


def judge_resize(before: tuple[int, int], after: tuple[int, int]) -> Scale | None:
    """Return by what a picture of one size, px, became one of another; None where it stayed, or is of another shape."""
    across, down = after[0] / before[0], after[1] / before[1]
    if before == after or abs(across / down - 1) > _SAME_SHAPE:
        return None
    return across, down


def is_alike(before: Glance, after: Glance) -> bool:
    """Whether two frames, of one size or the same picture larger or smaller, are so alike that no cut lies between."""
    is_reshaped = before.size != after.size and judge_resize(before.size, after.size) is None
    return not is_reshaped and is_steady(before.sketch, after.sketch)


def judge_change(before: Glance | None, after: Glance, *, is_calm: bool | None = None) -> SceneChange:
    """Compare a frame with the one before it.

    Args:
        before: the frame before; None for the first one.
        after: the frame.
        is_calm: what `is_alike` says of the two; None where it was not asked.
    """
    if before is None:
        return SceneChange(has_jumped=True)
    scale = judge_resize(before.size, after.size)
    if is_alike(before, after) if is_calm is None else is_calm:
        return SceneChange(scale=scale)
    if scale is None and before.size != after.size:
        return SceneChange(is_elsewhere=True, has_jumped=True)
    people = before.people if scale is None else tuple(_stretch(box, scale) for box in before.people)
    is_elsewhere = is_cut(before.sketch, after.sketch, (*people, *after.people), after.size)
    return SceneChange(is_elsewhere=is_elsewhere, has_jumped=True, scale=scale)


def _stretch(box: Box, scale: Scale) -> Box:
    across, down = scale
    return Box(box.x * across, box.y * down, box.w * across, box.h * down)

"""Where a frame has changed since it was last searched: a new face can only be there."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from inference.cuts import Sketch
from inference.types import Box

_CHANGED = 6.0  # grey levels of a cell; Source: own measurement, camera grain stays below it
_MARGIN = 3  # cells around what changed, so that a face is seen whole


class ChangeWatch:
    """Remembers, cell by cell of a sketch, what was there when it was last searched. Source: own."""

    def __init__(self) -> None:
        self._searched: Sketch | None = None

    def note_search(self, sketch: Sketch) -> None:
        """Note that the whole frame was searched."""
        self._searched = sketch.copy()

    def take(self, sketch: Sketch, known: Iterable[Box], size: tuple[int, int]) -> Box | None:
        """Return the part of a frame that must be looked at, and note that it was.

        Args:
            sketch: of `sketch_frame`.
            known: faces that are known to be in this frame, px; who is there is no news.
            size: width and height of the frame, px.
        Returns:
            Everything that changed, in one box, px of the frame; None where nothing did.
        """
        if self._searched is None:
            self.note_search(sketch)
            return Box(0.0, 0.0, float(size[0]), float(size[1]))
        changed = np.abs(sketch - self._searched) > _CHANGED
        height, width = sketch.shape
        across, down = size[0] / width, size[1] / height
        for box in known:
            left, right = int(np.ceil(box.x / across)), int((box.x + box.w) / across)
            top, bottom = int(np.ceil(box.y / down)), int((box.y + box.h) / down)
            changed[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = False
        rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        if len(rows) == 0:
            return None
        top, bottom = max(int(rows[0]) - _MARGIN, 0), min(int(rows[-1]) + 1 + _MARGIN, height)
        left, right = max(int(columns[0]) - _MARGIN, 0), min(int(columns[-1]) + 1 + _MARGIN, width)
        self._searched[top:bottom, left:right] = sketch[top:bottom, left:right]
        return Box(left * across, top * down, (right - left) * across, (bottom - top) * down)

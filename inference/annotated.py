"""A video with what was read drawn into it: a box around each face, its scores, or nothing of the face at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

import cv2
import numpy as np

from inference.container import MediaSource, VideoLimits
from inference.types import Box, Picture
from inference.video import VideoReader
from inference.video_writer import VideoWriter

# Source: own. A blurred face stays blurred for this long before and after each reading of it, and between two of them.
BLUR_HOLD_MS = 1000
# Source: own. So much wider than the box on each side: hair, ears and chin are no part of a tight box.
_BLUR_MARGIN = 0.35
_BLUR_BLOCKS = 4  # Source: own; 16 colours are left of a face, while people are told apart from some 16 x 16 px on
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class FaceMark:
    """What to draw for one face at one moment.

    Args:
        t_ms: the reading's time.
        face: its number; the marks of one face belong together.
        box: pixels of the frame as it was read.
        label: one line of ASCII; empty: none.
        colour: of the box, BGR.
        bars: up to seven pairs of a share in [0, 1] and a BGR colour; drawn under the box.
        is_blurred: whether the face is made unrecognisable.
        is_drawn: whether it has a box; one that has none may be blurred all the same.
    """

    t_ms: int
    face: int
    box: Box
    label: str
    colour: Colour
    bars: tuple[tuple[float, Colour], ...] = ()
    is_blurred: bool = False
    is_drawn: bool = True


def annotate_video(
    source: MediaSource,
    out: IO[bytes],
    marks: Iterator[FaceMark],
    *,
    step_ms: int,
    limits: VideoLimits | None = None,
    note: Callable[[int], None] = lambda _ms: None,
) -> None:
    """Write the video anew, every frame at its own time, with the marks drawn; without sound.

    A box moves evenly between two readings of a face and stays for one and a half steps after the last one.

    Args:
        source: a local file, or an opened one that can seek.
        out: a file that can seek; MP4 is written to it.
        marks: in order of time.
        step_ms: how far apart readings are.
        limits: of the video.
        note: called with how many ms were written since its last call; it may raise to stop.
    Raises:
        UnreadableVideo, MediaTooLarge: as for `VideoReader`.
    """
    timeline, writer, reported_ms = _Timeline(marks, step_ms), None, 0
    with VideoReader(source, every_ms=1, limits=limits) as frames:
        try:
            for frame in frames:
                height, width = frame.picture.shape[:2]
                if writer is None:
                    writer = VideoWriter(out, width=width, height=height).__enter__()
                writer.show(_draw(frame.picture, timeline, frame.t_ms), frame.t_ms)
                note(frame.t_ms - reported_ms)
                reported_ms = frame.t_ms
        except BaseException as error:
            if writer is not None:
                writer.__exit__(type(error), error, None)
            raise
    if writer is not None:
        writer.__exit__(None, None, None)


class _Timeline:
    """The marks around a moment, taken from the stream as far as is needed and forgotten when they are over."""

    def __init__(self, marks: Iterator[FaceMark], step_ms: int) -> None:
        self._marks = marks
        self._next = next(marks, None)
        self._near: dict[int, deque[FaceMark]] = {}
        self._step_ms = step_ms

    def move_to(self, t_ms: int) -> None:
        """Hold what lies up to `BLUR_HOLD_MS` around the moment; moments come in order."""
        while self._next is not None and self._next.t_ms <= t_ms + BLUR_HOLD_MS:
            self._near.setdefault(self._next.face, deque()).append(self._next)
            self._next = next(self._marks, None)
        for face in list(self._near):
            marks = self._near[face]
            while marks and marks[0].t_ms < t_ms - BLUR_HOLD_MS:
                marks.popleft()
            if not marks:
                del self._near[face]

    def hidden(self) -> list[Box]:
        """What to blur: of each such face one box around all that is held of it."""
        return [_around([mark.box for mark in marks]) for marks in self._near.values() if marks[0].is_blurred]

    def shown(self, t_ms: int) -> list[tuple[FaceMark, Box]]:
        """The newest mark of each face, and where the face is now."""
        drawn = []
        for marks in self._near.values():
            before = next((mark for mark in reversed(marks) if mark.t_ms <= t_ms), None)
            after = next((mark for mark in marks if mark.t_ms > t_ms), None)
            if before is None or not before.is_drawn:
                continue
            if after is not None and after.t_ms - before.t_ms <= self._step_ms * 3 // 2:
                share = (t_ms - before.t_ms) / (after.t_ms - before.t_ms)
                drawn.append((before, _between(before.box, after.box, share)))
            elif t_ms - before.t_ms <= self._step_ms * 3 // 2:
                drawn.append((before, before.box))
        return drawn


def _draw(picture: Picture, timeline: _Timeline, t_ms: int) -> Picture:
    timeline.move_to(t_ms)
    drawn = picture.copy()
    for box in timeline.hidden():
        _blur(drawn, box)
    for mark, box in timeline.shown(t_ms):
        _frame(drawn, mark, box)
    return drawn


def _around(boxes: list[Box]) -> Box:
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.x + box.w for box in boxes), max(box.y + box.h for box in boxes)
    return Box(left, top, right - left, bottom - top)


def _between(first: Box, second: Box, share: float) -> Box:
    pairs = ((first.x, second.x), (first.y, second.y), (first.w, second.w), (first.h, second.h))
    return Box(*(a + (b - a) * share for a, b in pairs))


def _blur(picture: Picture, box: Box) -> None:
    """Leave a few large patches of colour of what lies in and around the box."""
    height, width = picture.shape[:2]
    left = max(0, int(box.x - box.w * _BLUR_MARGIN))
    top = max(0, int(box.y - box.h * _BLUR_MARGIN))
    right = min(width, int(box.x + box.w * (1 + _BLUR_MARGIN)) + 1)
    bottom = min(height, int(box.y + box.h * (1 + _BLUR_MARGIN)) + 1)
    if right <= left or bottom <= top:
        return
    piece = picture[top:bottom, left:right]
    patches = cv2.resize(piece, (_BLUR_BLOCKS, _BLUR_BLOCKS), interpolation=cv2.INTER_AREA)
    wide = cv2.resize(patches, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
    picture[top:bottom, left:right] = np.asarray(wide, dtype=np.uint8)


def _frame(picture: Picture, mark: FaceMark, box: Box) -> None:
    unit = max(1, round(max(picture.shape[:2]) / 640))
    left, top, right, bottom = (round(v) for v in (box.x, box.y, box.x + box.w, box.y + box.h))
    cv2.rectangle(picture, (left, top), (right, bottom), mark.colour, 2 * unit)
    _bars(picture, mark, (left, bottom + 2 * unit, right))
    if not mark.label:
        return
    text = mark.label.encode("ascii", "replace").decode()
    size, scale = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.5 * unit, unit)[0], 0.5 * unit
    base = top - 5 * unit if top > size[1] + 8 * unit else top + size[1] + 6 * unit
    corner = (left + size[0] + 6 * unit, base + 4 * unit)
    cv2.rectangle(picture, (left, base - size[1] - 4 * unit), corner, mark.colour, cv2.FILLED)
    light = sum(mark.colour) > 380
    ink = _BLACK if light else _WHITE
    cv2.putText(picture, text, (left + 3 * unit, base), cv2.FONT_HERSHEY_SIMPLEX, scale, ink, unit, cv2.LINE_AA)


def _bars(picture: Picture, mark: FaceMark, edges: tuple[int, int, int]) -> None:
    """A row of bars below the box, one for each score."""
    left, top, right = edges
    if not mark.bars or right - left < 2 * len(mark.bars):
        return
    high, wide = max(8, (right - left) // 3), (right - left) / len(mark.bars)
    for number, (share, colour) in enumerate(mark.bars):
        x0, x1 = round(left + number * wide), round(left + (number + 1) * wide) - 1
        cv2.rectangle(picture, (x0, top), (x1, top + max(1, round(high * share))), colour, cv2.FILLED)

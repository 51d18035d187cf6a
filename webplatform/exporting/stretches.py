"""Stretches of time in which a face shows one expression: what captions and annotations are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from webplatform.exporting.content import Reading


@dataclass(frozen=True, slots=True)
class Stretch:
    """One face, one expression, without a break: from the first reading to where the last one stops to count.

    Args:
        from_ms, to_ms: ms from the session's start; `to_ms` is the first moment after it.
        is_corrected: whether a person said so.
    """

    face: int
    expression: str
    from_ms: int
    to_ms: int
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class Caption:
    """A time in which the same faces show the same expressions, by face."""

    from_ms: int
    to_ms: int
    shown: tuple[Stretch, ...]


def stretches_of(readings: Iterable[Reading], *, step_ms: int) -> list[Stretch]:
    """The stretches in order of time and face.

    A stretch ends where the expression changes, where there is no verdict, and where the face is away for more than
    one and a half steps, as on the session's page. Its last reading counts for one step at most.
    """
    open_ones: dict[int, Stretch] = {}
    last_ms: dict[int, int] = {}
    closed: list[Stretch] = []
    for reading in readings:
        before = open_ones.pop(reading.face, None)
        gap_ms = reading.t_ms - last_ms.get(reading.face, reading.t_ms)
        last_ms[reading.face] = reading.t_ms
        if before is not None and (gap_ms > step_ms * 3 // 2 or not _goes_on(before, reading)):
            closed.append(_until(before, min(before.to_ms, reading.t_ms)))
            before = None
        if reading.shown is not None:
            open_ones[reading.face] = _until(before or _begin(reading), reading.t_ms + step_ms)
    return sorted([*closed, *open_ones.values()], key=lambda stretch: (stretch.from_ms, stretch.face))


def captions_of(stretches: Iterable[Stretch]) -> Iterator[Caption]:
    """The stretches as captions that follow each other: none begins before the one before it has ended."""
    waiting = sorted(stretches, key=lambda stretch: stretch.from_ms)
    moments = sorted({moment for stretch in waiting for moment in (stretch.from_ms, stretch.to_ms)})
    shown: list[Stretch] = []
    place = 0
    for from_ms, to_ms in pairwise(moments):
        shown = [stretch for stretch in shown if stretch.to_ms > from_ms]
        while place < len(waiting) and waiting[place].from_ms <= from_ms:
            shown.append(waiting[place])
            place += 1
        if shown:
            yield Caption(from_ms, to_ms, tuple(sorted(shown, key=lambda stretch: stretch.face)))


def _goes_on(before: Stretch, reading: Reading) -> bool:
    return before.expression == reading.shown and before.is_corrected == (reading.corrected is not None)


def _begin(reading: Reading) -> Stretch:
    is_corrected = reading.corrected is not None
    return Stretch(reading.face, str(reading.shown), reading.t_ms, reading.t_ms, is_corrected)


def _until(stretch: Stretch, to_ms: int) -> Stretch:
    return Stretch(stretch.face, stretch.expression, stretch.from_ms, to_ms, stretch.is_corrected)

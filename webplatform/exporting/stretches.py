"""Stretches of time in which a person shows one expression: what captions and annotations are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from webplatform.exporting.content import Reading


@dataclass(frozen=True, slots=True)
class Stretch:
    """One person, one expression, without a break: from the first reading to where the last one stops to count.

    Args:
        person: what the person is called.
        from_ms, to_ms: ms from the session's start; `to_ms` is the first moment after it.
        is_corrected: whether a person said so.
    """

    person: str
    expression: str
    from_ms: int
    to_ms: int
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class Caption:
    """A time in which the same people show the same expressions, by person."""

    from_ms: int
    to_ms: int
    shown: tuple[Stretch, ...]


def stretches_of(
    readings: Iterable[Reading], *, step_ms: int, excluded: Iterable[tuple[int, int]] = ()
) -> list[Stretch]:
    """The stretches in order of time and person; readings of nobody are passed over.

    A stretch ends where the expression changes, where there is no verdict, and where the person is away for more than
    one and a half steps, as on the session's page. Its last reading counts for one step at most. Where a person has
    two readings at one moment, a corrected one counts, else the first one with a verdict.

    Args:
        excluded: times that are left out, from and to in ms: no stretch reaches into one.
    """
    open_ones: dict[str, Stretch] = {}
    last_ms: dict[str, int] = {}
    closed: list[Stretch] = []
    for person, reading in _one_each(readings):
        before = open_ones.pop(person, None)
        gap_ms = reading.t_ms - last_ms.get(person, reading.t_ms)
        last_ms[person] = reading.t_ms
        if before is not None and (gap_ms > step_ms * 3 // 2 or not _goes_on(before, reading)):
            closed.append(_with_end(before, min(before.to_ms, reading.t_ms)))
            before = None
        if reading.shown is not None:
            open_ones[person] = _with_end(before or _begin(reading, person), reading.t_ms + step_ms)
    stretches = [*closed, *open_ones.values()]
    for from_ms, to_ms in excluded:
        stretches = [piece for stretch in stretches for piece in _without(stretch, from_ms, to_ms)]
    return sorted((one for one in stretches if one.to_ms > one.from_ms), key=lambda one: (one.from_ms, one.person))


def captions_of(stretches: Iterable[Stretch]) -> Iterator[Caption]:
    """The stretches as captions that follow each other: none begins before the one before it has ended."""
    waiting = sorted(stretches, key=lambda stretch: stretch.from_ms)
    moments = sorted({moment for stretch in waiting for moment in (stretch.from_ms, stretch.to_ms)})
    current: list[Stretch] = []
    index = 0
    for from_ms, to_ms in pairwise(moments):
        current = [stretch for stretch in current if stretch.to_ms > from_ms]
        while index < len(waiting) and waiting[index].from_ms <= from_ms:
            current.append(waiting[index])
            index += 1
        if current:
            yield Caption(from_ms, to_ms, tuple(sorted(current, key=lambda stretch: stretch.person)))


def _one_each(readings: Iterable[Reading]) -> Iterator[tuple[str, Reading]]:
    """For each moment one reading of each person: two faces may be one, where somebody said so."""
    for _t_ms, simultaneous in groupby(readings, key=lambda reading: reading.t_ms):
        best: dict[str, Reading] = {}
        for reading in simultaneous:
            person = reading.named.title if reading.named else None
            if person is not None and (person not in best or _rank(reading) > _rank(best[person])):
                best[person] = reading
        yield from best.items()


def _rank(reading: Reading) -> tuple[bool, bool]:
    return reading.corrected is not None, reading.shown is not None


def _goes_on(before: Stretch, reading: Reading) -> bool:
    return before.expression == reading.shown and before.is_corrected == (reading.corrected is not None)


def _begin(reading: Reading, person: str) -> Stretch:
    is_corrected = reading.corrected is not None
    return Stretch(person, str(reading.shown), reading.t_ms, reading.t_ms, is_corrected)


def _with_end(stretch: Stretch, to_ms: int) -> Stretch:
    return replace(stretch, to_ms=to_ms)


def _without(stretch: Stretch, from_ms: int, to_ms: int) -> Iterator[Stretch]:
    """What is left of the stretch where this time is taken out of it."""
    if stretch.from_ms < from_ms:
        yield replace(stretch, to_ms=min(stretch.to_ms, from_ms))
    if stretch.to_ms > to_ms:
        yield replace(stretch, from_ms=max(stretch.from_ms, to_ms))

"""Stretches of a video's time that hold no picture although the file should have one."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

MOST_GAPS = 100  # Source: own; a list for people, and a bound on memory.


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time without a picture, in ms as a player counts: from `from_ms` up to `to_ms`."""

    from_ms: int
    to_ms: int

    @property
    def length_ms(self) -> int:
        """How long the stretch is, ms."""
        return self.to_ms - self.from_ms


class GapLog:
    """Collects gaps in order of time: all count in the sum, the longest `MOST_GAPS` are kept.

    Attributes:
        total_ms: length of all gaps so far, ms.
    """

    def __init__(self) -> None:
        self.total_ms = 0
        self._longest: list[tuple[int, int, int]] = []

    def add(self, from_ms: int, to_ms: int) -> None:
        """Record a stretch without a picture; one that is empty is none."""
        if to_ms <= from_ms:
            return
        self.total_ms += to_ms - from_ms
        heapq.heappush(self._longest, (to_ms - from_ms, from_ms, to_ms))
        if len(self._longest) > MOST_GAPS:
            heapq.heappop(self._longest)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The longest gaps, in order of time."""
        return tuple(Gap(start, end) for _, start, end in sorted(self._longest, key=lambda gap: gap[1]))

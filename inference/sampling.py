"""Which frames are looked at: the clock of a stream, the grid of times, and the packets that may stay undecoded."""

from __future__ import annotations

import heapq
from fractions import Fraction

CLOCK_JUMP_MS = 1000.0
_MOST_CELLS = 64


class FrameClock:
    """Turns presentation timestamps into ms as a player counts, which never run backwards.

    A missing timestamp continues at the stream's usual interval. A frame that is late by up to a second keeps the
    last frame's time. A step back of more than a second is a new clock (joined recordings): time goes on from the
    last frame. Source: own.

    Args:
        time_base: s per tick.
        interval_ms: the usual time between two frames.
        zero_ms: the timestamp, in ms, where a player's time begins; None begins it with the first frame.
    """

    def __init__(self, time_base: Fraction, interval_ms: float, *, zero_ms: Fraction | None = None) -> None:
        self._ms_per_tick = time_base * 1000
        self._interval_ms = interval_ms
        self._origin = zero_ms
        self._last_ms = 0.0
        self._has_begun = False
        self.is_rebased = False

    def read(self, pts: int | None) -> int:
        """Return the time of the next frame in presentation order, in ms.

        Args:
            pts: its timestamp in ticks of the time base, or None.
        """
        self._last_ms = self._advance(pts)
        self._has_begun = True
        return round(self._last_ms)

    def peek(self, pts: int) -> int | None:
        """Return the time that a timestamp stands for, in ms, without moving on; None before the first frame."""
        if self._origin is None:
            return None
        return round(self._since(pts, self._origin))

    def _since(self, pts: int, origin: Fraction) -> float:
        """The time in ms since a place: as exact as fractions, whose own arithmetic is ten times slower."""
        ms = self._ms_per_tick
        ticks = pts * ms.numerator * origin.denominator - origin.numerator * ms.denominator
        return ticks / (ms.denominator * origin.denominator)

    def _advance(self, pts: int | None) -> float:
        usual_ms = self._last_ms + self._interval_ms if self._has_begun else 0.0
        if pts is None:
            return usual_ms
        if self._origin is None:
            self._origin = pts * self._ms_per_tick - Fraction(usual_ms)
        t_ms = self._since(pts, self._origin)
        if t_ms >= self._last_ms - CLOCK_JUMP_MS:
            return max(t_ms, self._last_ms)
        self.is_rebased = True
        self._origin = pts * self._ms_per_tick - Fraction(usual_ms)
        return usual_ms


class SampleGrid:
    """Chooses the first frame in each cell `[k * every_ms, (k + 1) * every_ms)` of the clock.

    Args:
        every_ms: length of a cell, ms.
        before_ms: when the last frame was shown that somebody else has seen, ms; -1: there is none.
    """

    def __init__(self, every_ms: int, *, before_ms: int = -1) -> None:
        if every_ms < 1:
            raise ValueError("every_ms must be at least 1.")
        self._every_ms = every_ms
        self._cell = before_ms // every_ms

    def is_due(self, t_ms: int) -> bool:
        """Whether the frame at this time is sampled; times must come in presentation order."""
        cell = t_ms // self._every_ms
        if cell <= self._cell:
            return False
        self._cell = cell
        return True


class SkipPlan:
    """Says which packets hold no frame that will be sampled, and keeps count of frames left undecoded.

    Packets come in decoding order. One that is not the earliest known of its cell cannot be the first frame of it,
    so it may be skipped where no other frame needs it; the plan errs only towards decoding too much.
    """

    def __init__(self, every_ms: int) -> None:
        self._every_ms = every_ms
        self._earliest: dict[int, int] = {}
        self._left_out: list[int] = []

    def note(self, t_ms: int) -> None:
        """Learn of a packet ahead, by its presentation time in ms."""
        cell = t_ms // self._every_ms
        self._earliest[cell] = min(t_ms, self._earliest.get(cell, t_ms))
        if len(self._earliest) > _MOST_CELLS:
            del self._earliest[min(self._earliest)]

    def may_skip(self, t_ms: int) -> bool:
        """Whether the frame at this time is certainly not the first of its cell."""
        earliest = self._earliest.get(t_ms // self._every_ms)
        return earliest is not None and t_ms > earliest

    def offer(self, pts: int) -> None:
        """Record a packet that the decoder was allowed to leave out."""
        heapq.heappush(self._left_out, pts)

    def settle(self, pts: int | None) -> tuple[int, int | None]:
        """Count the offered packets before a decoded frame that brought no frame.

        Args:
            pts: timestamp of the frame that came out; None settles all that are left.
        Returns:
            How many frames were left undecoded since the last call, and the timestamp of the last of them.
        """
        left_out, last = 0, None
        while self._left_out and (pts is None or self._left_out[0] <= pts):
            offered = heapq.heappop(self._left_out)
            if offered != pts:
                left_out, last = left_out + 1, offered
        return left_out, last

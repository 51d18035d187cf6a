"""A part of a video's picture stream that is decoded on its own: from one key frame to another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Where a part of a stream begins and ends.

    Args:
        start: timestamp of its first picture in ticks of the stream, a key frame; None: the stream's beginning.
        stop: timestamp of the key frame that it ends before; None: the stream's end.
        from_ms, to_ms: the same in ms as a player counts; `to_ms` of the last one is what the header states.
        before_ms: when the last frame before it is shown, ms; -1 for the first part.
    """

    start: int | None = None
    stop: int | None = None
    from_ms: int = 0
    to_ms: int = 0
    before_ms: int = -1

    @property
    def length_ms(self) -> int:
        """How much time it covers, ms."""
        return max(self.to_ms - self.from_ms, 0)


WHOLE = Span()
"""All of a stream."""

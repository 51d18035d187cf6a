"""How the reading of a video, or of a part of one, ended: what was counted, and where the picture stopped."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inference.gaps import MOST_GAPS, Gap

_SHORTFALL_MS = 500


@dataclass(frozen=True, slots=True)
class VideoEnd:
    """How the reading of a video ended.

    Args:
        frames_decoded: frames of the stream that were passed: sampled and skipped. Frames that are too damaged
            to be decoded are not among them.
        frames_sampled: frames that were handed out.
        frames_left_out: those of the skipped frames that the decoder did not even decode, as no other needs them.
        ended_at_ms: where the last frame ends, ms.
        expected_ms: the length that the header stated; None where it did not say.
        damaged_packets: pieces of the stream that could not be decoded.
        frames_damaged: frames of the stream that were too damaged to be decoded.
        missing: stretches without a picture that the file should have had; the longest 100.
        missing_ms: length of all such stretches, ms.
    """

    frames_decoded: int
    frames_sampled: int
    frames_left_out: int
    ended_at_ms: int
    expected_ms: int | None
    damaged_packets: int
    frames_damaged: int = 0
    missing: tuple[Gap, ...] = ()
    missing_ms: int = 0

    @property
    def frames_skipped(self) -> int:
        """Frames that were passed but not sampled."""
        return self.frames_decoded - self.frames_sampled

    @property
    def is_partial(self) -> bool:
        """Whether the picture ended more than half a second before the end that the header stated for it."""
        return self.expected_ms is not None and self.expected_ms - self.ended_at_ms > _SHORTFALL_MS


@dataclass(frozen=True, slots=True)
class PartEnd:
    """How the decoding of one part of a stream ended.

    Args:
        frames_passed, frames_sampled, frames_left_out, damaged_packets, frames_damaged: as in `VideoEnd`.
        last_ms: when the last frame begins, ms; 0 where there is none.
        ended_at_ms: where the last frame ends, by its own word, ms.
        missing: as in `VideoEnd`, of this part.
        missing_ms: as in `VideoEnd`, of this part.
        own_end_ms: where the file says that the picture ends, ms; None where it does not.
        whole_end_ms: where the file says that all its streams end, ms; None where it does not.
        sound_end_ms: where the sound that was passed ends, ms; None where there was none.
        stated_frames: how many frames the header counts; 0 where it does not.
        is_broken: whether reading the file ended with an error.
    """

    frames_passed: int
    frames_sampled: int
    frames_left_out: int
    damaged_packets: int
    frames_damaged: int
    last_ms: int
    ended_at_ms: int
    missing: tuple[Gap, ...] = ()
    missing_ms: int = 0
    own_end_ms: int | None = None
    whole_end_ms: int | None = None
    sound_end_ms: float | None = None
    stated_frames: int = 0
    is_broken: bool = False


def end_of(parts: Sequence[PartEnd]) -> VideoEnd:
    """Return how a video ended whose parts, at least one, ended so, in their order."""
    expected_ms = _expected_ms(parts)
    return VideoEnd(
        frames_decoded=sum(part.frames_passed for part in parts),
        frames_sampled=sum(part.frames_sampled for part in parts),
        frames_left_out=sum(part.frames_left_out for part in parts),
        ended_at_ms=_ended_at_ms(parts, expected_ms),
        expected_ms=expected_ms,
        damaged_packets=sum(part.damaged_packets for part in parts),
        frames_damaged=sum(part.frames_damaged for part in parts),
        missing=_longest(_mend(gap for part in parts for gap in part.missing)),
        missing_ms=sum(part.missing_ms for part in parts),
    )


def _expected_ms(parts: Sequence[PartEnd]) -> int | None:
    """Where the picture should end, once all was read: its own word, or the file's where no sound outlasted it."""
    own_ms, whole_ms = parts[-1].own_end_ms, parts[-1].whole_end_ms
    if own_ms is not None:
        return own_ms
    sound_ms = max((part.sound_end_ms for part in parts if part.sound_end_ms is not None), default=None)
    is_the_sounds = whole_ms is not None and sound_ms is not None and sound_ms >= whole_ms - _SHORTFALL_MS
    return None if is_the_sounds else whole_ms


def _ended_at_ms(parts: Sequence[PartEnd], expected_ms: int | None) -> int:
    """Where the last frame ends. Its own length is not to be trusted: with B-frames it is that of another."""
    last_ms, ended_at_ms = max(part.last_ms for part in parts), max(part.ended_at_ms for part in parts)
    if expected_ms is None or expected_ms <= last_ms:
        return ended_at_ms
    stated, passed = parts[-1].stated_frames, sum(part.frames_passed for part in parts)
    has_all = stated > 1 and passed >= stated and not any(part.is_broken for part in parts)
    return expected_ms if has_all or expected_ms < ended_at_ms else ended_at_ms


def _mend(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """Put gaps together, in order of time, of which one ends where the next one begins."""
    open_gap: Gap | None = None
    for gap in gaps:
        if open_gap is not None and open_gap.to_ms == gap.from_ms:
            open_gap = Gap(open_gap.from_ms, gap.to_ms)
            continue
        if open_gap is not None:
            yield open_gap
        open_gap = gap
    if open_gap is not None:
        yield open_gap


def _longest(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    longest = heapq.nlargest(MOST_GAPS, gaps, key=lambda gap: gap.length_ms)
    return tuple(sorted(longest, key=lambda gap: gap.from_ms))

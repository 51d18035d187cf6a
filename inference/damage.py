"""Which parts of a stream are damaged: frames that cannot be trusted, and the gaps that they leave."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from av.video.frame import VideoFrame

from inference.demuxer import Hole
from inference.gaps import GapLog

_RIPPLE_MS = 10_000.0  # Source: own; streams without key frames refresh the whole picture within a few seconds.
_B_PICTURE = 3  # AV_PICTURE_TYPE_B of ffmpeg
_STEADY_INTERVALS = 5
_MOST_SENT = 64
_ROUNDING_MS = 2


class DamageWatch:
    """Follows damage through a stream: from the frame that it hits to the next one that needs no other.

    Frames are known by a mark, the timestamp of their packet, which the decoder hands on to the frame.

    Args:
        interval_ms: the usual time between two frames.
        is_steady: whether a long step in time alone shows that frames are missing (MPEG programme streams).
        time_of: gives the time in ms that a mark stands for, or None.

    Attributes:
        frames: damaged frames so far.
        log: the stretches without a picture.
        is_rippling: whether frames are predicted from a damaged one now.
    """

    def __init__(self, interval_ms: float, *, is_steady: bool, time_of: Callable[[int], int | None]) -> None:
        self.frames = 0
        self.log = GapLog()
        self.is_rippling = False
        self._interval_ms = interval_ms
        self._is_steady = is_steady
        self._time_of = time_of
        self._sent: list[int] = []
        self._clean: set[int] = set()
        self._ripple_from_ms: float | None = None
        self._end_ms: float | None = None
        self._lost_from_ms: float | None = None
        self._lost_to_ms = 0.0
        self._is_lost = False

    def send(self, mark: int | None) -> None:
        """Note a packet that the decoder took; its frame may come later."""
        if mark is not None:
            heapq.heappush(self._sent, mark)
            if len(self._sent) > _MOST_SENT:
                heapq.heappop(self._sent)

    def refuse(self, t_ms: int | None, *, is_needed: bool) -> None:
        """Note a packet that is damaged.

        Args:
            t_ms: the time of its frame, ms; None where unknown.
            is_needed: whether other frames may be predicted from its frame.
        """
        self.frames += 1
        self._protect()
        self._begin(None if t_ms is None else float(t_ms))
        if t_ms is not None:
            self._lost_to_ms = max(self._lost_to_ms, t_ms + self._interval_ms)
        if is_needed:
            self._ripple()

    def lose(self, hole: Hole) -> None:
        """Note that frames are missing before the packet that comes next."""
        self.frames += hole.frames
        self._begin(None)
        self._ripple()

    def pass_by(self, t_ms: int) -> None:
        """Note a whole frame at this time that was left undecoded on purpose."""
        if not self._is_lost:
            self._end_ms = max(self._end_ms or 0.0, t_ms + self._interval_ms)

    def accept(self, frame: VideoFrame, t_ms: int, length_ms: float, *, is_ordered: bool) -> bool:
        """Judge a frame that came out of the decoder, in the order of time; return whether it can be trusted.

        Args:
            frame: the frame; its timestamp is its mark.
            t_ms, length_ms: when it is shown, and for how long by the stream's usual pace, ms.
            is_ordered: whether marks grow with time.
        """
        silent = self._take(frame.pts, is_ordered=is_ordered or (self.is_rippling and bool(frame.key_frame)))
        was_clean = frame.pts in self._clean
        self._clean.discard(-1 if frame.pts is None else frame.pts)
        if self.is_rippling and not was_clean:
            self._miss(silent)
            if not frame.is_corrupt and self._is_healed(frame, t_ms):
                self.is_rippling = False
        if frame.is_corrupt or (self.is_rippling and not was_clean):
            self._spoil(frame, t_ms)
            return False
        self._close(t_ms, was_clean=was_clean)
        self._end_ms = max(self._end_ms or 0.0, t_ms + length_ms)
        return True

    def finish(self, goes_on_ms: int | None = None) -> None:
        """Close the last stretch where the stream ended in it.

        Args:
            goes_on_ms: where only this part of the stream ended, the time of the key frame that comes next, ms.
        """
        if goes_on_ms is not None:
            if self.is_rippling:
                self._miss([mark for mark in self._sent if mark not in self._clean])
            self._close(goes_on_ms, was_clean=False)
            return
        if self._is_lost and self._lost_from_ms is not None:
            self.log.add(round(self._lost_from_ms), round(self._lost_to_ms))

    def _take(self, mark: int | None, *, is_ordered: bool) -> list[int]:
        """Forget what was sent up to this frame; return the marks of the packets before it that brought none."""
        if mark is None:
            return []
        if not is_ordered:
            if mark in self._sent:
                self._sent.remove(mark)
                heapq.heapify(self._sent)
            return []
        silent = []
        while self._sent and self._sent[0] <= mark:
            sent = heapq.heappop(self._sent)
            silent += [sent] if sent != mark else []
        return silent

    def _miss(self, silent: list[int]) -> None:
        """Count packets that brought no frame, and let the stretch reach back to the first of them."""
        self.frames += len(silent)
        for mark in silent:
            t_ms = self._time_of(mark)
            if t_ms is not None:
                self._begin(float(t_ms))

    def _spoil(self, frame: VideoFrame, t_ms: int) -> None:
        self.frames += 1
        self._begin(float(t_ms))
        self._lost_to_ms = max(self._lost_to_ms, t_ms + self._interval_ms)
        if frame.is_corrupt and int(frame.pict_type) != _B_PICTURE:
            self._ripple()

    def _ripple(self) -> None:
        self._protect()
        self.is_rippling = True
        self._ripple_from_ms = None

    def _protect(self) -> None:
        """Remember what was sent before the damage: its frames come out whole."""
        if not self.is_rippling:
            self._clean.update(self._sent)

    def _is_healed(self, frame: VideoFrame, t_ms: int) -> bool:
        if self._ripple_from_ms is None:
            self._ripple_from_ms = float(t_ms)
        return bool(frame.key_frame) or t_ms - self._ripple_from_ms > _RIPPLE_MS

    def _begin(self, t_ms: float | None) -> None:
        """Begin a stretch without a picture at a damaged frame, or at the end of the last one that was seen."""
        start_ms = self._end_ms if t_ms is None else t_ms
        if not self._is_lost:
            self._is_lost, self._lost_from_ms = True, start_ms
        elif start_ms is not None and self._lost_from_ms is not None:
            self._lost_from_ms = min(self._lost_from_ms, start_ms)

    def _close(self, t_ms: int, *, was_clean: bool) -> None:
        """End a stretch, if there is one, at a frame that can be trusted."""
        if not self._is_lost:
            if self._is_steady and self._end_ms is not None:
                is_late = t_ms - self._end_ms > _STEADY_INTERVALS * self._interval_ms
                self.log.add(round(self._end_ms), t_ms if is_late else 0)
            return
        start_ms = t_ms if self._lost_from_ms is None else self._lost_from_ms
        if self._is_steady and self._end_ms is not None:
            start_ms = min(start_ms, self._end_ms)
        if was_clean or t_ms < start_ms - _ROUNDING_MS:
            # Sent before the damage, it came out after it: what lies before it is a stretch of its own.
            if t_ms > start_ms + _ROUNDING_MS:
                self.log.add(round(start_ms), t_ms)
            self._lost_from_ms = t_ms + self._interval_ms if t_ms > start_ms - _ROUNDING_MS else start_ms
            return
        if t_ms > start_ms + _ROUNDING_MS:
            self.log.add(round(start_ms), t_ms)
        self._is_lost, self._lost_from_ms, self._lost_to_ms = False, None, 0.0

"""Reading a video: each of its stretches is observed, here or by other workers, and joined with those before."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import Protocol

from inference.ending import PartEnd, VideoEnd, end_of
from inference.errors import UnreadableVideo
from inference.joining import Joiner, ObservedFrame
from inference.picture_track import PictureTrack
from inference.pipeline import Observer, PendingFrame, StageTimes
from inference.scenes import Glance, judge_change
from inference.spans import Span
from inference.stretches import StretchPlan
from inference.types import FrameReading
from inference.video import Frame, VideoReader

_BATCH_FACES = 32
_BATCH_FRAMES = 16


class Stretch(Protocol):
    """A stretch of a video to be joined: `ObservedStretch`, or one that is being observed."""

    @property
    def opening(self) -> Glance | None:
        """What is remembered of its first frame; None before that."""

    @property
    def closing(self) -> Glance | None:
        """What is remembered of its last frame; None where there was none."""

    @property
    def part(self) -> PartEnd | None:
        """How its decoding ended; None before the end, and of an animation."""

    def __iter__(self) -> Iterator[ObservedFrame]: ...


class StretchAnalysis:
    """Iterates once over what is observed in one stretch of a video, in order, one for every sampled frame.

    Args:
        reader: of that stretch.
        observer: a new one, so that the result rests on this stretch alone.
    """

    def __init__(self, reader: VideoReader, observer: Observer) -> None:
        self.reader = reader
        self._observer = observer
        self._frames = self._read()

    @property
    def opening(self) -> Glance | None:
        """What is remembered of its first frame; None before that."""
        return self._observer.opening

    @property
    def closing(self) -> Glance | None:
        """What is remembered of the last frame so far; None before the first."""
        return self._observer.closing

    @property
    def part(self) -> PartEnd | None:
        """How the decoding ended; None before the end, and of an animation."""
        return self.reader.part

    @property
    def track(self) -> PictureTrack | None:
        """Which video track of the file is read; None before the first step."""
        return self.reader.track

    def __iter__(self) -> Iterator[ObservedFrame]:
        return self._frames

    def __enter__(self) -> StretchAnalysis:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file; further steps end at once."""
        self._frames.close()
        self.reader.close()

    def _read(self) -> Generator[ObservedFrame, None, None]:
        pending: list[PendingFrame] = []
        with self.reader:
            while (frame := self._next_frame()) is not None:
                pending.append(self._observer.observe(frame.shown, frame.t_ms, frames_decoded=frame.frames_decoded))
                if len(pending) >= _BATCH_FRAMES or sum(p.faces_to_score for p in pending) >= _BATCH_FACES:
                    yield from self._observer.score(pending)
                    pending = []
            yield from self._observer.score(pending)

    def _next_frame(self) -> Frame | None:
        started = time.perf_counter()
        frame = next(self.reader, None)
        self._observer.times.decode_s += time.perf_counter() - started
        return frame


class StretchJoiner:
    """Joins the stretches of one video, one after the other; holds one of them at a time.

    Args:
        joiner: of this video alone.
        times: where the time that joining takes is noted; by default nowhere.
    """

    def __init__(self, joiner: Joiner, times: StageTimes | None = None) -> None:
        self._joiner = joiner
        self._times = times or StageTimes()
        self._closing: Glance | None = None
        self._parts: list[PartEnd] = []
        self._frames_before = 0

    def join(self, stretch: Stretch) -> Iterator[FrameReading]:
        """Yield the readings of the next stretch; it must be taken to its end before the one after it."""
        is_first = True
        for frame in stretch:
            change = None
            if is_first and stretch.opening is not None:
                change, is_first = judge_change(self._closing, stretch.opening), False
            started = time.perf_counter()
            counted = replace(frame, frames_decoded=self._frames_before + frame.frames_decoded)
            reading = self._joiner.join(counted, change)
            self._times.other_s += time.perf_counter() - started
            yield reading
        self._closing = stretch.closing or self._closing
        if stretch.part is not None:
            self._parts.append(stretch.part)
            self._frames_before += stretch.part.frames_passed

    def end(self) -> VideoEnd:
        """Return how the video ended; call it after its last stretch was joined.

        Raises:
            UnreadableVideo: not one frame of it could be decoded.
        """
        end = end_of(self._parts)
        if end.frames_sampled == 0:
            raise UnreadableVideo("Not one frame of the video could be decoded.")
        return end


class VideoAnalysis:
    """Iterates once over the readings of a video, in order of time, one for every sampled frame.

    Args:
        plan: tells how the video is cut.
        open_stretch: opens one of its stretches.
        joiner: a new one.

    Attributes:
        end: how the video ended, once the last reading was taken: frames decoded, skipped and sampled, and whether it
            is partial. None before.
        stated_ms: the length that the header states, in ms; None where it does not, and before the first step.
        track: which of the file's moving pictures is read; None before the first step.
        times: seconds spent in each stage so far.
    """

    def __init__(
        self,
        plan: Callable[[], StretchPlan],
        open_stretch: Callable[[Span, StageTimes], StretchAnalysis],
        joiner: Joiner,
    ) -> None:
        self.end: VideoEnd | None = None
        self.stated_ms: int | None = None
        self.track: PictureTrack | None = None
        self.times = StageTimes()
        self._plan = plan
        self._open_stretch = open_stretch
        self._joiner = StretchJoiner(joiner, self.times)
        self._readings = self._read()

    def __iter__(self) -> Iterator[FrameReading]:
        return self

    def __next__(self) -> FrameReading:
        return next(self._readings)

    def __enter__(self) -> VideoAnalysis:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file; further steps end at once."""
        self._readings.close()

    def _read(self) -> Generator[FrameReading, None, None]:
        spans = self._plan().spans
        end: VideoEnd | None = None
        for span in spans:
            with self._open_stretch(span, self.times) as stretch:
                for reading in self._joiner.join(stretch):
                    self.stated_ms = self.stated_ms or stretch.reader.stated_ms
                    self.track = self.track or stretch.track
                    yield reading
                end = stretch.reader.end
        self.end = end if len(spans) == 1 else self._joiner.end()

"""Webcams: frames that come one at a time, of several sessions at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from inference.errors import InferenceError, MediaTooLarge
from inference.image import LIVE_MAX_PIXELS, MAX_BYTES, decode_picture
from inference.pipeline import PendingFrame, Pipeline, score_together
from inference.types import FrameReading

_LONGEST_STEP_MS = 2000  # Source: own; longer than the tracker takes a face for unlost, so that its colours must agree


class LiveReader:
    """Reads the frames of one webcam, one at a time; remembers its faces and nobody else's.

    A pause of any length counts as two seconds out of sight: a person keeps their number afterwards if they look
    as they did.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._last_ms = 0
        self._watched_ms = 0

    def read(self, jpeg: bytes, t_ms: int) -> FrameReading:
        """Read the next frame.

        Args:
            jpeg: an encoded picture (JPEG, also PNG or WebP), at most 4096 x 2160 pixels.
            t_ms: its time in ms from the start of the session; a step back counts as no time passed.
        Returns:
            The reading of that frame.
        Raises:
            UnreadableFrame: the bytes are not such a picture.
            MediaTooLarge: it has too many bytes or pixels.
        """
        return score_together([(self.pipeline, self.observe(jpeg, t_ms))])[0]

    def observe(self, jpeg: bytes, t_ms: int) -> PendingFrame:
        """Decode the next frame and find its faces, unscored; see `read`."""
        if len(jpeg) > MAX_BYTES:
            raise MediaTooLarge("The frame has too many bytes.")
        started = time.perf_counter()
        picture = decode_picture(jpeg, name="The frame", max_pixels=LIVE_MAX_PIXELS)
        self.pipeline.times.decode_s += time.perf_counter() - started
        before_ms, self._last_ms = self._last_ms, max(self._last_ms, t_ms)
        self._watched_ms += min(self._last_ms - before_ms, _LONGEST_STEP_MS)
        return self.pipeline.observe(picture, self._last_ms, watched_ms=self._watched_ms)


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """One frame of one webcam.

    Args:
        reader: of its session.
        jpeg: the encoded picture.
        t_ms: its time in ms from the start of the session.
    """

    reader: LiveReader
    jpeg: bytes
    t_ms: int


def read_together(frames: Sequence[LiveFrame]) -> list[FrameReading | InferenceError]:
    """Read frames of different webcams; their faces are scored in one batch.

    Args:
        frames: of readers of one engine, no reader twice.
    Returns:
        For each frame its reading, or the error that `LiveReader.read` would have raised: one bad frame spoils no
        other.
    """
    outcomes = [_observe(frame) for frame in frames]
    pairs = zip(frames, outcomes, strict=True)
    pending = [(frame.reader.pipeline, outcome) for frame, outcome in pairs if not isinstance(outcome, InferenceError)]
    readings = iter(score_together(pending))
    return [outcome if isinstance(outcome, InferenceError) else next(readings) for outcome in outcomes]


def _observe(frame: LiveFrame) -> PendingFrame | InferenceError:
    try:
        return frame.reader.observe(frame.jpeg, frame.t_ms)
    except InferenceError as error:
        return error

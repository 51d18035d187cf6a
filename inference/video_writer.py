"""Writing a video that browsers play: H.264 in MP4, each frame at the moment that it is given, with AAC if wanted."""

from __future__ import annotations

from fractions import Fraction
from types import TracebackType
from typing import IO

import av
import cv2
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from inference.types import Picture

MAX_SIDE_PX = 1280  # Source: own; what a page shows, and a third of the time that full HD takes
# Source: own. x264's constant quality 23 is its default; "veryfast" takes half the time of "medium" for some 10 % more
# bytes, and a key frame every two seconds makes jumps in a player quick.
_X264 = {"crf": "23", "preset": "veryfast", "profile": "high"}
_KEY_EVERY_MS = 2000
_MS = Fraction(1, 1000)
SOUND_HZ = 48_000
_SOUND_BITS = 96_000  # a second; Source: own, enough for speech in stereo


class VideoWriter:
    """Encodes frames one by one, in memory that does not grow; the file is whole once the `with` block is left.

    Frames keep their shape: one of another shape than the first gets black bars.

    Args:
        out: a file that can seek; it stays open.
        has_sound: whether `play` will be called.
        width, height: of the first frame, px. The longer side becomes `MAX_SIDE_PX` at most, both become even.
    """

    def __init__(self, out: IO[bytes], *, width: int, height: int, has_sound: bool = False) -> None:
        scale = min(1.0, MAX_SIDE_PX / max(width, height))
        self.width, self.height = (max(2, round(side * scale / 2) * 2) for side in (width, height))
        self._container = av.open(out, "w", format="mp4")
        self._stream: VideoStream = self._container.add_stream("libx264", options=_X264)
        self._stream.width, self._stream.height = self.width, self.height
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = self._stream.time_base = _MS
        self._stream.codec_context.thread_count = 1  # a worker owns one core
        self._key_ms: int | None = None
        self._sound: AudioStream | None = None
        if has_sound:
            self._sound = self._container.add_stream("aac", rate=SOUND_HZ, bit_rate=_SOUND_BITS, layout="stereo")

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._container.mux(self._stream.encode(None))
                if self._sound is not None:
                    self._container.mux(self._sound.encode(None))
        finally:
            self._container.close()

    def play(self, frame: AudioFrame) -> None:
        """Let sound be heard: stereo at `SOUND_HZ`, its time in samples from the start of the video."""
        assert self._sound is not None, "a writer that was not told of sound"
        self._container.mux(self._sound.encode(frame))

    def show(self, picture: Picture, t_ms: int) -> None:
        """Show a frame from a moment on.

        Args:
            picture: uint8 (H, W, 3) BGR.
            t_ms: ms from the start of the video; later than the one before.
        """
        frame = VideoFrame.from_ndarray(_fit(picture, self.width, self.height), format="bgr24")
        frame.pts, frame.time_base = t_ms, _MS
        if self._key_ms is None or t_ms - self._key_ms >= _KEY_EVERY_MS:
            self._key_ms = t_ms
            frame.pict_type = av.video.frame.PictureType.I
        self._container.mux(self._stream.encode(frame))


def _fit(picture: Picture, width: int, height: int) -> Picture:
    """The picture in a frame of this size, in its own shape."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    wide, high = (
        min(most, max(1, round(side * scale))) for most, side in ((width, picture.shape[1]), (height, picture.shape[0]))
    )
    if abs(wide - width) <= 1 and abs(high - height) <= 1:  # only rounding: no bar for that
        wide, high = width, height
    if (wide, high) == (picture.shape[1], picture.shape[0]) == (width, height):
        return picture
    smaller = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA)
    if (wide, high) == (width, height):
        return np.ascontiguousarray(smaller, dtype=np.uint8)
    canvas = np.zeros((height, width, 3), np.uint8)
    top, left = (height - high) // 2, (width - wide) // 2
    canvas[top : top + high, left : left + wide] = smaller
    return canvas

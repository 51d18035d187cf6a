"""Where a long video may be cut into stretches that are read apart, by as many workers as are free.

A cut lies before a key frame that needs nothing of what came before it, in a file whose clock runs evenly and in which
a reader can go straight to that frame. Whatever is odd stays one stretch: it is read as well, only by one worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from inference.animation import open_animation
from inference.bitstream import has_hole, is_torn, settings_in, starts_afresh
from inference.container import MediaSource, VideoLimits, open_video
from inference.demuxer import Demuxer, Packet
from inference.sampling import FrameClock
from inference.spans import WHOLE, Span
from inference.timeline import player_zero_ms, stated_duration_ms, stated_interval_ms

LEAST_MS = 60_000
"""How long a stretch is at least. Source: own; opening the file and a first close look cost less than 1 % of that."""

# Formats that store presentation times and know where their key frames lie; codecs whose key frames say so themselves.
_FORMATS = frozenset({"mov", "matroska"})
_CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg4", "mpeg2video", "mjpeg"})
_MOST_TIMES = 5  # as long as the shortest: one worker should not be at it while the others wait for the last stretch
_FAR_BYTES = 16 << 20  # Source: own; who reads so much to find one key frame has no index


@dataclass(frozen=True, slots=True)
class StretchPlan:
    """How a video is cut.

    Args:
        spans: at least one, in order, without gaps between them.
        why_whole: why it is not cut, in plain words; empty where it is.
    """

    spans: tuple[Span, ...] = (WHOLE,)
    why_whole: str = ""


def plan_stretches(source: MediaSource, *, least_ms: int = LEAST_MS, limits: VideoLimits | None = None) -> StretchPlan:
    """Find where a video may be cut, without decoding it; the same file is always cut in the same places.

    Args:
        source: a local file, or an opened one that can seek, which stays open afterwards.
        least_ms: how long each stretch is at least, ms; 0 cuts nothing.
        limits: refused beyond these; by default `VideoLimits()`.
    Raises:
        UnreadableVideo: not a video.
        MediaTooLarge: over the limits by its header.
    """
    limits = limits or VideoLimits()
    if least_ms <= 0:
        return StretchPlan(why_whole="stretches are switched off")
    with open_animation(source, limits) as animation:
        if animation is not None:
            return StretchPlan(why_whole="it is a picture")
    with open_video(source, limits) as (container, stream, track):
        length_ms = stated_duration_ms(container, stream)
        why = _why_whole(container, stream, length_ms, least_ms)
        if why or track.count > 1:
            return StretchPlan(why_whole=why or "it has several moving pictures")
        walk = _Walk(container, stream, least_ms)
        walk.run()
    if walk.why_whole:
        return StretchPlan(why_whole=walk.why_whole)
    return _check_spans(tuple(_spans(_reachable(source, limits, walk.cuts(length_ms or 0)), length_ms or 0)), least_ms)


def _check_spans(spans: tuple[Span, ...], least_ms: int) -> StretchPlan:
    if len(spans) == 1:
        return StretchPlan(why_whole="it has no key frame to cut at that can be reached directly")
    if max(span.length_ms for span in spans) > _MOST_TIMES * least_ms:
        return StretchPlan(why_whole="its key frames are too far apart")
    return StretchPlan(spans)


def _why_whole(container: InputContainer, stream: VideoStream, length_ms: int | None, least_ms: int) -> str:
    """Why the header alone says that a video stays whole; empty where it does not."""
    if length_ms is None:
        return "it does not state its length"
    if length_ms < 2 * least_ms:
        return "it is short"
    if not _FORMATS & set(container.format.name.split(",")) or stream.codec_context.name not in _CODECS:
        return "its format or codec does not tell its key frames reliably"
    if player_zero_ms(container, stream) is None:
        return "it does not state when its picture begins"
    return ""


class _Walk:
    """Reads a stream's packets from its beginning to its end and notes where it may be cut.

    Attributes:
        why_whole: what is odd in it; empty: nothing.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, least_ms: int) -> None:
        self.why_whole = ""
        self._stream = stream
        self._least_ms = least_ms
        self._demuxer = Demuxer(container, stream)
        zero_ms = player_zero_ms(container, stream)
        time_base = stream.time_base
        assert time_base is not None and zero_ms is not None  # of a stream that states its length and beginning
        self._clock = FrameClock(time_base, stated_interval_ms(stream), zero_ms=zero_ms)
        self._cuts: list[Span] = []
        self._last_dts: int | None = None
        self._last_pts: int | None = None  # the latest that is shown so far
        self._settings: frozenset[int] = frozenset()  # that came with pictures so far

    def run(self) -> None:
        """Walk; stop at what is odd."""
        for packet in self._demuxer.packets():
            if packet.size == 0 and packet.pts is None:
                break
            self.why_whole = self._find_odd(packet)
            if self.why_whole:
                return
            self._step(packet)
        if self._demuxer.is_broken:
            self.why_whole = "it cannot be read to its end"

    def cuts(self, length_ms: int) -> list[Span]:
        """The cuts; none so near the end that the last stretch would be a short one."""
        return [cut for cut in self._cuts if length_ms - cut.from_ms >= self._least_ms]

    def _find_odd(self, packet: Packet) -> str:
        if packet.pts is None:
            return "timestamps are missing in it"
        if packet.dts is not None and self._last_dts is not None and packet.dts <= self._last_dts:
            return "its timestamps do not rise"
        data, context = bytes(packet), self._stream.codec_context
        if packet.is_corrupt or id(packet) in self._demuxer.holes or is_torn(data, context):
            return "parts of it are missing or damaged"
        if has_hole(data, context.name):
            return "parts of it are missing or damaged"
        if self._last_pts is not None and packet.has_sidedata("new_extradata"):
            return "its codec changes on the way"
        return ""

    def _step(self, packet: Packet) -> None:
        assert packet.pts is not None
        data, context = bytes(packet), self._stream.codec_context
        while self._cuts and self._cuts[-1].start is not None and packet.pts <= self._cuts[-1].start:
            self._cuts.pop()  # what follows in the file is shown before it: its picture may need what came before
        settings = settings_in(data, context)
        is_clean = bool(packet.is_keyframe) and not packet.is_discard and starts_afresh(data, context)
        if is_clean and self._settings <= settings:
            self._offer(packet.pts)
        self._settings |= settings
        self._last_dts = self._last_dts if packet.dts is None else packet.dts  # Matroska leaves the first ones open
        if not packet.is_discard:
            self._last_pts = packet.pts if self._last_pts is None else max(self._last_pts, packet.pts)

    def _offer(self, pts: int) -> None:
        """Cut before a clean key frame where the stretch before it is long enough."""
        if self._last_pts is None or pts <= self._last_pts:
            return
        at_ms, before_ms = self._clock.peek(pts), self._clock.peek(self._last_pts)
        assert at_ms is not None and before_ms is not None
        since_ms = self._cuts[-1].from_ms if self._cuts else 0
        if before_ms >= 0 and at_ms - since_ms >= self._least_ms:
            self._cuts.append(Span(start=pts, from_ms=at_ms, before_ms=before_ms))


def _spans(cuts: list[Span], length_ms: int) -> Iterator[Span]:
    for position, begin in enumerate([WHOLE, *cuts]):
        if position < len(cuts):
            yield replace(begin, stop=cuts[position].start, to_ms=cuts[position].from_ms)
        else:
            yield replace(begin, to_ms=max(length_ms, begin.from_ms))


class _Counted(RawIOBase):
    """A file that counts what is read of it."""

    def __init__(self, opened: BinaryIO) -> None:
        super().__init__()
        self._opened = opened
        self.read_bytes = 0
        self.name = getattr(opened, "name", "")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._opened.seek(offset, whence)

    def tell(self) -> int:
        return self._opened.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io's own type is private
        content = self._opened.read(len(buffer))
        buffer[: len(content)] = content
        self.read_bytes += len(content)
        return len(content)


def _reachable(source: MediaSource, limits: VideoLimits, cuts: list[Span]) -> list[Span]:
    """The cuts that a reader who opens the file comes to at once, and not by reading all that lies before."""
    if isinstance(source, Path):
        with source.open("rb") as opened:
            return _try_reaching(opened, limits, cuts)
    return _try_reaching(source, limits, cuts)


def _try_reaching(opened: BinaryIO, limits: VideoLimits, cuts: list[Span]) -> list[Span]:
    """Go to each cut, the last one first: without an index the way to it leads through all of the file."""
    counted, reached = _Counted(opened), []
    with open_video(cast("BinaryIO", BufferedReader(counted)), limits) as (container, stream, _):
        for cut in reversed(cuts):
            before_bytes = counted.read_bytes
            if not _lands_on(container, stream, cut):
                continue
            if counted.read_bytes - before_bytes > _FAR_BYTES:
                return []
            reached.append(cut)
    return reached[::-1]


def _lands_on(container: InputContainer, stream: VideoStream, cut: Span) -> bool:
    assert cut.start is not None
    try:
        container.seek(cut.start, stream=stream)
        return next(container.demux(stream)).pts == cut.start
    except (av.FFmpegError, StopIteration):
        return False

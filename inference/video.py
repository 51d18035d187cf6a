"""Frames of a video at a steady pace: decoded forward, true times, rotation applied, nothing held back in memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from inference.animation import Animation, describe_animation, open_animation
from inference.avi_index import read_avi_index
from inference.container import (
    MediaSource,
    PixelAspect,
    VideoInfo,
    VideoLimits,
    check_size,
    open_video,
    source_name,
)
from inference.decoder import FrameDecoder
from inference.errors import MediaTooLarge, UnreadableVideo
from inference.gaps import Gap
from inference.geometry import read_geometry
from inference.picture_track import PictureTrack
from inference.planes import AnyPicture, as_picture, read_planes
from inference.sampling import SampleGrid
from inference.timeline import container_end_ms, picture_end_ms, stated_duration_ms
from inference.types import Picture

_SHORTFALL_MS = 500


@dataclass(frozen=True, slots=True)
class Frame:
    """One sampled frame.

    Args:
        shown: as a player shows it: uint8 (H, W, 3) BGR, or planes where they were asked for.
        t_ms: presentation time in ms from the first frame.
        frames_decoded: frames that the decoder has passed so far, this one included.
    """

    shown: AnyPicture
    t_ms: int
    frames_decoded: int

    @property
    def picture(self) -> Picture:
        """All of it as BGR, uint8 (H, W, 3)."""
        return as_picture(self.shown)


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


def probe_video(source: MediaSource, *, limits: VideoLimits | None = None) -> VideoInfo:
    """Read a video's header and decode its first frame.

    Args:
        source: a local file, or an opened one that can seek.
        limits: refused beyond these; by default `VideoLimits()`.
    Returns:
        What the video claims to be; its length is the header's word only.
    Raises:
        UnreadableVideo: not a video, or not one frame of it can be decoded.
        MediaTooLarge: over the limits by its header.
    """
    with open_animation(source, limits or VideoLimits()) as animation:
        if animation is not None:
            return describe_animation(animation, limits or VideoLimits(), source_name(source))
    tried: list[int] = []
    while True:
        info = _probe(source, limits or VideoLimits(), tried)
        if info is not None:
            return info


def _probe(source: MediaSource, limits: VideoLimits, tried: list[int]) -> VideoInfo | None:
    """Describe the best picture that was not tried yet; None where it holds no frame, which is noted."""
    with open_video(source, limits, passed_over=len(tried)) as (container, stream, track):
        aspect = PixelAspect(stream)
        first = next(FrameDecoder(container, stream).frames(), None)
        if first is None:
            if len(tried) + 1 >= track.count or track.number in tried:
                raise _no_frames(source, stream.codec_context.name)
            tried.append(track.number)
            return None
        geometry = read_geometry(first[0], aspect.read())
        width, height = geometry.shown_size(first[0].width, first[0].height)
        return VideoInfo(
            width=width,
            height=height,
            duration_ms=stated_duration_ms(container, stream),
            codec=stream.codec_context.name,
            container=container.format.name,
            rotation=round(-geometry.turn_deg) % 360,
            frames_per_second=float(stream.average_rate) if stream.average_rate else None,
            track=track.resized(width, height),
        )


class VideoReader:
    """Iterates once over the sampled frames of a video; `end` says afterwards how it ended.

    The first step opens the file; the last one, `close()` or leaving the `with` block closes it. Times come from
    the stream's own timestamps (see `FrameClock` for missing and broken ones), so a variable frame rate keeps its
    clock; the container's count of frames is never read, and there is no seeking.

    Args:
        source: a local file, or an opened one that can seek, which stays open afterwards.
        every_ms: the first frame is sampled, then the first frame of each further `every_ms`.
        limits: refused beyond these; by default `VideoLimits()`.
        in_planes: whether frames are handed out as their codec stores them where that can be: for whoever looks at
            parts of them only.

    Attributes:
        end: how the video ended, once the last frame was taken; None before.
        stated_ms: the length that the header states, known from the first step on; None where it does not say.
        track: which of the file's moving pictures is read, known from the first step on; None before.

    Raises:
        UnreadableVideo: on the first step: not a video, or not one frame of it can be decoded.
        MediaTooLarge: on the first step by the header's word, or later when the clock itself passes the limit.
    """

    def __init__(
        self, source: MediaSource, *, every_ms: int = 200, limits: VideoLimits | None = None, in_planes: bool = False
    ) -> None:
        self.source = source
        self.end: VideoEnd | None = None
        self.stated_ms: int | None = None
        self.track: PictureTrack | None = None
        self._every_ms = every_ms
        self._limits = limits or VideoLimits()
        self._grid = SampleGrid(every_ms)
        self._reformatter = VideoReformatter()
        self._in_planes = in_planes
        self._frames = self._read()

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        return next(self._frames)

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file; further steps end at once."""
        self._frames.close()

    def _read(self) -> Generator[Frame, None, None]:
        with open_animation(self.source, self._limits) as animation:
            if animation is not None:
                yield from self._read_animation(animation)
                return
        tried: list[int] = []
        while self.end is None:
            yield from self._read_video(tried)

    def _read_animation(self, animation: Animation) -> Generator[Frame, None, None]:
        passed = sampled = 0
        self.track = animation.track()
        for picture, t_ms in animation.frames():
            self._refuse_long(t_ms)
            passed += 1
            if self._grid.is_due(t_ms):
                sampled += 1
                yield Frame(picture, t_ms, passed)
        if sampled == 0:
            raise _no_frames(self.source, animation.codec)
        damaged = int(animation.is_damaged)
        self.end = VideoEnd(passed, sampled, 0, animation.end_ms, None, damaged, frames_damaged=damaged)

    def _read_video(self, tried: list[int]) -> Generator[Frame, None, None]:
        """Read the best picture that was not tried yet; where it holds no frame, it is noted as tried."""
        sampled = 0
        with open_video(self.source, self._limits, passed_over=len(tried)) as (container, stream, track):
            self.stated_ms = stated_duration_ms(container, stream)
            aspect = PixelAspect(stream)
            index = read_avi_index(self.source, stream.index)
            decoder = FrameDecoder(container, stream, every_ms=self._every_ms, index=index)
            for frame, t_ms in decoder.frames():
                self._refuse_long(t_ms)
                if self._grid.is_due(t_ms):
                    sampled += 1
                    picture = self._show(frame, aspect.read())
                    if self.track is None:
                        self.track = track.resized(picture.shape[1], picture.shape[0])
                    yield Frame(picture, t_ms, decoder.frames_passed)
            if sampled == 0:
                if len(tried) + 1 >= track.count or track.number in tried:
                    raise _no_frames(self.source, stream.codec_context.name)
                tried.append(track.number)
                return
            expected_ms = _expected_ms(container, stream, decoder)
            self.end = VideoEnd(
                frames_decoded=decoder.frames_passed,
                frames_sampled=sampled,
                frames_left_out=decoder.frames_left_out,
                ended_at_ms=_ended_at_ms(stream, decoder, expected_ms),
                expected_ms=expected_ms,
                damaged_packets=decoder.damaged_packets,
                frames_damaged=decoder.damage.frames,
                missing=decoder.damage.log.gaps,
                missing_ms=decoder.damage.log.total_ms,
            )

    def _refuse_long(self, t_ms: int) -> None:
        if t_ms > self._limits.max_duration_ms:
            minutes = self._limits.max_duration_ms / 60000
            raise MediaTooLarge(f"{source_name(self.source)} is longer than the limit of {minutes:.1f} minutes.")

    def _show(self, frame: VideoFrame, aspect: Fraction | None) -> AnyPicture:
        """Return a frame as a player shows it, its size checked: it may differ from that of the first one."""
        geometry = read_geometry(frame, aspect)
        check_size(source_name(self.source), frame.width, frame.height, self._limits)
        check_size(source_name(self.source), *geometry.shown_size(frame.width, frame.height), self._limits)
        planes = read_planes(frame, geometry) if self._in_planes else None
        if planes is not None:
            return planes
        # One thread: the wrapper else starts one for each core, which wait for each other where others work, too.
        picture = self._reformatter.reformat(frame, format="bgr24", threads=1).to_ndarray()
        return geometry.apply(np.ascontiguousarray(picture, dtype=np.uint8))


def read_frames(source: MediaSource, *, every_ms: int = 200, limits: VideoLimits | None = None) -> VideoReader:
    """Read a video's frames at a steady pace; the same as `VideoReader(…)`."""
    return VideoReader(source, every_ms=every_ms, limits=limits)


def _expected_ms(container: InputContainer, stream: VideoStream, decoder: FrameDecoder) -> int | None:
    """Where the picture should end, once all was read: its own word, or the file's where no sound outlasted it."""
    own = picture_end_ms(container, stream)
    if own is not None:
        return own
    whole = container_end_ms(container, stream)
    sound_ms = decoder.sound_end_ms
    is_the_sounds = whole is not None and sound_ms is not None and sound_ms >= whole - _SHORTFALL_MS
    return None if is_the_sounds else whole


def _ended_at_ms(stream: VideoStream, decoder: FrameDecoder, expected_ms: int | None) -> int:
    """Where the last frame ends. Its own length is not to be trusted: with B-frames it is that of another."""
    if expected_ms is None or expected_ms <= decoder.last_ms:
        return decoder.ended_at_ms
    has_all = stream.frames > 1 and decoder.frames_passed >= stream.frames and not decoder.demuxer.is_broken
    return expected_ms if has_all or expected_ms < decoder.ended_at_ms else decoder.ended_at_ms


def _no_frames(source: MediaSource, codec: str) -> UnreadableVideo:
    return UnreadableVideo(f"Not one frame of {source_name(source)} could be decoded (codec {codec}).")

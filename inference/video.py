"""Frames of a video at a steady pace: decoded forward, true times, rotation applied, nothing held back in memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction

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
from inference.ending import PartEnd, VideoEnd, end_of
from inference.errors import MediaTooLarge, UnreadableFrame, UnreadableVideo
from inference.geometry import read_geometry
from inference.picture_track import PictureTrack
from inference.planes import AnyPicture, as_picture, read_planes, turn_frame
from inference.sampling import SampleGrid
from inference.spans import WHOLE, Span
from inference.timeline import container_end_ms, picture_end_ms, stated_duration_ms
from inference.types import Picture


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
        span: the only part that is read, of a plan for this very file (see `plan_stretches`); by default all of it.
        in_planes: whether frames are handed out as their codec stores them where that can be: for whoever looks at
            parts of them only.

    Attributes:
        end: how the video, or the part of it, ended, once the last frame was taken; None before.
        part: the same, to be put together with other parts; None also for an animation.
        stated_ms: the length that the header states, known from the first step on; None where it does not say.
        track: which of the file's moving pictures is read, known from the first step on; None before.

    Raises:
        UnreadableVideo: on the first step: not a video, or not one frame of it can be decoded.
        MediaTooLarge: on the first step by the header's word, or later when the clock itself passes the limit.
    """

    def __init__(
        self,
        source: MediaSource,
        *,
        every_ms: int = 200,
        limits: VideoLimits | None = None,
        span: Span = WHOLE,
        in_planes: bool = False,
    ) -> None:
        self.source = source
        self.end: VideoEnd | None = None
        self.part: PartEnd | None = None
        self.stated_ms: int | None = None
        self.track: PictureTrack | None = None
        self._every_ms = every_ms
        self._limits = limits or VideoLimits()
        self._span = span
        self._grid = SampleGrid(every_ms, before_ms=span.before_ms)
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
        if self._span != WHOLE:
            yield from self._read_video([])
            return
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
            decoder = FrameDecoder(container, stream, every_ms=self._every_ms, index=index, span=self._span)
            for frame, t_ms in decoder.frames():
                self._refuse_long(t_ms)
                if self._grid.is_due(t_ms):
                    sampled += 1
                    picture = self._show(frame, aspect.read())
                    if self.track is None:
                        self.track = track.resized(picture.shape[1], picture.shape[0])
                    yield Frame(picture, t_ms, decoder.frames_passed)
            if sampled == 0 and self._span == WHOLE:
                if len(tried) + 1 >= track.count or track.number in tried:
                    raise _no_frames(self.source, stream.codec_context.name)
                tried.append(track.number)
                return
            self.part = _part_end(container, stream, decoder, sampled)
            self.end = end_of([self.part])

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
        try:
            return geometry.apply(turn_frame(frame, self._reformatter))
        except UnreadableFrame as error:
            raise UnreadableVideo(f"{source_name(self.source)} cannot be read. {error}") from error


def _part_end(container: InputContainer, stream: VideoStream, decoder: FrameDecoder, sampled: int) -> PartEnd:
    return PartEnd(
        frames_passed=decoder.frames_passed,
        frames_sampled=sampled,
        frames_left_out=decoder.frames_left_out,
        damaged_packets=decoder.damaged_packets,
        frames_damaged=decoder.damage.frames,
        last_ms=decoder.last_ms,
        ended_at_ms=decoder.ended_at_ms,
        missing=decoder.damage.log.gaps,
        missing_ms=decoder.damage.log.total_ms,
        own_end_ms=picture_end_ms(container, stream),
        whole_end_ms=container_end_ms(container, stream),
        sound_end_ms=decoder.sound_end_ms,
        stated_frames=stream.frames,
        is_broken=decoder.demuxer.is_broken,
    )


def _no_frames(source: MediaSource, codec: str) -> UnreadableVideo:
    return UnreadableVideo(f"Not one frame of {source_name(source)} could be decoded (codec {codec}).")

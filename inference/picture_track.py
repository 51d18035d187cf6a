"""Which of a file's streams is the moving picture that a player shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

# A song's cover, a still beside the film and the strip of thumbnails are video streams to ffmpeg, but nothing moves.
_STILL = Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails
_STILL_CODECS = frozenset({"mjpeg", "png", "bmp", "gif", "webp", "tiff", "jpeg2000"})


@dataclass(frozen=True, slots=True)
class PictureTrack:
    """Which moving picture of a file was read.

    Args:
        number: 1 for the first of the file's moving pictures, in the file's order.
        count: how many moving pictures the file has.
        codec: ffmpeg's name of the codec, as "h264".
        width, height: px, as a player shows the first frame.
        title: as the file names the track; "" where it does not.
        language: as the file states it, mostly three letters; "" where it does not.
    """

    number: int
    count: int
    codec: str
    width: int
    height: int
    title: str = ""
    language: str = ""

    def resized(self, width: int, height: int) -> PictureTrack:
        """Return the same track with the size of its first shown frame, px."""
        return replace(self, width=width, height=height)


def moving_pictures(container: InputContainer) -> list[VideoStream]:
    """Return a container's streams in which something moves, in the file's order."""
    streams = list(container.streams.video)
    moving = [stream for stream in streams if not stream.disposition & _STILL]
    several = [stream for stream in moving if not _is_one_still(stream)]
    return several or moving


def rank_pictures(streams: list[VideoStream]) -> list[VideoStream]:
    """Return streams that can be decoded, the one that a player shows first.

    What may be a single still (JPEG and its like, where the file does not count the frames) comes last of all, before
    it what only adds to another track. Of the others, default goes first (an MP4 track that is enabled is a default
    one), then the largest picture, then the most bits, then the file's order. Source: ffmpeg's own choice of a stream
    (ffmpeg documentation, "Stream selection").
    """
    readable = [stream for stream in streams if stream.codec_context is not None]
    return sorted(readable, key=_rank, reverse=True)


def describe_picture(stream: VideoStream, streams: list[VideoStream]) -> PictureTrack:
    """Return what is said of a stream, one of `streams`."""
    context = stream.codec_context
    title = stream.metadata.get("title", "") or stream.metadata.get("handler_name", "")
    return PictureTrack(
        number=[candidate.index for candidate in streams].index(stream.index) + 1,
        count=len(streams),
        codec=context.name,
        width=context.width,
        height=context.height,
        title="" if title in _HANDLERS else title,
        language="" if stream.language in (None, "und") else str(stream.language),
    )


# What writers of MP4 put in by themselves: no name of the track.
_HANDLERS = frozenset({"VideoHandler", "Core Media Video", "ISO Media file produced by Google Inc."})


def _rank(stream: VideoStream) -> tuple[bool, bool, bool, bool, int, int]:
    context = stream.codec_context
    area = context.width * context.height
    is_default = bool(stream.disposition & Disposition.default)
    may_move = context.name not in _STILL_CODECS or _count_frames(stream) > 1
    stands_alone = not stream.disposition & Disposition.dependent
    return area > 0, may_move, stands_alone, is_default, area, context.bit_rate or 0


def _is_one_still(stream: VideoStream) -> bool:
    if stream.codec_context is None or stream.codec_context.name not in _STILL_CODECS:
        return False
    return _count_frames(stream) == 1


def _count_frames(stream: VideoStream) -> int:
    """How many frames the file says that a stream has; 0 where it does not say."""
    counted = next((text for key, text in stream.metadata.items() if key.startswith("NUMBER_OF_FRAMES")), "")
    return int(stream.frames or (int(counted) if counted.isdecimal() else 0))

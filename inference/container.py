"""Open a video file that is not trusted: allow-lists, limits and plain error messages before any decoding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from io import SEEK_END
from pathlib import Path, PurePath
from typing import BinaryIO, TypeAlias

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from inference.errors import MediaTooLarge, UnreadableVideo
from inference.names import show_name
from inference.picture_track import PictureTrack, describe_picture, moving_pictures, rank_pictures
from inference.timeline import stated_duration_ms

MediaSource: TypeAlias = Path | BinaryIO

# Source: own. ffmpeg also reads playlists and scripts that name other files and addresses (HLS, concat, SDP);
# a file may be opened only as one of these, and only from the disk.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,flv,live_flv,asf,asf_o,ogg,mxf,dv"
# What files of these formats are called. The content decides; the ending only says what is worth a look.
VIDEO_ENDINGS = frozenset(
    {".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".mj2", ".webm", ".mkv", ".avi", ".divx", ".mpg", ".mpeg", ".m2v"}
    | {".vob", ".ts", ".mts", ".m2ts", ".m2t", ".flv", ".f4v", ".wmv", ".asf", ".ogv", ".mxf", ".dv"}
)
# Probing may decode a frame to learn its size; this bounds it at about 200 MB while letting the size be told.
_PROBED_MAX_PIXELS = 16384 * 8192
_SNIFFED_BYTES = 1 << 20
_RESYNC_BYTES = 1 << 30  # MPEG-TS: how large a hole may be; ffmpeg gives up after 64 KiB by itself


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """What is refused, unread, for being too much.

    Args:
        max_side_px: longest side of a frame, px.
        max_pixels: width times height, square pixels; the default is 8K (7680 x 4320).
        max_duration_ms: length in ms; checked against the header first and against the clock while reading.
    """

    max_side_px: int = 8192
    max_pixels: int = 7680 * 4320
    max_duration_ms: int = 6 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What the header of a video claims, with the size of its first frame.

    Args:
        width, height: px, after rotation.
        duration_ms: length in ms as the container states it; None where it does not say. May be a lie.
        codec: ffmpeg's name of the codec, as "h264".
        container: ffmpeg's name of the container format, as "mov,mp4,m4a,3gp,3g2,mj2".
        rotation: degrees counter-clockwise, 0 to 359, by which each frame is turned before it is shown.
        frames_per_second: average rate as stated; None where it does not say.
        track: which of the file's moving pictures this is.
    """

    width: int
    height: int
    duration_ms: int | None
    codec: str
    container: str
    rotation: int
    frames_per_second: float | None
    track: PictureTrack


def source_name(source: MediaSource) -> str:
    """Return what messages call a source: the last part of its path, where it has one."""
    name = source if isinstance(source, Path) else getattr(source, "name", None)
    return show_name(PurePath(name).name) if isinstance(name, str | Path) else "The file"


@contextmanager
def open_video(
    source: MediaSource, limits: VideoLimits, *, passed_over: int = 0
) -> Iterator[tuple[InputContainer, VideoStream, PictureTrack]]:
    """Open a video for forward reading; it is closed on leaving, whatever happens.

    Args:
        source: a local file, whose name is never read as an address; or an opened one that can seek, which stays
            open afterwards.
        limits: checked against the header, before a frame is decoded.
        passed_over: how many of the better pictures turned out to hold no frame; the last one is never passed over.
    Returns:
        The container and the moving picture that a player shows, both of PyAV, the decoder set to one thread; and
        which of the file's pictures that is.
    Raises:
        UnreadableVideo: not a video, or of a codec that this build cannot decode.
        MediaTooLarge: the header states more than `limits` allow.
    """
    container = _open_container(source)
    try:
        streams = moving_pictures(container)
        stream = _choose_stream(container, streams, source, passed_over)
        _check_limits(container, stream, source_name(source), limits)
        _configure_decoder(stream, limits)
        yield container, stream, describe_picture(stream, streams)
    finally:
        container.close()


def check_size(name: str, width: int, height: int, limits: VideoLimits) -> None:
    """Refuse a frame of so many px that is over the limits.

    Raises:
        MediaTooLarge: it is.
    """
    if max(width, height) > limits.max_side_px or width * height > limits.max_pixels:
        raise MediaTooLarge(f"The frames of {name} are {width} x {height} pixels, which is over the limit.")


class PixelAspect:
    """The width of a stream's pixels over their height: the container's word before the codec's, which may change.

    Args:
        stream: not yet decoded from.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._context = stream.codec_context
        self._stated = stream.sample_aspect_ratio
        self._is_codecs = not self._stated or self._stated == self._context.sample_aspect_ratio

    def read(self) -> Fraction | None:
        """Return it for the frame that was decoded last; None where nothing says."""
        return self._context.sample_aspect_ratio if self._is_codecs else self._stated


def _open_container(source: MediaSource) -> InputContainer:
    name = source_name(source)
    if isinstance(source, Path) and not source.is_file():
        raise UnreadableVideo(f"There is no file named {name}.")
    if _size_of(source) == 0:
        raise UnreadableVideo(f"{name} is empty.")
    try:
        # "file:" keeps a name such as "concat:a|b" from being read as a protocol.
        return av.open(
            f"file:{source}" if isinstance(source, Path) else source,
            mode="r",
            options={"max_pixels": str(_PROBED_MAX_PIXELS)},
            container_options={
                "format_whitelist": FORMATS,
                "protocol_whitelist": "file",
                "resync_size": str(_RESYNC_BYTES),
            },
            metadata_errors="replace",
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise UnreadableVideo(f"{name} is not a video that can be read, or it is damaged.") from error


def _size_of(source: MediaSource) -> int:
    if isinstance(source, Path):
        return source.stat().st_size
    size_bytes = source.seek(0, SEEK_END)
    source.seek(0)
    return size_bytes


def _choose_stream(
    container: InputContainer, streams: list[VideoStream], source: MediaSource, passed_over: int
) -> VideoStream:
    if not streams:
        hint = " It holds only sound." if container.streams.audio else ""
        raise UnreadableVideo(f"{source_name(source)} has no picture stream.{hint}")
    readable = rank_pictures(streams)
    if not readable:
        raise UnreadableVideo(
            f"{source_name(source)} is encoded as {_sniff_codec(source)}, which cannot be decoded here."
        )
    return readable[min(passed_over, len(readable) - 1)]


def _check_limits(container: InputContainer, stream: VideoStream, name: str, limits: VideoLimits) -> None:
    width, height = stream.codec_context.width, stream.codec_context.height
    if width < 1 or height < 1:
        raise UnreadableVideo(f"{name} states no frame size that can be used.")
    check_size(name, width, height, limits)
    duration_ms = stated_duration_ms(container, stream)
    if duration_ms is not None and duration_ms > limits.max_duration_ms:
        raise MediaTooLarge(
            f"{name} is {duration_ms / 60000:.1f} minutes long; the limit is {limits.max_duration_ms / 60000:.1f}."
        )


def _configure_decoder(stream: VideoStream, limits: VideoLimits) -> None:
    # Source: own measurement, 720p H.264 on one core: one thread 381, frame threads 329 frames a second.
    # A worker owns one core; a second thread only adds switching and a copy of each frame's state.
    stream.thread_type = "NONE"
    stream.codec_context.thread_count = 1
    # The header may lie about the size: this holds for every frame that the decoder allocates.
    stream.codec_context.options = {"max_pixels": str(limits.max_pixels)}


def _sniff_codec(source: MediaSource) -> str:
    """Find the name of a codec that ffmpeg does not know, as the container spells it."""
    size_bytes = _size_of(source)
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as opened:
        head = opened.read(_SNIFFED_BYTES)
        opened.seek(max(size_bytes - _SNIFFED_BYTES, 0))
        data = head + opened.read(_SNIFFED_BYTES)
    # In turn: MP4 sample description, Matroska CodecID, AVI stream header.
    for pattern in (rb"stsd.{12}([ -~]{4})", rb"(V_[A-Z0-9/_]{2,30})", rb"vids([ -~]{4})"):
        match = re.search(pattern, data, re.DOTALL)
        if match:
            return f"“{match.group(1).decode('ascii').strip()}”"
    return "an unknown codec"

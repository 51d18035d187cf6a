"""A copy of a video that browsers play: small, with its sound, on the same clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import IO, BinaryIO

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.filter import Graph

from inference.container import MediaSource, VideoLimits, open_video
from inference.timeline import player_zero_ms
from inference.video import VideoReader
from inference.video_writer import SOUND_HZ, VideoWriter

# Source: own; what Chromium, Firefox and Safari play without help of the system, in these containers.
_PLAYED = {
    "mp4": ({"h264", "vp9", "av1"}, {"aac", "mp3", "opus", "flac"}),
    "webm": ({"vp8", "vp9", "av1"}, {"opus", "vorbis"}),
}
_PLAYED_PIXELS = {"yuv420p", "yuvj420p"}
COPY_EVERY_MS = 33  # Source: own; 30 frames a second, so that a copy of 60 stays small


def plays_in_browsers(source: MediaSource, *, is_webm: bool = False, limits: VideoLimits | None = None) -> bool:
    """Whether the usual browsers play the file as it is.

    Args:
        source: a local file, or an opened one that can seek.
        is_webm: whether a Matroska file is called WebM; what is only called Matroska is played by few.
        limits: of the video.
    Raises:
        UnreadableVideo, MediaTooLarge: as for `probe_video`.
    """
    with open_video(source, limits or VideoLimits()) as (container, stream, _track):
        formats = set(container.format.name.split(","))
        kind = "mp4" if "mp4" in formats else "webm" if "webm" in formats and is_webm else ""
        pictures, sounds = _PLAYED.get(kind, (set(), set()))
        codecs = {sound.codec_context.name for sound in container.streams.audio if sound.codec_context is not None}
        codec = stream.codec_context
        return codec.name in pictures and codec.pix_fmt in _PLAYED_PIXELS and codecs <= sounds


def make_playback_copy(
    opened: Callable[[], BinaryIO],
    out: IO[bytes],
    *,
    limits: VideoLimits | None = None,
    note: Callable[[int], None] = lambda _ms: None,
) -> None:
    """Write a copy in MP4 with H.264 and, where the video has sound, AAC; every frame keeps its time.

    Sound that cannot be decoded is left out from there on: a copy that shows the picture is worth more than none.

    Args:
        opened: opens the file; called twice, as pictures and sound are read apart.
        out: a file that can seek.
        limits: of the video.
        note: called with how many ms were written since its last call; it may raise to stop.
    Raises:
        UnreadableVideo, MediaTooLarge: as for `VideoReader`.
    """
    limits = limits or VideoLimits()
    with (
        opened() as pictures,
        opened() as sounds,
        VideoReader(pictures, every_ms=COPY_EVERY_MS, limits=limits) as frames,
    ):
        first = next(frames)
        height, width = first.picture.shape[:2]
        sound = _Sound(_sound(sounds, limits))
        with VideoWriter(out, width=width, height=height, has_sound=sound.is_any) as writer:
            writer.show(first.picture, first.t_ms)
            reported_ms = 0
            for frame in frames:
                sound.play(writer, frame.t_ms)
                writer.show(frame.picture, frame.t_ms)
                note(frame.t_ms - reported_ms)
                reported_ms = frame.t_ms
            sound.play(writer, None)


class _Sound:
    """Pieces of sound that wait for their time."""

    def __init__(self, pieces: Iterator[AudioFrame]) -> None:
        self._pieces = pieces
        self._next = next(pieces, None)
        self.is_any = self._next is not None

    def play(self, writer: VideoWriter, until_ms: int | None) -> None:
        """Write what begins up to this moment; None: all that is left."""
        while self._next is not None and (until_ms is None or _ms(self._next) <= until_ms):
            writer.play(self._next)
            self._next = next(self._pieces, None)


def _ms(frame: AudioFrame) -> int:
    return round((frame.pts or 0) * 1000 / SOUND_HZ)


def _sound(source: BinaryIO, limits: VideoLimits) -> Iterator[AudioFrame]:
    """The first sound as stereo, its time counted as the picture's; gaps are filled with silence."""
    with open_video(source, limits) as (container, stream, _track):
        if not container.streams.audio:
            return
        zero_ms = player_zero_ms(container, stream) or Fraction(0)
        try:
            yield from _filtered(container, zero_ms)
        except (av.error.FFmpegError, ValueError):
            return


def _filtered(container: InputContainer, zero_ms: Fraction) -> Iterator[AudioFrame]:
    graph: Graph | None = None
    for frame in container.decode(container.streams.audio[0]):
        if frame.pts is None or frame.time_base is None:
            continue
        start = Fraction(frame.pts) * frame.time_base - zero_ms / 1000
        frame.pts, frame.time_base = round(start * frame.sample_rate), Fraction(1, frame.sample_rate)
        graph = graph or _graph(frame)
        graph.push(frame)
        yield from _pulled(graph)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph)


def _graph(frame: AudioFrame) -> Graph:
    """Brings sound to one rate and layout, and its samples to where their times say."""
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=frame.sample_rate,
        format=frame.format.name,
        layout=frame.layout.name,
        time_base=Fraction(1, frame.sample_rate),
    )
    steady = graph.add("aresample", f"{SOUND_HZ}:async=1:first_pts=0")
    shape = graph.add("aformat", f"sample_fmts=fltp:channel_layouts=stereo:sample_rates={SOUND_HZ}")
    sink = graph.add("abuffersink")
    source.link_to(steady)
    steady.link_to(shape)
    shape.link_to(sink)
    graph.configure()
    return graph


def _pulled(graph: Graph) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(frame, AudioFrame):
            yield frame

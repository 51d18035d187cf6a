"""The packets of one picture stream, with the holes that the file has between them and the reach of its sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

import av
from av.container import InputContainer
from av.packet import Packet as AnyPacket
from av.stream import Stream
from av.video.stream import VideoStream

from inference.avi_index import AviIndex
from inference.errors import UnreadableVideo
from inference.spans import WHOLE, Span
from inference.timeline import stated_interval_ms

Packet: TypeAlias = "AnyPacket[VideoStream]"  # subscripted for mypy only: the class itself is compiled

# Formats whose packets lie side by side, so that bytes which no packet holds are a hole. Source: own; between two
# packets these formats put less than this themselves.
_OVERHEAD_BYTES = {"matroska": 4096, "flv": 4096, "avi": 4096, "mpeg": 1 << 15}
# Fewer bytes are a hole where a long step in time goes with them. MPEG-TS may fill up with empty packets.
_STEP_BYTES = {"matroska": 256, "flv": 256, "asf": 4096, "mpegts": 1 << 16}
_LONG_STEP = 5.0  # usual ones
_STRIPPED_BYTES = 64  # Matroska may leave out a few first bytes that all packets share
# Ogg says nothing of lost packets, but numbers frames evenly and repeats a frame by an empty packet: a step in time
# that is longer than so many usual ones is a hole. Source: own.
_LONGEST_STEP = {"ogg": 1.5}
_EVEN_PACKETS = 10


@dataclass(frozen=True, slots=True)
class Hole:
    """What is missing before a packet.

    Args:
        frames: how many frames the file's index knows there; 0 where nothing knows.
    """

    frames: int = 0


class Demuxer:
    """Reads a container forward, once.

    Args:
        container, stream: as `open_video` gives them.
        index: where an AVI file has its pictures; None for other files, or where it does not say.
        span: the only part that is read; by default all of it.

    Attributes:
        holes: what is missing before a packet, by its `id`; the consumer of the packet removes it.
        first_dts: the first packet's place, in ticks.
        sound_ms: where the last piece of sound ends on the container's own clock, ms; None where there is none.
        is_broken: whether reading ended with an error.
    """

    def __init__(
        self, container: InputContainer, stream: VideoStream, *, index: AviIndex | None = None, span: Span = WHOLE
    ) -> None:
        self.holes: dict[int, Hole] = {}
        self.first_dts: int | None = None
        self.sound_ms: float | None = None
        self.is_broken = False
        self._container = container
        self._stream = stream
        formats = set(container.format.name.split(","))
        self._overhead_bytes = _limit_of(formats, _OVERHEAD_BYTES)
        self._is_spread, self._largest_bytes = "mpeg" in formats, 0
        self._step_bytes = _limit_of(formats, _STEP_BYTES)
        self._index = index
        self._span = span
        self._next_position = 0
        self._dts_offset: int | None = None
        self._longest_step = _limit_of(formats, _LONGEST_STEP)
        self._interval_ms = stated_interval_ms(stream)
        self._last_ticks: int | None = None
        self._even_packets = 0
        self._read_up_to = 0
        self._last_pos: int | None = None
        self._skipped_bytes = 0
        self._has_followed_picture = False
        self._is_swallowed = False

    @property
    def pictures(self) -> int | None:
        """How many pictures there should have been so far; None where the file's index does not say."""
        return None if self._index is None else self._index.count(0, self._next_position)

    def packets(self) -> Iterator[Packet]:
        """Yield the stream's packets in the file's order; the last one is empty and drains the decoder.

        Raises:
            UnreadableVideo: there is no such span in the file.
        """
        try:
            # All streams: what belongs to another picture or to subtitles is no hole.
            for packet in self._container.demux() if self._span.start is None else self._packets_from(self._span.start):
                self._follow(packet)
                if packet.stream.index == self._stream.index:  # the last, empty packet has no number of its own
                    picture = cast("Packet", packet)
                    if self._span.stop is not None and picture.pts == self._span.stop:
                        yield _draining(self._stream)
                        return
                    self._mark(picture)
                    yield picture
                elif packet.pts is not None and packet.time_base is not None and packet.stream.type == "audio":
                    end_ms = float((packet.pts + (packet.duration or 0)) * packet.time_base * 1000)
                    self.sound_ms = end_ms if self.sound_ms is None else max(self.sound_ms, end_ms)
        except av.FFmpegError:
            self.is_broken = True

    def _packets_from(self, start: int) -> Iterator[AnyPacket[Stream]]:
        """Yield the packets of all streams from a key frame of ours on."""
        self._container.seek(start, stream=self._stream)
        has_begun = False
        for packet in self._container.demux():
            has_begun = has_begun or (packet.stream.index == self._stream.index and packet.pts == start)
            if has_begun:
                yield packet
        if not has_begun:
            raise UnreadableVideo("The video is not the one that was planned for: it has no such key frame.")

    def _follow(self, packet: AnyPacket[Stream]) -> None:
        """Note bytes that no packet holds before this one; several may begin in one page, at one place."""
        size_bytes = packet.size + sum(data.data_size for data in packet.iter_sidedata())
        if packet.pos is None or packet.pos < 0 or packet.pos == self._last_pos:
            self._read_up_to += size_bytes
            return
        if self._last_pos is not None:
            gap_bytes = packet.pos - self._read_up_to
            self._skipped_bytes = max(self._skipped_bytes, gap_bytes)
            # ffmpeg went back, as the packet before had swallowed this one.
            self._is_swallowed = self._is_swallowed or (self._has_followed_picture and gap_bytes < -_STRIPPED_BYTES)
        self._has_followed_picture = packet.stream.index == self._stream.index
        self._last_pos = packet.pos
        if self._is_spread and packet.size * 2 > self._largest_bytes:
            # A frame is spread over packs between those of other streams, and its place is where it begins.
            self._overhead_bytes = _OVERHEAD_BYTES["mpeg"] + packet.size * 2
            self._largest_bytes = packet.size * 2
        self._read_up_to = max(self._read_up_to, packet.pos + size_bytes)

    def _mark(self, packet: Packet) -> None:
        lost = self._correct(packet)
        step = self._step(packet)
        hole = self._leaps(step) or self._has_skipped(step)
        self._skipped_bytes, self._is_swallowed = 0, False
        if self.first_dts is None:
            self.first_dts = packet.dts
        if lost or hole:
            self.holes[id(packet)] = Hole(lost)

    def _step(self, packet: Packet) -> float:
        """The time since the packet before, in usual steps; 0 where unknown."""
        before, ticks = self._last_ticks, packet.pts if packet.dts is None else packet.dts
        if ticks is None or packet.time_base is None:
            return 0.0
        self._last_ticks = ticks
        if before is None:
            return 0.0
        return (ticks - before) * packet.time_base.numerator * 1000 / packet.time_base.denominator / self._interval_ms

    def _has_skipped(self, step: float) -> bool:
        """Whether too many bytes were in no packet since the last picture."""
        if self._overhead_bytes is not None and self._skipped_bytes > self._overhead_bytes:
            return True
        if self._step_bytes is None:
            return False
        if self._overhead_bytes is not None and self._is_swallowed:
            return True
        return step > _LONG_STEP and self._skipped_bytes > self._step_bytes

    def _leaps(self, step: float) -> bool:
        """Whether a stream that went evenly so far leaves a step out."""
        if self._longest_step is None:
            return False
        if step <= self._longest_step:
            self._even_packets += 1
            return False
        was_even, self._even_packets = self._even_packets >= _EVEN_PACKETS, 0
        return was_even

    def _correct(self, packet: Packet) -> int:
        """Put an AVI packet where the file's index has it, as ffmpeg only counts those that it finds.

        Returns:
            How many frames of the index were passed over.
        """
        if self._index is None or packet.dts is None or packet.pos is None:
            return 0
        position = self._index.find(packet.pos, packet.size, self._next_position)
        if self._dts_offset is None:
            self._dts_offset = packet.dts if position is None else packet.dts - position
        if position is None:  # of a packet that the index does not have, only its turn is known
            position = self._next_position
        lost = self._index.count(self._next_position, position)
        self._next_position = position + 1
        if packet.pts is not None:
            packet.pts += self._dts_offset + position - packet.dts
        packet.dts = self._dts_offset + position
        return lost


def _draining(stream: VideoStream) -> Packet:
    """An empty packet, as at the end of a file."""
    packet = AnyPacket()
    packet.stream = stream
    return cast("Packet", packet)


def _limit_of(formats: set[str], limits: Mapping[str, float]) -> float | None:
    return next((most for name, most in limits.items() if name in formats), None)

"""The packets of one picture stream, with the holes that the file has between them and the reach of its sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

import av
from av.container import InputContainer
from av.packet import Packet as AnyPacket
from av.stream import Stream
from av.video.stream import VideoStream

from inference.avi_index import AviIndex
from inference.timeline import stated_interval_ms

Packet: TypeAlias = "AnyPacket[VideoStream]"  # subscripted for mypy only: the class itself is compiled

# Formats whose packets lie side by side, so that bytes which no packet holds are a hole. Source: own; between two
# packets these formats put less than this themselves.
# Formats that say nothing of lost packets, but number frames evenly: steps in time that are longer than so many usual
# ones are a hole. Theora repeats a frame by an empty packet; Windows Media may leave out some. Source: own.
_LONGEST_STEP = {"ogg": 1.5, "asf": 5.0}
_EVEN_PACKETS = 10
_OVERHEAD_BYTES = {"matroska": 4096, "flv": 4096, "avi": 4096, "mpeg": 1 << 15}


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

    Attributes:
        holes: what is missing before a packet, by its `id`; whoever takes the packet takes it out.
        first_dts: the first packet's place, in ticks.
        sound_ms: where the last piece of sound ends on the container's own clock, ms; None where there is none.
        is_broken: whether reading ended with an error.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, *, index: AviIndex | None = None) -> None:
        self.holes: dict[int, Hole] = {}
        self.first_dts: int | None = None
        self.sound_ms: float | None = None
        self.is_broken = False
        self._container = container
        self._stream = stream
        formats = set(container.format.name.split(","))
        self._overhead_bytes = next((most for name, most in _OVERHEAD_BYTES.items() if name in formats), None)
        self._index = index
        self._next_place = 0
        self._first_place: int | None = None
        self._longest_step = next((most for name, most in _LONGEST_STEP.items() if name in formats), None)
        self._interval_ms = stated_interval_ms(stream)
        self._last_pts: int | None = None
        self._even_packets = 0
        self._read_up_to = 0
        self._last_pos: int | None = None

    def packets(self) -> Iterator[Packet]:
        """Yield the stream's packets in the file's order; the last one is empty and drains the decoder."""
        try:
            for packet in self._container.demux([self._stream, *self._container.streams.audio]):
                hole = self._is_hole(packet)
                if packet.stream.index == self._stream.index:  # the last, empty packet has no number of its own
                    picture = cast("Packet", packet)
                    self._mark(picture, hole=hole)
                    yield picture
                elif packet.pts is not None and packet.time_base is not None:
                    end_ms = float((packet.pts + (packet.duration or 0)) * packet.time_base * 1000)
                    self.sound_ms = end_ms if self.sound_ms is None else max(self.sound_ms, end_ms)
        except av.FFmpegError:
            self.is_broken = True

    def _is_hole(self, packet: AnyPacket[Stream]) -> bool:
        """Whether bytes that no packet holds lie before this one; several may begin in one page, at one place."""
        if self._overhead_bytes is None or packet.pos is None or packet.pos == self._last_pos:
            self._read_up_to += packet.size
            return False
        gap, is_first = packet.pos - self._read_up_to, self._last_pos is None
        self._last_pos = packet.pos
        self._read_up_to = max(self._read_up_to, packet.pos + packet.size)
        return gap > self._overhead_bytes and not is_first

    def _mark(self, packet: Packet, *, hole: bool) -> None:
        lost = self._correct(packet)
        hole = hole or self._leaps(packet)
        if self.first_dts is None:
            self.first_dts = packet.dts
        if lost or hole:
            self.holes[id(packet)] = Hole(lost)

    def _leaps(self, packet: Packet) -> bool:
        """Whether a stream that went evenly so far leaves a step out."""
        if self._longest_step is None or packet.pts is None or packet.time_base is None:
            return False
        step_ms = 0.0 if self._last_pts is None else float((packet.pts - self._last_pts) * packet.time_base * 1000)
        self._last_pts = packet.pts
        if step_ms <= 1.5 * self._interval_ms:
            self._even_packets += 1
            return False
        was_even, self._even_packets = self._even_packets >= _EVEN_PACKETS, 0
        return was_even and step_ms > self._longest_step * self._interval_ms

    def _correct(self, packet: Packet) -> int:
        """Put an AVI packet where the file's index has it, as ffmpeg only counts those that it finds.

        Returns:
            How many frames of the index were passed over.
        """
        if self._index is None or packet.dts is None or packet.pos is None:
            return 0
        place = self._index.find(packet.pos, packet.size, self._next_place)
        if self._first_place is None:
            self._first_place = packet.dts if place is None else packet.dts - place
        if place is None:  # of a packet that the index does not have, only its turn is known
            place = self._next_place
        lost = self._index.count(self._next_place, place)
        self._next_place = place + 1
        if packet.pts is not None:
            packet.pts += self._first_place + place - packet.dts
        packet.dts = self._first_place + place
        return lost

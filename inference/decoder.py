"""Forward decoding of one stream: every frame in presentation order with its time, and an honest count."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, TypeAlias

import av
from av.container import InputContainer
from av.packet import Packet as AnyPacket
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from inference.container import stated_interval_ms
from inference.sampling import FrameClock, SkipPlan

Packet: TypeAlias = "AnyPacket[VideoStream]"  # subscripted for mypy only: the class itself is compiled

# Containers that store presentation times (AVI stores none), and codecs whose frames say themselves that no other
# frame refers to them: H.264 nal_ref_idc = 0 (ITU-T H.264, 7.4.1), B-frames of MPEG-4 part 2, VP8 frames that
# refresh no buffer (RFC 6386, 9.7). HEVC's sub-layer non-reference frames may be referred to by higher layers.
_SKIPPING_CONTAINERS = frozenset({"mov", "matroska"})
_SKIPPING_CODECS = frozenset({"h264", "mpeg4", "vp8"})
_LOOKAHEAD_PACKETS = 16  # H.264 reorders at most 16 frames (max_num_reorder_frames, ITU-T H.264, E.2.1).


class FrameDecoder:
    """Decodes a stream once, from its start to its end.

    Args:
        container, stream: as `open_video` gives them.
        every_ms: frames that cannot be the first of a cell of this length are left undecoded where no other frame
            needs them; None decodes every frame.

    Attributes:
        frames_passed: frames decoded or left out so far; too damaged ones are not counted.
        frames_left_out: those that were not decoded, on purpose.
        damaged_packets: packets that the demuxer or the decoder refused.
        ended_at_ms: where the last frame so far ends, ms.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, *, every_ms: int | None = None) -> None:
        self.frames_passed = 0
        self.frames_left_out = 0
        self.damaged_packets = 0
        self.ended_at_ms = 0
        self._container = container
        self._stream = stream
        self._time_base = stream.time_base or Fraction(1, 1000)
        self._interval_ms = stated_interval_ms(stream)
        self._clock = FrameClock(self._time_base, self._interval_ms)
        self._formats = set(container.format.name.split(","))
        self._plan = SkipPlan(every_ms) if every_ms is not None and self._may_leave_out() else None

    def frames(self) -> Iterator[tuple[VideoFrame, int]]:
        """Yield every frame that is decoded, in presentation order, with its time in ms from the first one."""
        for packet in self._packets_ahead():
            self._set_skipping(packet)
            for frame in self._decode(packet):
                yield frame, self._account(frame)
        self._settle(None)

    def _may_leave_out(self) -> bool:
        return bool(self._formats & _SKIPPING_CONTAINERS) and self._stream.codec_context.name in _SKIPPING_CODECS

    def _packets_ahead(self) -> Iterator[Packet]:
        """Yield the packets, having told the plan of those that follow."""
        ahead: deque[Packet] = deque()
        for packet in self._packets():
            ahead.append(packet)
            t_ms = None if packet.pts is None else self._clock.peek(packet.pts)
            if self._plan is not None and t_ms is not None:
                self._plan.note(t_ms)
            if len(ahead) > _LOOKAHEAD_PACKETS:
                yield ahead.popleft()
        yield from ahead

    def _packets(self) -> Iterator[Packet]:
        try:
            # The last packet is empty: it drains the decoder.
            yield from self._container.demux(self._stream)
        except av.FFmpegError:
            self.damaged_packets += 1

    def _set_skipping(self, packet: Packet) -> None:
        wanted: Literal["NONREF", "DEFAULT"] = "NONREF" if self._is_skippable(packet) else "DEFAULT"
        if wanted != self._stream.codec_context.skip_frame:
            self._stream.codec_context.skip_frame = wanted
        if wanted == "NONREF" and packet.pts is not None and self._plan is not None:
            self._plan.offer(packet.pts)

    def _is_skippable(self, packet: Packet) -> bool:
        if self._plan is None or packet.pts is None or packet.is_discard or self._clock.is_rebased:
            return False
        t_ms = self._clock.peek(packet.pts)
        return t_ms is not None and self._plan.may_skip(t_ms)

    def _decode(self, packet: Packet) -> list[VideoFrame]:
        try:
            return packet.decode()
        except av.FFmpegError:
            self.damaged_packets += 1
            return []

    def _account(self, frame: VideoFrame) -> int:
        self.frames_passed += 1
        self._settle(frame.pts)
        # AVI numbers frames in decoding order: the decoder's "pts" jumps about, its dts counts the frames shown.
        t_ms = self._clock.read(frame.dts if "avi" in self._formats else frame.pts)
        length_ms = float(frame.duration * self._time_base * 1000) if frame.duration else self._interval_ms
        self.ended_at_ms = max(self.ended_at_ms, round(t_ms + length_ms))
        return t_ms

    def _settle(self, pts: int | None) -> None:
        if self._plan is not None:
            left_out = self._plan.settle(pts)
            self.frames_left_out += left_out
            self.frames_passed += left_out

"""Forward decoding of one stream: every frame in presentation order with its time, and exact counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import Literal

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from inference.avi_index import AviIndex
from inference.bitstream import INTRA_CODECS, has_hole, is_disposable, is_torn
from inference.damage import DamageWatch
from inference.demuxer import Demuxer, Packet
from inference.sampling import CLOCK_JUMP_MS, FrameClock, SkipPlan
from inference.spans import WHOLE, Span
from inference.timeline import player_zero_ms, stated_interval_ms

# Containers that store presentation times (AVI stores none), and codecs whose frames say themselves that no other
# frame refers to them (see `is_disposable`). HEVC's sub-layer non-reference frames may be referred to by higher layers.
_SKIPPING_CONTAINERS = frozenset({"mov", "matroska"})
_SKIPPING_CODECS = frozenset({"h264", "mpeg4", "vp8"}) | INTRA_CODECS
_JOIN_PACKETS = 3  # ffmpeg tells of a jump up to two packets before it: its parser looks ahead. Source: own.
_LOOKAHEAD_PACKETS = 16  # H.264 reorders at most 16 frames (max_num_reorder_frames, ITU-T H.264, E.2.1).


class FrameDecoder:
    """Decodes a stream once, from its start to its end.

    A frame that is too damaged to be decoded, that the decoder patched up, or that is predicted from such a one is
    counted and left as a gap: what would be seen in it is not what was recorded.

    Args:
        container, stream: as `open_video` gives them.
        every_ms: frames that cannot be the first of a cell of this length are left undecoded where no other frame
            needs them; None decodes every frame.
        index: where an AVI file has its pictures; None for other files, or where it does not say.
        span: the only part that is decoded; by default all of it.

    Attributes:
        frames_passed: frames decoded or left out so far; too damaged ones are not counted.
        frames_left_out: those that were not decoded, on purpose.
        damaged_packets: packets that the demuxer or the decoder refused.
        last_ms: when the last frame so far begins, ms.
        ended_at_ms: where the last frame so far ends, by its own word, ms.
        damage: what was too damaged, and which stretches are missing.
        demuxer: what was read of the file.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        *,
        every_ms: int | None = None,
        index: AviIndex | None = None,
        span: Span = WHOLE,
    ) -> None:
        self.frames_passed = 0
        self.frames_left_out = 0
        self.damaged_packets = 0
        self.last_ms = 0
        self._last_packet: Packet | None = None
        self._has_restarted = False
        self.ended_at_ms = 0
        self._is_doubtful = self._is_torn = self._is_flagged = False
        self._is_next_torn: bool | None = None
        self._number: int | None = None
        self._recent_dts: deque[int] = deque(maxlen=_LOOKAHEAD_PACKETS + 1)
        self._number_step: int | None = None
        self.demuxer = Demuxer(container, stream, index=index, span=span)
        self._stream = stream
        self._span = span
        time_base = stream.time_base or Fraction(1, 1000)
        self._ms_per_tick = float(time_base * 1000)
        self._interval_ms = stated_interval_ms(stream)
        self._formats = set(container.format.name.split(","))
        self._is_numbered = "avi" in self._formats
        zero_ms = player_zero_ms(container, stream)
        self._zero_ms = zero_ms or Fraction(0)
        self._clock = FrameClock(time_base, self._interval_ms, zero_ms=self._zero_ms if self._is_numbered else zero_ms)
        self.damage = DamageWatch(self._interval_ms, is_steady="mpeg" in self._formats, time_of=self._clock.peek)
        self._plan = SkipPlan(every_ms) if every_ms is not None and self._may_leave_out() else None
        if self._plan is not None and span.before_ms is not None:
            self._plan.note(span.before_ms)

    def frames(self) -> Iterator[tuple[VideoFrame, int]]:
        """Yield every frame that is decoded, in presentation order, with its time in ms as a player counts."""
        for packet in self._packets_ahead():
            for frame in self._decode(packet):
                t_ms = self._account(frame)
                if t_ms is not None:
                    yield frame, t_ms
        self._settle(None)
        self.damage.finish(None if self._span.stop is None else self._span.to_ms)
        if self.demuxer.pictures is not None:  # what brought no frame and a spoilt one may be one and the same
            self.damage.frames = min(self.damage.frames, max(self.demuxer.pictures - self.frames_passed, 0))

    @property
    def sound_end_ms(self) -> float | None:
        """Where the sound ended so far, in ms as a player counts; None where there is none."""
        return None if self.demuxer.sound_ms is None else self.demuxer.sound_ms - float(self._zero_ms)

    def _may_leave_out(self) -> bool:
        return bool(self._formats & _SKIPPING_CONTAINERS) and self._stream.codec_context.name in _SKIPPING_CODECS

    def _packets_ahead(self) -> Iterator[Packet]:
        """Yield the packets, having told the plan of those that follow."""
        ahead: deque[Packet] = deque()
        for packet in self.demuxer.packets():
            ahead.append(packet)
            t_ms = None if packet.pts is None else self._clock.peek(packet.pts)
            if self._plan is not None and t_ms is not None:
                self._plan.note(t_ms)
            if len(ahead) > _LOOKAHEAD_PACKETS:
                yield self._distrust(ahead.popleft(), ahead)
        while ahead:
            yield self._distrust(ahead.popleft(), ahead)

    def _distrust(self, packet: Packet, ahead: deque[Packet]) -> Packet:
        """Note whether a packet is doubtful: damage that shows in the next one mostly begins in this one."""
        following = ahead[0] if ahead else None
        # Where files are joined end to end the transport stream's count of packets jumps, which is called damage.
        self._is_flagged = packet.is_corrupt and not any(
            self._restarts(packet, later) for later in islice(ahead, _JOIN_PACKETS)
        )
        is_last = following is None or following.size == 0
        context = self._stream.codec_context
        self._is_torn = is_torn(bytes(packet), context) if self._is_next_torn is None else self._is_next_torn
        self._is_next_torn = following is not None and is_torn(bytes(following), context)
        self._is_doubtful = (
            (is_last and self.demuxer.is_broken)
            or (following is not None and id(following) in self.demuxer.holes)
            or self._is_next_torn
        )
        return packet

    def _restarts(self, packet: Packet, later: Packet) -> bool:
        """Whether the file's clock begins anew between two packets."""
        if packet.dts is None or later.dts is None:
            return False
        return (packet.dts - later.dts) * self._ms_per_tick > CLOCK_JUMP_MS

    def _note_packet(self, packet: Packet) -> None:
        if self._last_packet is not None and self._restarts(self._last_packet, packet):
            self._has_restarted = True
        self._last_packet = packet
        if packet.dts is not None:
            self._recent_dts.append(packet.dts)

    def _decode(self, packet: Packet) -> list[VideoFrame]:
        """Decode a packet; what it costs where it is damaged is noted."""
        if packet.size == 0 and packet.pts is None:
            return self._send(packet)  # the last one: it drains the decoder
        self._note_packet(packet)
        data, kept_back = bytes(packet), []
        hole = self.demuxer.holes.pop(id(packet), None)
        if hole is not None:
            kept_back = self._restart()
            self.damage.lose(hole)
        if self._is_doubtful or self._is_torn or self._is_flagged or has_hole(data, self._stream.codec_context.name):
            self.damaged_packets += 1
            return kept_back + self._refuse(packet, is_needed=True)
        can_skip = self._is_skippable(packet) and is_disposable(data, self._stream.codec_context)
        self._set_skipping(can_skip)
        refused = self.damaged_packets
        frames = kept_back + (
            [] if can_skip and self._stream.codec_context.name in INTRA_CODECS else self._send(packet)
        )
        if self.damaged_packets > refused:
            frames += self._refuse(packet, is_needed=not can_skip)
        elif can_skip and packet.pts is not None and self._plan is not None:
            self._plan.offer(packet.pts)
        elif not packet.is_discard:
            self.damage.send(packet.pts)
        return frames

    def _refuse(self, packet: Packet, *, is_needed: bool) -> list[VideoFrame]:
        """Note a damaged packet; return the frames before it that the decoder kept back."""
        ticks = packet.dts if self._is_numbered else packet.pts
        t_ms = None if ticks is None else self._clock.peek(ticks)
        kept_back = self._restart() if is_needed else []
        self.damage.refuse(t_ms, is_needed=is_needed)
        return kept_back

    def _restart(self) -> list[VideoFrame]:
        """Have the decoder hand out what it keeps back and forget the rest, which is not to be built upon."""
        if self.damage.is_rippling:
            return []
        try:
            kept_back = self._stream.codec_context.decode(None)
        except av.FFmpegError:
            kept_back = []
        self._stream.codec_context.flush_buffers()
        return kept_back

    def _send(self, packet: Packet) -> list[VideoFrame]:
        try:
            return packet.decode()
        except av.FFmpegError:
            self.damaged_packets += 1
            return []

    def _is_skippable(self, packet: Packet) -> bool:
        if self._plan is None or packet.pts is None or packet.is_discard:
            return False
        if self._clock.is_rebased or self.damage.is_rippling:
            return False
        t_ms = self._clock.peek(packet.pts)
        return t_ms is not None and self._plan.may_skip(t_ms)

    def _set_skipping(self, can_skip: bool) -> None:
        skip_frame: Literal["NONREF", "DEFAULT"] = "NONREF" if can_skip else "DEFAULT"
        if skip_frame != self._stream.codec_context.skip_frame:
            self._stream.codec_context.skip_frame = skip_frame

    def _account(self, frame: VideoFrame) -> int | None:
        """Count a frame; return its time in ms, or None where it is too damaged to be looked at."""
        self._settle(frame.pts)
        if self._is_stale(frame):
            self.damage.frames += 1
            return None
        if self._is_numbered:
            t_ms = self._read_number(frame.dts)
        else:
            t_ms = self._clock.read(frame.dts if frame.pts is None else frame.pts)
        length = max(frame.duration or 0, self._number_step or 0)
        length_ms = length * self._ms_per_tick if length else self._interval_ms
        if not self.damage.accept(frame, t_ms, min(length_ms, self._interval_ms), is_ordered=not self._is_numbered):
            return None
        self.frames_passed += 1
        self.last_ms = max(self.last_ms, t_ms)
        self.ended_at_ms = max(self.ended_at_ms, round(t_ms + length_ms))
        return t_ms

    def _read_number(self, number: int | None) -> int:
        """Return the time of a frame of an AVI, in ms; a number is missing where the decoder was emptied.

        AVI numbers frames in decoding order: the decoder's "pts" jumps about, its dts counts the frames shown, which
        come out as many packets late as the decoder must look ahead.
        """
        if number is None:
            dts = self.demuxer.first_dts if self._number is None else self._number + (self._number_step or 1)
        else:
            late = min(self._stream.codec_context.reorder_depth, len(self._recent_dts) - 1)
            dts = self._recent_dts[-1 - late]
            if self._number is not None and dts > self._number:
                step = dts - self._number
                self._number_step = step if self._number_step is None else min(step, self._number_step)
        self._number = dts
        return self._clock.read(dts)

    def _is_stale(self, frame: VideoFrame) -> bool:
        """Whether the decoder kept a frame back over a hole: its time is long past, but no new clock has begun."""
        if self._is_numbered or self._has_restarted or frame.pts is None:
            return False
        t_ms = self._clock.peek(frame.pts)
        return t_ms is not None and t_ms < self.last_ms - CLOCK_JUMP_MS and not self._clock.is_rebased

    def _settle(self, pts: int | None) -> None:
        if self._plan is not None:
            left_out, last_pts = self._plan.settle(pts)
            self.frames_left_out += left_out
            self.frames_passed += left_out
            t_ms = None if last_pts is None else self._clock.peek(last_pts)
            if t_ms is not None:
                self.damage.pass_by(t_ms)
                self.last_ms = max(self.last_ms, t_ms)
                self.ended_at_ms = max(self.ended_at_ms, round(t_ms + self._interval_ms))

"""A file's time as a player shows it: where zero is, how long the picture is said to last, and its pace."""

from __future__ import annotations

import re
from fractions import Fraction

import av
from av.container import InputContainer
from av.video.stream import VideoStream

UNKNOWN_INTERVAL_MS = 40.0
_FILE_LENGTHS = frozenset({"asf", "asf_o"})
_TAG = re.compile(r"(\d+):(\d+):(\d+(?:\.\d+)?)")


def player_zero_ms(container: InputContainer, stream: VideoStream) -> Fraction | None:
    """Return the timestamp, in ms, at which a player's clock shows zero: where the first of all streams begins.

    None where the file does not say, or where what it says cannot be: then the first frame is at zero.
    Source: Chromium's FFmpegDemuxer and mpv (--rebase-start-time) count so.
    """
    if container.start_time is None or stream.start_time is None or stream.time_base is None:
        return None
    zero, begins = Fraction(container.start_time, av.time_base) * 1000, stream.start_time * stream.time_base * 1000
    if container.duration and (begins - zero) * av.time_base > container.duration * 1000:
        return None
    # Sound may begin a little before zero, where its codec needs a run-up; the picture's clock does not move for it.
    return max(zero, min(begins, Fraction(0)))


def picture_end_ms(container: InputContainer, stream: VideoStream) -> int | None:
    """Return where the file itself says that this picture ends, in ms as a player counts; None where it does not."""
    zero = player_zero_ms(container, stream) or Fraction(0)
    # In Windows Media ffmpeg gives the file's length as that of each stream.
    if stream.duration is not None and stream.time_base is not None and container.format.name not in _FILE_LENGTHS:
        begins = Fraction(stream.start_time or 0) * stream.time_base * 1000
        late_ms = max(begins - zero, Fraction(0)) if stream.start_time is not None else Fraction(0)
        return round(late_ms + stream.duration * stream.time_base * 1000)
    tagged = _tagged_ms(stream)
    # The tag states an end on the file's own clock; where it can only be a length, it is one.
    return None if tagged is None else round(tagged - zero if tagged > zero else tagged)


def container_end_ms(container: InputContainer, stream: VideoStream) -> int | None:
    """Return where the file says that all its streams have ended, in ms as a player counts; None where it does not."""
    if container.duration is None:
        return None
    length_ms = Fraction(container.duration, av.time_base) * 1000
    zero = player_zero_ms(container, stream) or Fraction(0)
    # Matroska's writers mean the end on the file's own clock, the others a length.
    if "matroska" in container.format.name and length_ms > zero:
        length_ms -= zero
    return round(length_ms)


def stated_duration_ms(container: InputContainer, stream: VideoStream) -> int | None:
    """Return the length that the file states for its picture stream, in ms as a player counts, or None."""
    own = picture_end_ms(container, stream)
    return container_end_ms(container, stream) if own is None else own


def stated_interval_ms(stream: VideoStream) -> float:
    """Return the usual time between two frames in ms, by the header's average rate (40 ms where it has none)."""
    rate: Fraction | None = stream.average_rate or stream.base_rate
    return float(1000 / rate) if rate else UNKNOWN_INTERVAL_MS


def _tagged_ms(stream: VideoStream) -> Fraction | None:
    text = next((text for key, text in stream.metadata.items() if key.upper().startswith("DURATION")), "")
    tag = _TAG.fullmatch(text)
    if not tag:
        return None
    hours, minutes, seconds = tag.groups()
    return Fraction(int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)) * 1000

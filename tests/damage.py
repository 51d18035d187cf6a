"""Faults put into files: holes, matrices, tags; and files of kinds that ordinary clips do not have."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests import clips


def zero_stretch(path: Path, begin: float, end: float) -> Path:
    """Overwrite a share of a file, from `begin` to `end` in [0, 1], with zeros; return `path`."""
    content = path.read_bytes()
    first, last = int(len(content) * begin), int(len(content) * end)
    path.write_bytes(content[:first] + bytes(last - first) + content[last:])
    return path


def set_matrix(path: Path, values: tuple[float, float, float, float]) -> Path:
    """Set a b c d of the display matrix of an MP4; return `path`."""
    a, b, c, d = (round(value * 65536) for value in values)
    content = bytearray(path.read_bytes())
    start = content.index(b"tkhd") + 44  # ISO/IEC 14496-12, 8.3.2: version 0 of the box
    content[start : start + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30 if any(values) else 0)
    path.write_bytes(content)
    return path


def noise(count: int, *, width: int = 320, height: int = 240) -> list[np.ndarray]:
    """Frames that cannot be compressed well, so that a hole in a file falls into pictures."""
    rng = np.random.default_rng(7)
    still = rng.integers(0, 255, (height, width, 3), np.uint8)
    frames = []
    for index in range(count):
        frame = np.roll(still, index * 3, axis=1)
        frame[:20] = index * 2 % 256
        frames.append(frame)
    return frames


def numbered(count: int, *, width: int = 320, height: int = 240) -> list[np.ndarray]:
    """Frames as of `noise`, less than 128, with their number in black and white blocks; see `read_number`."""
    frames = noise(count, width=width, height=height)
    for index, frame in enumerate(frames):
        frame[:32] = 0
        for bit in range(7):
            frame[:32, bit * 40 : bit * 40 + 40] = 255 * (index >> bit & 1)
    return frames


def read_number(picture: np.ndarray) -> int:
    """Return the number that a frame of `numbered` shows."""
    return sum(1 << bit for bit in range(7) if picture[8:24, bit * 40 + 10 : bit * 40 + 30].mean() > 128)


def write_wide_pixels(path: Path, aspect: Fraction, *, codec: str = "libx264") -> Path:
    """Write ten frames of 320 x 240 whose pixels have this width over height; return `path`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        for picture in clips.blank(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path


def write_with_sound(path: Path, *, picture_from_ms: int, count: int, sound_ms: int, codec: str = "libx264") -> Path:
    """Write frames of 25 a second that begin at a time, beside sound from zero to `sound_ms`; return `path`."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=25, options={"bf": "0"} if codec == "libx264" else {})
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        audio = container.add_stream("libopus" if path.suffix == ".webm" else "aac", rate=48000)
        packets = []
        for index, picture in enumerate(clips.blank(count)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = picture_from_ms + index * 40, Fraction(1, 1000)
            packets += video.encode(frame)
        packets += video.encode()
        size, pts = (960, 0)
        while pts * 1000 < sound_ms * 48000:
            kind = "flt" if path.suffix == ".webm" else "fltp"
            sound = av.AudioFrame.from_ndarray(np.zeros((1, size), np.float32), format=kind, layout="mono")
            sound.sample_rate, sound.pts = 48000, pts
            packets += audio.encode(sound)
            pts += size
        packets += audio.encode()
        for packet in sorted(packets, key=lambda each: each.pts * each.time_base):
            container.mux(packet)
    return path


def write_two_tracks(path: Path, *, default: int) -> Path:
    """Write two moving pictures, 320 x 240 and 160 x 120 px, one of them (1 or 2) marked as default; return `path`."""
    with av.open(str(path), "w") as container:
        streams = []
        for number, (width, height) in enumerate(((320, 240), (160, 120)), 1):
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.disposition = av.stream.Disposition.default if number == default else av.stream.Disposition(0)
            streams.append(stream)
        for index in range(10):
            for stream in streams:
                picture = np.full((stream.height, stream.width, 3), index, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        for stream in streams:
            container.mux(stream.encode())
    return path


def write_beside_heavy_track(path: Path, *, codec: str) -> Path:
    """Write ten frames of 320 x 240, the default, beside noise of 160 x 120 that needs far more bytes."""
    with av.open(str(path), "w") as container:
        streams = []
        for number, (width, height) in enumerate(((320, 240), (160, 120)), 1):
            stream = container.add_stream(codec, rate=25, options={"crf": "4"} if codec == "libx264" else {})
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.bit_rate = 20_000_000
            stream.disposition = av.stream.Disposition.default if number == 1 else av.stream.Disposition(0)
            streams.append(stream)
        for pictures in zip(clips.blank(10), noise(10, width=160, height=120), strict=True):
            for stream, picture in zip(streams, pictures, strict=True):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        for stream in streams:
            container.mux(stream.encode())
    return path


def cut_out(path: Path, begin: float, end: float) -> Path:
    """Take a share of a file, from `begin` to `end` in [0, 1], out of it; return `path`."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * begin)] + content[int(len(content) * end) :])
    return path


def write_still_first(path: Path) -> Path:
    """Write a JPEG of one frame, marked as default, before a film of ten frames of 320 x 240; return `path`."""
    with av.open(str(path), "w") as container:
        still = container.add_stream("mjpeg", rate=1)
        still.width, still.height, still.pix_fmt = 64, 48, "yuvj420p"
        film = container.add_stream("libx264", rate=25)
        film.width, film.height, film.pix_fmt = 320, 240, "yuv420p"
        still.disposition, film.disposition = av.stream.Disposition.default, av.stream.Disposition(0)
        cover = np.full((48, 64, 3), 200, np.uint8)
        container.mux(still.encode(av.VideoFrame.from_ndarray(cover, format="bgr24")))
        container.mux(still.encode())
        for picture in clips.blank(10):
            container.mux(film.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(film.encode())
    return path

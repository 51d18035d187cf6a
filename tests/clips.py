"""Test clips, made when they are needed: a real face that moves, in every codec and with every fault."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

TIME_BASE_HZ = 1000


@cache
def face_picture() -> NDArray[np.uint8]:
    """The astronaut's portrait that scikit-image ships, uint8 (512, 512, 3) BGR; its face is about 110 px wide."""
    return cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR)


def moving_face(count: int, *, width: int = 640, height: int = 480) -> Iterator[NDArray[np.uint8]]:
    """Yield `count` frames in which the astronaut's head slides from left to right over grey."""
    head = face_picture()[:260, 90:350]
    for index in range(count):
        frame = np.full((height, width, 3), 90, np.uint8)
        left = 20 + round((width - 300) * index / max(count - 1, 1))
        frame[100 : 100 + head.shape[0], left : left + head.shape[1]] = head
        yield frame


def blank(count: int, *, width: int = 320, height: int = 240) -> Iterator[NDArray[np.uint8]]:
    """Yield `count` frames without a face: a ramp whose brightness tells its index."""
    for index in range(count):
        frame = np.full((height, width, 3), 128, np.uint8)
        frame[:, : width // 2] = (index * 7) % 256
        yield frame


def write_clip(
    path: Path,
    pictures: Iterable[NDArray[np.uint8]],
    *,
    codec: str = "libx264",
    times_ms: Iterable[int] | None = None,
    fps: int = 25,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Encode pictures, uint8 (H, W, 3) BGR, with a steady rate or at the given times; return `path`."""
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=fps, options=options or {})
        stream.pix_fmt = {"mjpeg": "yuvj420p", "prores_ks": "yuv422p10le"}.get(codec, "yuv420p")
        if times_ms is not None:
            stream.codec_context.time_base = Fraction(1, TIME_BASE_HZ)
        times = iter(times_ms) if times_ms is not None else None
        for picture in pictures:
            if not stream.codec_context.is_open:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            if times is not None:
                frame.pts, frame.time_base = next(times), Fraction(1, TIME_BASE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_faststart(path: Path, count: int = 100) -> Path:
    """Write an MP4 whose index stands before its data, as web players like it."""
    faststart = {"movflags": "faststart"}
    return write_clip(path, moving_face(count), options={"g": "10"}, container_options=faststart)


def turn_clip(path: Path, clockwise_deg: int) -> Path:
    """Set the display matrix of an MP4 so that players turn it clockwise; return `path`."""
    rows = {
        0: (65536, 0, 0, 65536),
        90: (0, 65536, -65536, 0),
        180: (-65536, 0, 0, -65536),
        270: (0, -65536, 65536, 0),
    }
    a, b, c, d = rows[clockwise_deg]
    matrix = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    data_bytes = bytearray(path.read_bytes())
    start = data_bytes.index(b"tkhd") + 44  # ISO/IEC 14496-12, 8.3.2: version 0 of the box
    data_bytes[start : start + 36] = matrix
    path.write_bytes(data_bytes)
    return path


def lie_about_length(path: Path, factor: int) -> Path:
    """Multiply every length that the headers of an MP4 state; return `path`."""
    data_bytes = bytearray(path.read_bytes())
    # Where the 32-bit length stands after the box's name, version 0: ISO/IEC 14496-12, 8.2.2, 8.3.2, 8.4.2.
    for box, offset in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        at = data_bytes.index(box) + offset
        (length,) = struct.unpack_from(">I", data_bytes, at)
        struct.pack_into(">I", data_bytes, at, length * factor)
    path.write_bytes(data_bytes)
    return path


def truncate(path: Path, share: float) -> Path:
    """Keep only the first part of a file; return `path`."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def name_unknown_codec(path: Path) -> Path:
    """Rename the H.264 of an MP4 to a codec that nobody has; return `path`."""
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    return path


def write_sound(path: Path) -> Path:
    """Write a second of silence as AAC in an MP4, without pictures; return `path`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44100
        for index in range(43):
            frame.pts = index * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_without_frames(path: Path) -> Path:
    """Write an MP4 that has a picture stream of length zero; return `path`."""
    write_clip(path, blank(1), container_options={"movflags": "faststart"})
    data_bytes = bytearray(path.read_bytes())
    # Sample sizes, times and chunks: no entries left (ISO/IEC 14496-12, 8.6 and 8.7).
    for box, offset in ((b"stts", 8), (b"stsc", 8), (b"stsz", 12), (b"stco", 8)):
        struct.pack_into(">I", data_bytes, data_bytes.index(box) + offset, 0)
    path.write_bytes(data_bytes)
    return path


def write_giant(path: Path, side_px: int = 10_000) -> Path:
    """Write a motion JPEG AVI whose header and pictures all claim a square of `side_px`; return `path`."""
    write_clip(path, blank(3), codec="mjpeg")
    content = path.read_bytes()
    # RIFF header sizes are 32-bit little endian, those of a JPEG's start of frame 16-bit big endian.
    content = content.replace(struct.pack("<ii", 320, 240), struct.pack("<ii", side_px, side_px))
    start_of_frame = b"\xff\xc0\x00\x11\x08"
    content = content.replace(
        start_of_frame + struct.pack(">HH", 240, 320), start_of_frame + struct.pack(">HH", side_px, side_px)
    )
    path.write_bytes(content)
    return path

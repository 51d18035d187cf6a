"""Clips for the benchmarks: a real face that moves over a grainy ground, as H.264 with x264's usual settings."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

Frame = NDArray[np.uint8]


def moving_face_frames(count: int, *, width: int = 640, height: int = 480, fps: int = 30) -> Iterator[Frame]:
    """Yield frames in which the astronaut's head slides to and fro; the grain is that of a camera."""
    rng = np.random.default_rng(1)
    grounds = [rng.normal(100, 6, (height, width, 3)).clip(0, 255).astype(np.uint8) for _ in range(4)]
    head = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR)[:260, 90:350]
    side = min(height - 40, 420)
    head = cv2.resize(head, (side, side), interpolation=cv2.INTER_AREA)
    for number in range(count):
        frame = grounds[number % len(grounds)].copy()
        left = round((width - side) * (0.5 + 0.4 * np.sin(number / fps)))
        frame[20 : 20 + side, left : left + side] = head
        yield frame


def write_face_clip(path: Path, *, seconds: int, width: int = 1280, height: int = 720, fps: int = 30) -> Path:
    """Encode a moving face; the grain brings the bitrate to that of a camera."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in moving_face_frames(seconds * fps, width=width, height=height, fps=fps):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        container.mux(stream.encode())
    return path


def face_jpegs(count: int, *, width: int = 640, height: int = 480, fps: int = 10) -> list[bytes]:
    """Frames of a webcam: the same head, as JPEGs of the quality that browsers choose."""
    pictures = moving_face_frames(count, width=width, height=height, fps=fps)
    return [cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes() for picture in pictures]


def repeat_clip(source: Path, target: Path, times: int) -> Path:
    """Write the same packets again and again, with times that go on: a long video without encoding one."""
    with av.open(str(target), "w") as output:
        shift, written = 0, None
        for _ in range(times):
            with av.open(str(source)) as container:
                stream = container.streams.video[0]
                written = written or output.add_stream_from_template(stream)
                for packet in container.demux(stream):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, written
                    packet.time_base = stream.time_base or Fraction(1, 1000)
                    output.mux(packet)
                shift += stream.duration or 0
    return target

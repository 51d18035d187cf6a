"""The demonstration's clip: a real face, made into a short video at run time from a picture that scikit-image ships.

One still picture cannot change its expression. What varies is honest: place, size, tilt and light, twice the same
woman (NASA's portrait of Eileen Collins, public domain), once mirrored, smaller and in other colours.
"""

from __future__ import annotations

import math
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

Filters = tuple[tuple[str, dict[str, str]], ...]

WIDTH, HEIGHT, FPS = 1280, 720, 30
DURATION_S = 24
EMPTY_FROM_S, EMPTY_TO_S = 15, 18  # nobody is in the picture
SECOND_FROM_S = 5
HEAD = np.s_[0:300, 74:374]  # rows and columns of the picture: head and shoulders

# Expressions of FFmpeg's filters: t is the time in seconds, W and H the frame's size, w and h the portrait's.
PRESENT = f"lt(t,{EMPTY_FROM_S})+gte(t,{EMPTY_TO_S})"
FIRST = (
    ("rotate", {"a": "0.14*sin(2*PI*t/7)", "c": "none"}),
    ("scale", {"w": "trunc((480+60*sin(2*PI*t/8))/2)*2", "h": "-2", "eval": "frame"}),
)
FIRST_PLACE = {"x": "90+70*sin(2*PI*t/9)", "y": "H-h-20+20*sin(2*PI*t/5)", "enable": PRESENT, "eval": "frame"}
SECOND = (
    ("hflip", {}),
    ("colorchannelmixer", {"rr": "0.85", "gg": "0.95", "bb": "1.1"}),
    ("rotate", {"a": "0.1*sin(2*PI*t/5)", "c": "none"}),
    ("scale", {"w": "trunc((330+30*sin(2*PI*t/10))/2)*2", "h": "-2", "eval": "frame"}),
)
SECOND_PLACE = {
    "x": "W-w-120-60*sin(2*PI*t/11)",
    "y": "H-h-30+15*sin(2*PI*t/4)",
    "enable": f"gte(t,{SECOND_FROM_S})*({PRESENT})",
    "eval": "frame",
}


def make_clip(file: Path, duration_s: int = DURATION_S) -> Path:
    """Write the clip (H.264 in MP4, 1280x720, 30 frames a second) unless it is there already.

    Raises:
        ImportError: scikit-image is not installed.
    """
    if file.exists():
        return file
    from skimage.data import astronaut  # only this demonstration needs it

    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}.mp4")
    try:
        _encode(unfinished, astronaut()[HEAD], duration_s)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return file


def _encode(file: Path, portrait: NDArray[np.uint8], duration_s: int) -> None:
    graph = _scene(portrait.shape[1], portrait.shape[0])
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "superfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(duration_s * FPS):
            graph.vpush(_frame(_lit(portrait, number / FPS), number))
            container.mux(stream.encode(graph.vpull()))
        container.mux(stream.encode(None))


def _frame(picture: NDArray[np.uint8], number: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    frame.pts, frame.time_base = number, Fraction(1, FPS)
    return frame


def _lit(portrait: NDArray[np.uint8], t_s: float) -> NDArray[np.uint8]:
    """The portrait under a light that comes and goes."""
    gain = 1 + 0.18 * math.sin(2 * math.pi * t_s / 6)
    return np.clip(np.arange(256) * gain, 0, 255).astype(np.uint8)[portrait]


def _scene(width: int, height: int) -> av.filter.Graph:
    """The filter graph: a portrait of this size goes in, the whole frame with both faces comes out."""
    graph = av.filter.Graph()
    source = graph.add_buffer(width=width, height=height, format="rgb24", time_base=Fraction(1, FPS))
    room = graph.add("color", size=f"{WIDTH}x{HEIGHT}", rate=str(FPS), color="0x4a5966")
    split, first, both = (
        graph.add("split", "2"),
        graph.add("overlay", **FIRST_PLACE),
        graph.add("overlay", **SECOND_PLACE),
    )
    sink, yuv = graph.add("buffersink"), graph.add("format", "yuv420p")
    graph.link_nodes(source, graph.add("format", "rgba"), split)
    room.link_to(first, 0, 0)
    _chain(graph, split, 0, FIRST).link_to(first, 0, 1)
    first.link_to(both, 0, 0)
    _chain(graph, split, 1, SECOND).link_to(both, 0, 1)
    graph.link_nodes(both, yuv, sink)
    graph.configure()
    return graph


def _chain(graph: av.filter.Graph, start: Any, output: int, filters: Filters) -> Any:
    """Hang the filters behind an output of `start`; returns the last one. (PyAV exports no type for a node.)"""
    for name, options in filters:
        node = graph.add(name, **options)
        start.link_to(node, output, 0)
        start, output = node, 0
    return start

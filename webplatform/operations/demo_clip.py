"""The demonstration's clip: a real face, made into a short video at run time from a picture that scikit-image ships.

It is NASA's portrait of Eileen Collins, public domain, twice: once mirrored, smaller and in other colours. A still
picture cannot change its expression, so that it is warped (`demo_face`); place, size, tilt and light vary, too.
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

from webplatform.operations.demo_face import HEAD, ChangingFace, Plan

Filters = tuple[tuple[str, dict[str, str]], ...]

WIDTH, HEIGHT, FPS = 1280, 720, 30
DURATION_S = 24
REACTION_SIDE, REACTION_FPS = 480, 15
EMPTY_FROM_S, EMPTY_TO_S = 15, 18  # nobody is in the picture
SECOND_FROM_S = 5
FIRST_PLAN: Plan = ((0, "happy"), (4, "neutral"), (7, "happy"), (10.5, "angry"), (13, "happy"), (21, "neutral"))
SECOND_PLAN: Plan = ((0, "happy"), (8, "sad"), (11.5, "happy"), (18, "neutral"), (21, "happy"))

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


def make_reaction(file: Path, plan: Plan, *, duration_s: int, is_mirrored: bool) -> Path:
    """Write a short clip of one face (480x480, 15 frames a second) unless it is there already."""
    if file.exists():
        return file
    from skimage.data import astronaut

    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}.mp4")
    face = ChangingFace(astronaut()[HEAD], plan)
    try:
        with av.open(str(unfinished), "w") as container:
            stream = container.add_stream("libx264", rate=REACTION_FPS, options={"preset": "superfast", "crf": "23"})
            stream.width, stream.height, stream.pix_fmt = REACTION_SIDE, REACTION_SIDE, "yuv420p"
            for number in range(duration_s * REACTION_FPS):
                portrait = face.at(number / REACTION_FPS)[:, :: -1 if is_mirrored else 1]
                frame = _frame(np.ascontiguousarray(_lit(portrait, number / REACTION_FPS)), number, REACTION_FPS)
                container.mux(stream.encode(frame.reformat(width=REACTION_SIDE, height=REACTION_SIDE)))
            container.mux(stream.encode(None))
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return file


def _encode(file: Path, portrait: NDArray[np.uint8], duration_s: int) -> None:
    graph, *sources = _scene(portrait.shape[1], portrait.shape[0])
    faces = [ChangingFace(portrait, plan) for plan in (FIRST_PLAN, SECOND_PLAN)]
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "superfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(duration_s * FPS):
            for source, face in zip(sources, faces, strict=True):
                source.push(_frame(_lit(face.at(number / FPS), number / FPS), number))
            container.mux(stream.encode(graph.vpull()))
        container.mux(stream.encode(None))


def _frame(picture: NDArray[np.uint8], number: int, fps: int = FPS) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    frame.pts, frame.time_base = number, Fraction(1, fps)
    return frame


def _lit(portrait: NDArray[np.uint8], t_s: float) -> NDArray[np.uint8]:
    """The portrait under a light that comes and goes."""
    gain = 1 + 0.18 * math.sin(2 * math.pi * t_s / 6)
    return np.clip(np.arange(256) * gain, 0, 255).astype(np.uint8)[portrait]


def _scene(width: int, height: int) -> tuple[Any, Any, Any]:
    """The filter graph, and where the two faces of this size go in; the whole frame comes out."""
    graph = av.filter.Graph()
    stream_options = {"width": width, "height": height, "format": "rgb24", "time_base": Fraction(1, FPS)}
    sources = [graph.add_buffer(**stream_options) for _ in range(2)]
    room = graph.add("color", size=f"{WIDTH}x{HEIGHT}", rate=str(FPS), color="0x4a5966")
    first, second = graph.add("overlay", **FIRST_PLACE), graph.add("overlay", **SECOND_PLACE)
    sink, yuv = graph.add("buffersink"), graph.add("format", "yuv420p")
    room.link_to(first, 0, 0)
    _chain(graph, sources[0], FIRST).link_to(first, 0, 1)
    first.link_to(second, 0, 0)
    _chain(graph, sources[1], SECOND).link_to(second, 0, 1)
    graph.link_nodes(second, yuv, sink)
    graph.configure()
    return graph, *sources


def _chain(graph: av.filter.Graph, start: Any, filters: Filters) -> Any:
    """Hang the filters, after one for transparency, behind `start`; returns the last. (PyAV has no type for a node.)"""
    for name, options in (("format", {"pix_fmts": "rgba"}), *filters):
        node = graph.add(name, **options)
        start.link_to(node, 0, 0)
        start = node
    return start

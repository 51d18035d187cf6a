"""Scenes of people whose places are known: figures cut from scikit-image's astronaut, set into its other pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

from inference.types import Box, Picture

WIDTH, HEIGHT = 1280, 720
FIGURE = (60, 0, 340, 420)  # x, y, w, h of head and shoulders in the 512 x 512 picture
FACE = Box(116, 58, 90, 118)  # in that figure, brow to chin and ear to ear

Place = Callable[[float], tuple[float, float, float] | None]
"""Where a face is at a time in s: x and y of its centre and its height, px; None while it is out of sight."""


@dataclass(frozen=True)
class Person:
    """One figure: how it looks and where it goes.

    Args:
        place: its way.
        hue: by how much its colours are turned, of 180.
        mirrored: whether it looks the other way.
        tilt: its tilt at a time, degrees.
        turned: whether it shows no face at a time, though it is there.
    """

    place: Place
    hue: int = 0
    mirrored: bool = False
    tilt: Callable[[float], float] = lambda t_s: 0.0
    turned: Callable[[float], bool] = lambda t_s: False


@dataclass(frozen=True)
class Scene:
    """A short film.

    Args:
        name: what happens.
        people: who is in it; somebody who must get a new number by the rules (after a cut) is two.
        seconds: its length.
        ground: the name of the background at a time, and by how many px it is shifted.
        light: the gain of the light at a time.
    """

    name: str
    people: tuple[Person, ...]
    seconds: float = 10.0
    ground: Callable[[float], tuple[str, int]] = lambda t_s: ("coffee", 0)
    light: Callable[[float], float] = lambda t_s: 1.0

    def frames(self, every_ms: int = 200) -> Iterator[tuple[int, Picture, dict[int, Box]]]:
        """Yield time in ms, frame and the box of every face in sight, by its person's place in `people`."""
        rng = np.random.default_rng(1)
        for t_ms in range(0, round(self.seconds * 1000), every_ms):
            t_s = t_ms / 1000
            name, shift = self.ground(t_s)
            frame, boxes = _ground(name, shift).copy(), {}
            for number, person in enumerate(self.people):
                position = person.place(t_s)
                if position is not None:
                    box = _paste(frame, person, position, t_s)
                    if not person.turned(t_s):
                        boxes[number] = box
            grain = rng.normal(0, 3, (HEIGHT // 2, WIDTH // 2, 1)).astype(np.float32)
            lit = frame * np.float32(self.light(t_s)) + cv2.resize(grain, (WIDTH, HEIGHT))[:, :, np.newaxis]
            yield t_ms, lit.clip(0, 255).astype(np.uint8), boxes


def still(x: float, y: float, height: float) -> Place:
    """Somebody who stays in a place, but for a little movement."""
    return lambda t_s: (x + 8 * math.sin(1.9 * t_s + x), y + 5 * math.sin(2.3 * t_s + y), height)


def walk(start: tuple[float, float], end: tuple[float, float], height: float, seconds: float) -> Place:
    """Somebody who walks from a point to another in so many seconds."""
    return lambda t_s: (
        start[0] + (end[0] - start[0]) * t_s / seconds,
        start[1] + (end[1] - start[1]) * t_s / seconds + 4 * math.sin(9 * t_s),
        height,
    )


def during(place: Place, *spans: tuple[float, float]) -> Place:
    """The same, in sight in these spans of time only, s."""
    return lambda t_s: place(t_s) if any(start <= t_s < end for start, end in spans) else None


def _paste(frame: Picture, person: Person, position: tuple[float, float, float], t_s: float) -> Box:
    x, y, height = position
    scale = height / FACE.h
    figure, alpha = _figure(person.hue, person.mirrored)
    if person.turned(t_s):
        figure = _faceless(person.hue, person.mirrored)
    center = FACE.center if not person.mirrored else (FIGURE[2] - FACE.center[0], FACE.center[1])
    move = cv2.getRotationMatrix2D(center, -person.tilt(t_s), scale)
    move[:, 2] += (x - center[0], y - center[1])
    size = (WIDTH, HEIGHT)
    cut = cv2.warpAffine(figure, move, size, flags=cv2.INTER_AREA if scale > 0.7 else cv2.INTER_LINEAR)
    mask = cv2.warpAffine(alpha, move, size)[:, :, np.newaxis]
    frame[:] = (frame * (1 - mask) + cut * mask).astype(np.uint8)
    return Box(x - FACE.w * scale / 2, y - height / 2, FACE.w * scale, height)


@cache
def _figure(hue: int, mirrored: bool) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    x, y, w, h = FIGURE
    figure = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR)[y : y + h, x : x + w]
    hsv = cv2.cvtColor(figure, cv2.COLOR_BGR2HSV)
    clothes = np.arange(h)[:, np.newaxis] > FACE.y + FACE.h  # skin keeps its colour
    hsv[:, :, 0] = np.where(clothes, (hsv[:, :, 0].astype(int) + hue) % 180, hsv[:, :, 0])
    figure = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    alpha = np.zeros((h, w), np.float32)
    cv2.ellipse(alpha, (162, 105), (80, 100), 0, 0, 360, 1, -1)
    cv2.fillPoly(alpha, [np.array([(120, 180), (205, 180), (330, 260), (339, h), (0, h), (10, 260)])], 1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), 4)
    return (figure[:, ::-1].copy(), alpha[:, ::-1].copy()) if mirrored else (figure, alpha)


@cache
def _faceless(hue: int, mirrored: bool) -> NDArray[np.uint8]:
    """The back of the head: hair where the face was."""
    figure = _figure(hue, mirrored)[0].copy()
    x = FACE.x if not mirrored else FIGURE[2] - FACE.x - FACE.w
    cv2.ellipse(figure, (round(x + FACE.w / 2), 120), (62, 78), 0, 0, 360, (38, 52, 70), -1)
    return cv2.GaussianBlur(figure, (0, 0), 3)


@cache
def _ground(name: str, shift: int) -> Picture:
    if name.isdecimal():  # a plain wall of that grey
        return np.full((HEIGHT, WIDTH, 3), int(name), np.uint8)
    wide = cv2.resize(cv2.cvtColor(getattr(data, name)(), cv2.COLOR_RGB2BGR), (WIDTH * 2, HEIGHT * 2))
    return wide[200 : 200 + HEIGHT, 300 + shift : 300 + shift + WIDTH]

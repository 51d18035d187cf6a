"""Pictures without a human face: photographs of scikit-image, and letters, logos, patterns, noise and drawings."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from skimage import data

from inference.types import Picture

NAMES = ("coffee", "rocket", "chelsea", "brick", "grass", "gravel", "text", "page", "coins", "immunohistochemistry")
SIZES = ((640, 360), (1280, 720))
DRAWN_OF_EACH = 12


def pictures_of_nobody() -> Iterator[Picture]:
    """All of them, the same at each call, BGR."""
    for name in NAMES:
        picture = np.asarray(getattr(data, name)())
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR) if picture.ndim == 2 else picture[:, :, 2::-1].copy()
        yield from (cv2.resize(picture, size) for size in SIZES)
    rng = np.random.default_rng(11)
    for draw in (_letters, _logos, _pattern, _noise, _cartoon):
        for number in range(DRAWN_OF_EACH):
            width, height = SIZES[number % 2]
            frame = np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)
            yield draw(frame, rng)


def _letters(frame: Picture, rng: np.random.Generator) -> Picture:
    for _ in range(rng.integers(2, 9)):
        text = "".join(rng.choice(list("ABCDEFGOQRSaegoqs8069@&%?!"), rng.integers(1, 12)))
        origin = int(rng.integers(0, frame.shape[1])), int(rng.integers(30, frame.shape[0]))
        cv2.putText(
            frame, text, origin, int(rng.integers(0, 8)), rng.uniform(1, 9), _color(rng), int(rng.integers(1, 20))
        )
    return frame


def _logos(frame: Picture, rng: np.random.Generator) -> Picture:
    for _ in range(rng.integers(3, 15)):
        center = int(rng.integers(0, frame.shape[1])), int(rng.integers(0, frame.shape[0]))
        radius = int(rng.integers(8, 150))
        thick = -1 if rng.random() < 0.6 else 5
        cv2.ellipse(
            frame, center, (radius, int(radius * rng.uniform(0.7, 1.4))), 0, 0, 360, _color(rng), thick, cv2.LINE_AA
        )
    return frame


def _pattern(frame: Picture, rng: np.random.Generator) -> Picture:
    y, x = np.mgrid[: frame.shape[0], : frame.shape[1]]
    waves = np.sin(x * 2 * np.pi / rng.integers(4, 60)) + np.sin(y * 2 * np.pi / rng.integers(4, 60))
    return np.asarray(cv2.applyColorMap((waves * 60 + 128).astype(np.uint8), int(rng.integers(0, 20))), np.uint8)


def _noise(frame: Picture, rng: np.random.Generator) -> Picture:
    side = int(rng.choice([4, 8, 16, 32, 64]))
    small = rng.integers(0, 256, (frame.shape[0] // side + 1, frame.shape[1] // side + 1, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(small, frame.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def _cartoon(frame: Picture, rng: np.random.Generator) -> Picture:
    for _ in range(rng.integers(1, 5)):
        x, y = int(rng.integers(60, frame.shape[1] - 60)), int(rng.integers(60, frame.shape[0] - 60))
        radius = int(rng.integers(15, 120))
        cv2.circle(frame, (x, y), radius, (0, 220, 255), -1, cv2.LINE_AA)
        for side in (-1, 1):
            eye = x + side * radius // 3, y - radius // 4
            cv2.circle(frame, eye, max(radius // 6, 2), (255, 255, 255), -1, cv2.LINE_AA)
            cv2.circle(frame, eye, max(radius // 12, 1), (0, 0, 0), -1, cv2.LINE_AA)
        mouth = max(radius // 2, 2), max(radius // 3, 2)
        cv2.ellipse(frame, (x, y + radius // 4), mouth, 0, 0, 180, (0, 0, 120), max(radius // 12, 1), cv2.LINE_AA)
    return frame


def _color(rng: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(value) for value in rng.integers(0, 256, 3))

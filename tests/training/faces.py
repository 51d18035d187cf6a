"""Drawn faces whose expression a small network can learn in seconds; no photograph is needed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.types import EMOTIONS


def draw_face(label: int, rng: np.random.Generator, side: int = 48) -> NDArray[np.uint8]:
    """A noisy disc under as many waves of light as the class says; uint8 (side, side)."""
    waves = 127 + 70 * np.sin(np.linspace(0, 2 * np.pi * (label + 1), side))
    picture = np.clip(waves[:, np.newaxis] + rng.normal(0, 20, (side, side)), 0, 255).astype(np.uint8)
    cv2.circle(picture, (side // 2, side // 2), side // 4, int(rng.integers(150, 220)), 2)
    return picture


def write_tree(folder: Path, per_class: int, *, seed: int = 1, side: int = 48) -> Path:
    """Plain class folders with `per_class` drawn faces each."""
    rng = np.random.default_rng(seed)
    for label, emotion in enumerate(EMOTIONS):
        (folder / emotion.value).mkdir(parents=True)
        for number in range(per_class):
            cv2.imwrite(str(folder / emotion.value / f"{number}.png"), draw_face(label, rng, side))
    return folder

"""Scaling a picture at little cost: halved exactly as often as may be, the rest interpolated."""

from __future__ import annotations

import cv2
import numpy as np

from inference.types import Picture


def scale_picture(picture: Picture, scale: float) -> Picture:
    """Scale a picture by a factor.

    Halving exactly averages 2 x 2 px and takes a quarter of the time of any other averaging; what is left to shrink
    after it is less than half, where interpolation still sees every px. Source: own measurement.

    Args:
        picture: uint8 (H, W, 3).
        scale: of both sides.
    Returns:
        uint8, at least 1 x 1 px; the picture itself where its size stays.
    """
    height, width = picture.shape[:2]
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    while min(picture.shape[:2]) >= 2 and picture.shape[1] >= 2 * size[0] and picture.shape[0] >= 2 * size[1]:
        half = picture.shape[1] // 2, picture.shape[0] // 2
        even = picture[: 2 * half[1], : 2 * half[0]]
        picture = np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), np.uint8)
    if picture.shape[1::-1] == size:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)

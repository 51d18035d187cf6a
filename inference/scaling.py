"""Scaling a picture at little cost: halved exactly as often as may be, the rest interpolated."""

from __future__ import annotations

from inference.planes import AnyPicture, Planes, as_picture, shrink_plane
from inference.types import Picture


def scale_picture(picture: AnyPicture, scale: float) -> Picture:
    """Scale a picture by a factor; see `shrink_plane`.

    Args:
        picture: uint8 (H, W, 3) BGR, or planes, which are shrunk before they are turned to BGR.
        scale: of both sides.
    Returns:
        uint8, at least 1 x 1 px; the picture itself where its size stays.
    """
    height, width = picture.shape[:2]
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    if isinstance(picture, Planes) and scale < 1:
        return picture.scale(size)
    return shrink_plane(as_picture(picture), size)

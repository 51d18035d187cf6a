"""From a decoded frame to what a player shows: square pixels, and turned and mirrored by the display matrix."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from av.sidedata.sidedata import SideDataContainer
from av.video.frame import VideoFrame

from inference.types import Picture

_FIXED_POINT = 65536  # ISO/IEC 14496-12, 6.2.2: 16.16
_RIGHT_ANGLE_TOLERANCE_DEG = 1.0  # as ffplay: nearer than that to a quarter turn is a quarter turn
_WIDEST_PIXEL = 8  # a pixel that is wider or higher than that is a mistake in the header


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a player shows frames: their pixels made square, then mirrored, then turned about the middle.

    Args:
        pixel_aspect: width of a pixel over its height.
        is_mirrored: left and right are exchanged, before the turn.
        turn_deg: clockwise, 0 to 360. A quarter turn changes the shape; any other keeps the size, as ffplay does it,
            and what is turned out of the frame is lost.
    """

    pixel_aspect: Fraction = Fraction(1)
    is_mirrored: bool = False
    turn_deg: float = 0.0

    def shown_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height in px that a player shows of a frame of so many px."""
        width, height = self._square_size(width, height)
        return (height, width) if self.turn_deg in (90, 270) else (width, height)

    def apply(self, picture: Picture) -> Picture:
        """Show a frame, uint8 (H, W, 3), as a player does."""
        size = self._square_size(picture.shape[1], picture.shape[0])
        if size != (picture.shape[1], picture.shape[0]):
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        if self.is_mirrored:
            picture = picture[:, ::-1]
        if self.turn_deg % 90 == 0:
            return np.ascontiguousarray(np.rot90(picture, -round(self.turn_deg) // 90))
        width, height = size
        turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -self.turn_deg, 1.0)
        return np.asarray(cv2.warpAffine(np.ascontiguousarray(picture), turn, size), np.uint8)

    def _square_size(self, width: int, height: int) -> tuple[int, int]:
        # The shorter side of a pixel is stretched, so that none is lost: as browsers do.
        if self.pixel_aspect >= 1:
            return round(width * self.pixel_aspect), height
        return width, round(height / self.pixel_aspect)


def read_geometry(frame: VideoFrame, pixel_aspect: Fraction | None) -> Geometry:
    """Read how a frame is shown.

    Args:
        frame: as it was decoded.
        pixel_aspect: of the stream or its codec; None and nonsense are square.
    """
    aspect = Fraction(1)
    if pixel_aspect and Fraction(1, _WIDEST_PIXEL) <= pixel_aspect <= _WIDEST_PIXEL:
        aspect = Fraction(pixel_aspect)
    try:
        # Not `frame.side_data`: the frame would keep it, and it keeps the frame, so that each frame's pixels stayed in
        # memory until Python's collector comes, which counts objects and not bytes.
        matrix = bytes(SideDataContainer(frame)["DISPLAYMATRIX"])  # type: ignore[call-arg] # the stubs have none
    except KeyError:
        return Geometry(aspect)
    except ValueError:  # beside a kind of data that the wrapper does not know, it gives out nothing
        return Geometry(aspect, False, float(-frame.rotation % 360))
    return Geometry(aspect, *read_matrix(matrix))


def read_matrix(matrix: bytes) -> tuple[bool, float]:
    """Read a display matrix.

    Args:
        matrix: nine int32 of the machine's byte order, as FFmpeg gives them: a b u, c d v, x y w; a point (p, q) is
            shown at (a p + c q, b p + d q).
    Returns:
        Whether left and right are exchanged first, and the clockwise turn that follows, degrees from 0 up to 360.
        Nothing of both where the matrix flattens the picture: some programs write zeros for "none".
    """
    a, b, _, c, d = (value / _FIXED_POINT for value in struct.unpack("=9i", matrix)[:5])
    area = a * d - b * c
    if abs(area) < 1e-6:
        return False, 0.0
    is_mirrored = area < 0
    if is_mirrored:
        a, b = -a, -b
    turn_deg = math.degrees(math.atan2(b - c, a + d)) % 360
    nearest = round(turn_deg / 90) * 90
    if abs(turn_deg - nearest) <= _RIGHT_ANGLE_TOLERANCE_DEG:
        turn_deg = float(nearest % 360)
    return is_mirrored, turn_deg

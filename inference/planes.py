"""A frame as its codec stores it, in brightness and colour planes: only the needed parts are converted to BGR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import cv2
import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from inference.errors import UnreadableFrame
from inference.geometry import Geometry
from inference.types import Picture

Plane: TypeAlias = NDArray[np.uint8]

# Luma px that share one value of colour, across and down, of the formats with three planes of 8 bits.
_STEPS = {"yuv420p": (2, 2), "yuv422p": (2, 1), "yuv444p": (1, 1)}
_STEPS |= {f"yuvj{name[3:]}": steps for name, steps in _STEPS.items()}
# Weights of red and blue in the brightness, by ffmpeg's number of the colour space (libavutil/pixfmt.h). Source:
# ITU-R BT.709, BT.601, SMPTE 240M, BT.2020; libswscale takes BT.601 where nothing is said, and so do we.
_BT601 = (0.299, 0.114)
_BT2020 = (0.2627, 0.0593)
_WEIGHTS = {1: (0.2126, 0.0722), 2: _BT601, 4: _BT601, 5: _BT601, 6: _BT601, 7: (0.212, 0.087), 9: _BT2020}
# Spaces that libswscale refuses. Players show those of constant brightness, or derived from the primaries, as BT.2020.
_WEIGHTS |= {10: _BT2020, 12: _BT2020, 13: _BT2020}
_YCGCO = 8
_REFUSED = {10: 9, 12: 9, 13: 9, _YCGCO: 2}  # as what it takes them instead, so that it changes the format of px alone
_GREY = np.array([0.114, 0.587, 0.299])  # of BGR; ITU-R BT.601, as `cv2.COLOR_BGR2GRAY`
_LEAST_WEIGHT = 1e-3
_NO_COLOUR = 128
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG of ffmpeg
_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True, slots=True)
class Planes:
    """A frame, or a part of one, that is not turned to BGR yet.

    Args:
        luma: brightness, uint8 (H, W).
        blue, red: colour differences, uint8 (ceil(H / steps[1]), ceil(W / steps[0])).
        steps: how many px of `luma` share one value of colour, across and down.
        matrix: float64 (3, 4): from (luma, blue, red, 1) to BGR.
    """

    luma: Plane
    blue: Plane
    red: Plane
    steps: tuple[int, int]
    matrix: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and 3, as of the picture that it stands for."""
        return self.luma.shape[0], self.luma.shape[1], 3

    def cut(self, left: int, top: int, right: int, bottom: int) -> tuple[Planes, int, int]:
        """Return a part, at least this one, px, and where its left and upper edge are: on the colours' own grid."""
        across, down = self.steps
        left, top = left // across * across, top // down * down
        rows, columns = slice(top // down, -(-bottom // down)), slice(left // across, -(-right // across))
        part = self.luma[top:bottom, left:right]
        return Planes(part, self.blue[rows, columns], self.red[rows, columns], self.steps, self.matrix), left, top

    def picture(self) -> Picture:
        """Turn all of it to BGR, uint8 (H, W, 3); px that share a colour get the same one."""
        height, width = self.luma.shape
        if self.luma.size == 0:
            return np.empty(self.shape, np.uint8)
        if self.steps == (1, 1):
            return self._turn((self.luma, self.blue, self.red))
        size = self.blue.shape[1] * self.steps[0], self.blue.shape[0] * self.steps[1]
        colours = [cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST) for plane in (self.blue, self.red)]
        return self._turn([self.luma, *(colour[:height, :width] for colour in colours)])

    def scale(self, size: tuple[int, int]) -> Picture:
        """Shrink it to a width and height, px, and turn that to BGR."""
        return self._turn([shrink_plane(plane, size) for plane in (self.luma, self.blue, self.red)])

    def thin_grey(self, step: int, size: tuple[int, int]) -> NDArray[np.float32]:
        """Take each `step`th px both ways and average those to a width and height, px, in grey: float32 (H, W)."""
        *weights, constant = (_GREY @ self.matrix).tolist()
        grey: NDArray[np.float32] = np.full(size[::-1], constant, np.float32)
        for plane, weight in zip((self.luma, self.blue, self.red), weights, strict=True):
            if abs(weight) < _LEAST_WEIGHT:
                grey += np.float32(weight * _NO_COLOUR)
            else:
                grey += np.float32(weight) * cv2.resize(thin_plane(plane, step), size, interpolation=cv2.INTER_AREA)
        return np.clip(grey, 0, 255, out=grey)

    def grey(self) -> Plane:
        """Turn all of it to grey levels, uint8 (H, W), as `cv2.COLOR_BGR2GRAY` would turn `picture()`."""
        if self.luma.size == 0:
            return self.luma
        light, *colour, constant = (_GREY @ self.matrix).tolist()
        if max(map(abs, colour)) >= _LEAST_WEIGHT:
            return np.asarray(cv2.cvtColor(self.picture(), cv2.COLOR_BGR2GRAY), np.uint8)
        levels = np.arange(256) * light + (sum(colour) * _NO_COLOUR + constant)
        return np.asarray(cv2.LUT(self.luma, np.clip(np.rint(levels), 0, 255).astype(np.uint8)), np.uint8)

    def sample(self, grids: Sequence[tuple[range, range]]) -> list[NDArray[np.float32]]:
        """Return px of grids, each of rows and columns, as BGR, float32 (rows x columns, 3) for each grid."""
        samples = [self._take(rows, columns) for rows, columns in grids]
        turned = np.concatenate([np.empty((0, 3)), *samples]) @ self.matrix[:, :3].T + self.matrix[:, 3]
        ends = np.cumsum([len(values) for values in samples])[:-1]
        return np.split(np.clip(turned, 0, 255).astype(np.float32), ends) if samples else []

    def _take(self, rows: range, columns: range) -> NDArray[np.float64]:
        """Px as (luma, blue, red), (n, 3)."""
        across, down = self.steps
        values = np.empty((len(rows), len(columns), 3))
        values[:, :, 0] = self.luma[rows.start : rows.stop : rows.step, columns.start : columns.stop : columns.step]
        y, x = _indices(rows)[:, np.newaxis] // down, _indices(columns) // across
        values[:, :, 1], values[:, :, 2] = self.blue[y, x], self.red[y, x]
        return values.reshape(-1, 3)

    def _turn(self, planes: Sequence[cv2.typing.MatLike]) -> Picture:
        return np.asarray(cv2.transform(cv2.merge(list(planes)), self.matrix), np.uint8)


AnyPicture: TypeAlias = Picture | Planes
"""A picture that is read only where it is looked at: uint8 (H, W, 3) BGR, or planes that are turned to it."""


def shrink_plane(plane: Plane, size: tuple[int, int]) -> Plane:
    """Scale one plane, uint8 (H, W) or (H, W, C), to a width and height, px.

    Halving exactly averages 2 x 2 px and takes a quarter of the time of any other averaging; what is left to shrink
    after it is less than half, where interpolation still sees every px. Source: own measurement.
    """
    while min(plane.shape[:2]) >= 2 and plane.shape[1] >= 2 * size[0] and plane.shape[0] >= 2 * size[1]:
        half = plane.shape[1] // 2, plane.shape[0] // 2
        even = plane[: 2 * half[1], : 2 * half[0]]
        plane = np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), np.uint8)
    if plane.shape[1::-1] == size:
        return plane
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def thin_plane(plane: Plane, step: int) -> Plane:
    """Take each `step`th px both ways of uint8 (H, W) or (H, W, C), as `plane[::step, ::step]`, in less time."""
    size = -(-plane.shape[1] // step), -(-plane.shape[0] // step)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def as_picture(picture: AnyPicture) -> Picture:
    """Return all of a picture, uint8 (H, W, 3) BGR."""
    return picture.picture() if isinstance(picture, Planes) else picture


def cut_part(picture: AnyPicture, left: int, top: int, right: int, bottom: int) -> tuple[AnyPicture, int, int]:
    """Return a part of a picture, at least this one, px, and where its left and upper edge really are."""
    if isinstance(picture, Planes):
        return picture.cut(left, top, right, bottom)
    return picture[top:bottom, left:right], left, top


def take_part(picture: AnyPicture, left: int, top: int, right: int, bottom: int) -> Picture:
    """Return exactly this part of a picture, px, as BGR."""
    part, part_left, part_top = cut_part(picture, left, top, right, bottom)
    return as_picture(part)[top - part_top :, left - part_left :]


def take_luma(picture: AnyPicture, left: int, top: int, right: int, bottom: int) -> Plane:
    """Return exactly this part of a picture, px, as brightness on whatever scale it has, uint8 (H, W)."""
    if isinstance(picture, Planes):
        return picture.luma[top:bottom, left:right]
    return take_grey(picture, left, top, right, bottom)


def take_grey(picture: AnyPicture, left: int, top: int, right: int, bottom: int) -> Plane:
    """Return exactly this part of a picture, px, as grey levels, uint8 (H, W)."""
    if isinstance(picture, Planes):
        part, part_left, part_top = picture.cut(left, top, right, bottom)
        return part.grey()[top - part_top :, left - part_left :]
    return np.asarray(cv2.cvtColor(picture[top:bottom, left:right], cv2.COLOR_BGR2GRAY), np.uint8)


def sample_pixels(picture: AnyPicture, grids: Sequence[tuple[range, range]]) -> list[NDArray[np.float32]]:
    """Return px of grids, each of rows and columns, as BGR, float32 (rows x columns, 3) for each grid."""
    if isinstance(picture, Planes):
        return picture.sample(grids)
    samples = [picture[y.start : y.stop : y.step, x.start : x.stop : x.step] for y, x in grids]
    return [pixels.reshape(-1, 3).astype(np.float32) for pixels in samples]


def read_planes(frame: VideoFrame, geometry: Geometry) -> Planes | None:
    """Read a decoded frame as a player shows it, without a copy where it is not turned.

    Args:
        frame: as it was decoded; its memory is kept for as long as the planes are.
        geometry: how it is shown.
    Returns:
        None where it is of another format, or is shown in a way, that asks for the whole picture in BGR.
    """
    name = frame.format.name
    space = int(frame.colorspace)
    steps, is_known = _STEPS.get(name), space in _WEIGHTS or space == _YCGCO
    if steps is None or not is_known or geometry.pixel_aspect != 1 or geometry.turn_deg % 90:
        return None
    if (geometry.is_mirrored or geometry.turn_deg) and (frame.width % steps[0] or frame.height % steps[1]):
        return None  # the colours' grid would not begin at the corner any more
    planes = [_read_plane(plane) for plane in frame.planes]
    if any(plane is None for plane in planes):
        return None
    luma, blue, red = (_show(plane, geometry) for plane in planes if plane is not None)
    if geometry.turn_deg in (90, 270):
        steps = steps[1], steps[0]
    is_full = name.startswith("yuvj") or int(frame.color_range) == _FULL_RANGE
    return Planes(luma, blue, red, steps, _matrix(space, is_full=is_full))


def turn_frame(frame: VideoFrame, reformatter: VideoReformatter) -> Picture:
    """Turn all of a decoded frame to BGR, uint8 (H, W, 3), as it is stored.

    Raises:
        UnreadableFrame: its colours are written in a way that cannot be turned (ICtCp, for example).
    """
    space = int(frame.colorspace)
    frame.colorspace = _REFUSED.get(space, space)
    pixel_format = "yuv444p" if space == _YCGCO else "bgr24"
    try:  # one thread: the wrapper else starts one for each core, which wait for each other where others work, too
        turned = reformatter.reformat(frame, format=pixel_format, threads=1)
    except FFmpegError as error:
        raise UnreadableFrame(f"Colours of {frame.format.name} in colour space {space} cannot be shown.") from error
    if space != _YCGCO:
        return np.ascontiguousarray(turned.to_ndarray(), dtype=np.uint8)
    turned.colorspace = space
    planes = read_planes(turned, Geometry())
    assert planes is not None
    return planes.picture()


def _indices(spread: range) -> NDArray[np.intp]:
    return np.arange(spread.start, spread.stop, spread.step, dtype=np.intp)


def _read_plane(plane: VideoPlane) -> Plane | None:
    """The px of a plane, without a copy; None of one that is stored upside down."""
    if plane.line_size < plane.width:
        return None
    rows = np.frombuffer(memoryview(plane), np.uint8, plane.line_size * plane.height).reshape(
        plane.height, plane.line_size
    )
    return rows[:, : plane.width]


def _show(plane: Plane, geometry: Geometry) -> Plane:
    if geometry.is_mirrored:
        plane = np.asarray(cv2.flip(plane, 1), np.uint8)
    turn = _TURNS.get(round(geometry.turn_deg))
    return plane if turn is None else np.asarray(cv2.rotate(plane, turn), np.uint8)


@cache
def _matrix(space: int, *, is_full: bool) -> NDArray[np.float64]:
    """From luma, blue and red difference to BGR. Source: ITU-R BT.601, 2.5; BT.709, 3 and 4; H.273, 8.3 for YCgCo."""
    black, light, colour = (0.0, 1.0, 1.0) if is_full else (16.0, 255 / 219, 255 / 224)
    if space == _YCGCO:  # its differences are of green and of orange
        matrix = np.array([[light, -colour, -colour], [light, colour, 0.0], [light, -colour, colour]])
        return np.column_stack([matrix, -matrix @ (black, 128.0, 128.0)])
    red, blue = _WEIGHTS[space]
    green = 1 - red - blue
    from_blue, from_red = 2 * (1 - blue) * colour, 2 * (1 - red) * colour
    matrix = np.array(
        [
            [light, from_blue, 0.0],
            [light, -from_blue * blue / green, -from_red * red / green],
            [light, 0.0, from_red],
        ]
    )
    return np.column_stack([matrix, -matrix @ (black, 128.0, 128.0)])

"""Frame and face to model input: the one path that serving and training share."""

from __future__ import annotations

import cmath
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.bundle import ModelSpec
from inference.planes import AnyPicture, Plane, take_grey
from inference.types import Box

# Source: own; below it a turn moves no more than the faces that models are trained on are tilted anyway.
LEAST_TILT_DEG = 5.0


def crop_face(frame: AnyPicture, box: Box, spec: ModelSpec, *, tilt_deg: float = 0.0) -> NDArray[np.uint8]:
    """Cut a face out of a frame, upright, as the square that the model expects.

    The square is centred on the box (moved towards the chin by `spec.crop_shift`), its side is the box's longer side
    plus `spec.crop_margin` on both ends; what lies outside the frame repeats the frame's edge.

    Args:
        frame: uint8 (H, W, 3) BGR, or planes.
        box: the face in pixels of `frame`; may reach past its edges.
        spec: gives input_size, crop_margin and crop_shift.
        tilt_deg: by how much the head is tilted clockwise, as seen in the frame, degrees; see `measure_tilt`. From
            `LEAST_TILT_DEG` on it is turned back.
    Returns:
        uint8 (input_size, input_size, 1), grey levels 0 to 255.
    """
    longer = max(box.w, box.h)
    side = longer * (1 + 2 * spec.crop_margin)
    is_tilted = abs(tilt_deg) >= LEAST_TILT_DEG
    down = cmath.rect(longer * spec.crop_shift, math.radians(90 + (tilt_deg if is_tilted else 0.0)))
    center = complex(*box.center) + down
    if is_tilted:
        return fit_face(_cut_upright(frame, center, side, tilt_deg, spec.input_size), spec.input_size)
    left, top = round(center.real - side / 2), round(center.imag - side / 2)
    return fit_face(_cut_square(frame, left, top, max(round(side), 1)), spec.input_size)


def fit_face(picture: NDArray[np.uint8], input_size: int) -> NDArray[np.uint8]:
    """Turn a picture that is one face into the model's input without cutting anything off.

    Args:
        picture: uint8 (H, W), (H, W, 1) or (H, W, 3) BGR, of any size.
        input_size: side of the result, px.
    Returns:
        uint8 (input_size, input_size, 1), grey levels 0 to 255 (ITU-R BT.601 luma, as cv2.COLOR_BGR2GRAY).
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.ndim == 3 and picture.shape[2] == 3 else picture
    grey = grey.reshape(grey.shape[:2])
    if grey.shape != (input_size, input_size):
        shrinks = min(grey.shape) > input_size
        grey = cv2.resize(grey, (input_size, input_size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.ascontiguousarray(grey[:, :, np.newaxis], dtype=np.uint8)


def _cut_upright(frame: AnyPicture, center: complex, side: float, tilt_deg: float, input_size: int) -> Plane:
    """Cut a square whose upper edge is tilted by `tilt_deg`, at most about twice as large as the model's input."""
    # A square that holds the tilted one whichever way it lies; it is shrunk first, as that averages pixels.
    around = max(round(side * math.sqrt(2)), 2)
    left, top = round(center.real - around / 2), round(center.imag - around / 2)
    cut = _cut_square(frame, left, top, around)
    scale = min(2 * input_size / side, 1.0)
    if scale < 1:
        small = max(round(around * scale), 2)
        cut, scale = np.asarray(cv2.resize(cut, (small, small), interpolation=cv2.INTER_AREA), np.uint8), small / around
    inner = max(round(side * scale), 1)
    middle = (center - complex(left, top)) * scale - complex(0.5, 0.5)
    turn = cv2.getRotationMatrix2D((middle.real, middle.imag), tilt_deg, 1.0)
    turn[:, 2] = turn[:, 2] + ((inner - 1) / 2 - middle.real, (inner - 1) / 2 - middle.imag)
    return np.asarray(cv2.warpAffine(cut, turn, (inner, inner), borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def _cut_square(frame: AnyPicture, left: int, top: int, side: int) -> Plane:
    height, width = frame.shape[:2]
    # Far outside the frame there is nothing to repeat: keep at least one pixel of the frame in the square.
    left, top = min(max(left, 1 - side), width - 1), min(max(top, 1 - side), height - 1)
    right, bottom = max(min(left + side, width), 0), max(min(top + side, height), 0)
    inner = take_grey(frame, max(left, 0), max(top, 0), right, bottom)
    before_y, before_x = max(-top, 0), max(-left, 0)
    after_y, after_x = side - before_y - inner.shape[0], side - before_x - inner.shape[1]
    if before_x or before_y or after_x or after_y:
        inner = np.asarray(
            cv2.copyMakeBorder(inner, before_y, after_y, before_x, after_x, cv2.BORDER_REPLICATE), dtype=np.uint8
        )
    return inner

"""Frame and face to model input: the one path that serving and training share."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.bundle import ModelSpec
from inference.types import Box, Picture


def crop_face(frame: Picture, box: Box, spec: ModelSpec) -> NDArray[np.uint8]:
    """Cut a face out of a frame as the square that the model expects.

    The square is centred on the box (moved down by `spec.crop_shift`), its side is the box's longer side plus
    `spec.crop_margin` on both ends; what lies outside the frame repeats the frame's edge.

    Args:
        frame: uint8 (H, W, 3) BGR.
        box: the face in pixels of `frame`; may reach past its edges.
        spec: gives input_size, crop_margin and crop_shift.
    Returns:
        uint8 (input_size, input_size, 1), grey levels 0 to 255.
    """
    longer = max(box.w, box.h)
    side = longer * (1 + 2 * spec.crop_margin)
    center_x, center_y = box.center
    left, top = center_x - side / 2, center_y + longer * spec.crop_shift - side / 2
    return fit_face(_cut_square(frame, round(left), round(top), max(round(side), 1)), spec.input_size)


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


def _cut_square(frame: Picture, left: int, top: int, side: int) -> Picture:
    height, width = frame.shape[:2]
    # Far outside the frame there is nothing to repeat: keep at least one pixel of the frame in the square.
    left, top = min(max(left, 1 - side), width - 1), min(max(top, 1 - side), height - 1)
    inner = frame[max(top, 0) : max(min(top + side, height), 0), max(left, 0) : max(min(left + side, width), 0)]
    before_y, before_x = max(-top, 0), max(-left, 0)
    after_y, after_x = side - before_y - inner.shape[0], side - before_x - inner.shape[1]
    if before_x or before_y or after_x or after_y:
        inner = np.asarray(
            cv2.copyMakeBorder(inner, before_y, after_y, before_x, after_x, cv2.BORDER_REPLICATE), dtype=np.uint8
        )
    return inner

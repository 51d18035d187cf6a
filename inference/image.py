"""One picture from bytes or a file, its size checked by the header before it is decoded."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from inference.errors import MediaTooLarge, UnreadableFrame
from inference.types import Picture

LIVE_MAX_PIXELS = 4096 * 2160  # Source: own; the larger of both sizes that are called 4K.
FILE_MAX_PIXELS = 50_000_000  # Source: own; the largest common camera sensors.
MAX_BYTES = 64 * 1024 * 1024
# What pictures and animations are called. The content decides; the ending only says what is worth a look.
PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff"})
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")


def decode_picture(data: bytes, *, name: str = "The picture", max_pixels: int = LIVE_MAX_PIXELS) -> Picture:
    """Decode an encoded picture (JPEG, PNG, WebP, BMP or TIFF).

    Args:
        data: the encoded bytes.
        name: how the picture is called in an error's message.
        max_pixels: width times height above which it is refused undecoded.
    Returns:
        uint8 (H, W, 3) BGR, upright by its EXIF orientation; transparency is dropped, grey is repeated.
    Raises:
        UnreadableFrame: not such a picture, or damaged.
        MediaTooLarge: the header states more pixels than allowed.
    """
    width, height = _read_size(data, name)
    if width * height > max_pixels:
        raise MediaTooLarge(f"{name} is {width} x {height} pixels; the limit is {max_pixels / 1e6:.1f} million pixels.")
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_BGR)
    except cv2.error as error:
        raise UnreadableFrame(f"{name} cannot be decoded.") from error
    if picture is None:
        raise UnreadableFrame(f"{name} is damaged and cannot be decoded.")
    return np.asarray(picture, dtype=np.uint8)


def load_picture(path: Path, *, max_pixels: int = FILE_MAX_PIXELS) -> Picture:
    """Decode a picture file; see `decode_picture`.

    Raises:
        UnreadableFrame: there is no such file, or it is not a picture.
        MediaTooLarge: over 64 MiB, or more pixels than allowed.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MediaTooLarge(f"{path.name} is over the limit of {MAX_BYTES // 1024**2} MiB for a picture.")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFrame(f"{path.name} cannot be opened.") from error
    return decode_picture(data, name=path.name, max_pixels=max_pixels)


def is_picture(path: Path) -> bool:
    """Whether a file's first bytes are those of a picture format that can be decoded."""
    try:
        with path.open("rb") as source:
            _read_size(source.read(4096), path.name)
    except (OSError, UnreadableFrame):
        return False
    return True


def _read_size(data: bytes, name: str) -> tuple[int, int]:
    try:
        with warnings.catch_warnings():
            # Pillow's own warning for large pictures; the limit is ours to set.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as header:
                return header.size
    except Image.DecompressionBombError as error:
        raise MediaTooLarge(f"{name} has too many pixels.") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise UnreadableFrame(f"{name} is not a picture that can be read.") from error

"""One picture from bytes or a file, its size checked by the header before it is decoded."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from inference.errors import MediaTooLarge, UnreadableFrame
from inference.names import show_name
from inference.types import Picture

LIVE_MAX_PIXELS = 4096 * 2160  # Source: own; the larger of both sizes that are called 4K.
FILE_MAX_PIXELS = 50_000_000  # Source: own; the largest common camera sensors.
MAX_BYTES = 64 * 1024 * 1024
# What pictures and animations are called. The content decides; the ending only says what is worth a look.
PICTURE_ENDINGS = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".bmp", ".tif", ".tiff", ".gif"}
    | {".heic", ".heif", ".hif", ".avif"}
)
SNIFFED_BYTES = 4096
_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)
_BMP_HEADER_BYTES = frozenset({12, 40, 52, 56, 64, 108, 124})
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_WITH_ALPHA = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})
_DEEP_MODES = frozenset({"I;16", "I;16B", "I;16L", "I", "F"})
_PAPER = (255, 255, 255)  # what shows through, as on a page

pillow_heif.register_heif_opener(thumbnails=False)
pillow_heif.options.DECODE_THREADS = 1  # a worker owns one core


def picture_kind(head: bytes) -> str | None:
    """Return Pillow's name of the format of a picture file by its first bytes, as "JPEG"; None where it is none.

    Args:
        head: the first `SNIFFED_BYTES` bytes, or all where there are fewer.
    Source: the formats' own signatures; brands: ISO/IEC 23008-12, 10.2, and AOM's AVIF, 6.
    """
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADER_BYTES:
        return "BMP"
    if head[4:8] == b"ftyp":
        brands = {head[start : start + 4] for start in range(8, min(int.from_bytes(head[:4]), 256), 4) if start != 12}
        if head[8:12] in _HEIF_BRANDS | _AVIF_BRANDS:
            return "AVIF" if brands & _AVIF_BRANDS else "HEIF"
    return None


def decode_picture(data: bytes, *, name: str = "The picture", max_pixels: int = LIVE_MAX_PIXELS) -> Picture:
    """Decode an encoded picture (JPEG, PNG, WebP, BMP, TIFF, GIF, HEIF or AVIF); of an animation its first one.

    Args:
        data: the encoded bytes.
        name: how the picture is called in an error's message.
        max_pixels: width times height above which it is refused undecoded.
    Returns:
        uint8 (H, W, 3) BGR, upright by its EXIF orientation or its own boxes; white shows through what is
        transparent, grey is repeated, deeper colours are cut to 8 bits.
    Raises:
        UnreadableFrame: not such a picture, or damaged.
        MediaTooLarge: the header states more pixels than allowed.
    """
    with open_picture(io.BytesIO(data), name) as header:
        width, height = header.size
        if width * height > max_pixels:
            limit = f"the limit is {max_pixels / 1e6:.1f} million pixels."
            raise MediaTooLarge(f"{name} is {width} x {height} pixels; {limit}")
        if _is_plain(header):
            return _decode_plain(data, name)
        return flatten(ImageOps.exif_transpose(header))


def load_picture(path: Path, *, max_pixels: int = FILE_MAX_PIXELS) -> Picture:
    """Decode a picture file; see `decode_picture`.

    Raises:
        UnreadableFrame: there is no such file, or it is not a picture.
        MediaTooLarge: over 64 MiB, or more pixels than allowed.
    """
    name = show_name(path.name)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MediaTooLarge(f"{name} is over the limit of {MAX_BYTES // 1024**2} MiB for a picture.")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFrame(f"{name} cannot be opened.") from error
    return decode_picture(data, name=name, max_pixels=max_pixels)


def count_pages(path: Path) -> int:
    """How many pages a picture file has: more than one in some TIFFs, of which the first is read.

    Raises:
        UnreadableFrame: it is not a picture.
    """
    with path.open("rb") as source, open_picture(source, show_name(path.name)) as header:
        return int(getattr(header, "n_frames", 1)) if header.format == "TIFF" else 1


def is_picture(path: Path) -> bool:
    """Whether a file's first bytes are those of a picture format that can be decoded."""
    try:
        with path.open("rb") as source:
            return picture_kind(source.read(SNIFFED_BYTES)) is not None
    except OSError:
        return False


@contextmanager
def open_picture(source: BinaryIO, name: str) -> Iterator[Image.Image]:
    """Open a picture's header; its pixels are decoded when they are asked for.

    Raises:
        UnreadableFrame: not a picture, or damaged, also where that shows only inside the block.
        MediaTooLarge: far more pixels than any limit.
    """
    try:
        with warnings.catch_warnings():
            # Pillow's own warning for large pictures; the limit is ours to set.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            kind = picture_kind(source.read(SNIFFED_BYTES))
            source.seek(0)
            if kind is None:
                raise UnreadableFrame(f"{name} is not a picture that can be read.")
            with Image.open(source, formats=(kind,)) as header:
                yield header
    except Image.DecompressionBombError as error:
        raise MediaTooLarge(f"{name} has too many pixels.") from error
    except (UnidentifiedImageError, OSError, EOFError, ValueError, SyntaxError, RuntimeError) as error:
        raise UnreadableFrame(f"{name} is not a picture that can be read, or it is damaged.") from error


def flatten(picture: Image.Image) -> Picture:
    """Return Pillow's picture as uint8 (H, W, 3) BGR, white where it is transparent."""
    if picture.mode in _DEEP_MODES:
        deep = np.asarray(picture, np.float32)
        scale = 256.0 if deep.max(initial=0.0) > 255 else 1.0
        picture = Image.fromarray(np.clip(deep / scale, 0, 255).astype(np.uint8))
    if picture.mode in _WITH_ALPHA or "transparency" in picture.info:
        above = picture.convert("RGBA")
        picture = Image.new("RGB", picture.size, _PAPER)
        picture.paste(above, mask=above.getchannel("A"))
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"), np.uint8)[:, :, ::-1])


def _is_plain(header: Image.Image) -> bool:
    """Whether OpenCV decodes such a picture rightly, and faster."""
    if header.format not in {"JPEG", "MPO", "PNG", "WEBP", "BMP", "TIFF"} or "transparency" in header.info:
        return False
    return header.mode not in _WITH_ALPHA | {"CMYK", "P", "LAB", "YCbCr"} or header.format == "BMP"


def _decode_plain(data: bytes, name: str) -> Picture:
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_BGR)
    except cv2.error as error:
        raise UnreadableFrame(f"{name} cannot be decoded.") from error
    if picture is None:
        raise UnreadableFrame(f"{name} is damaged and cannot be decoded.")
    return np.asarray(picture, dtype=np.uint8)

"""Pictures as videos: an animation (GIF, APNG, WebP, AVIF) shows each at its time, a still shows one at zero."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image, ImageOps

from inference.container import MediaSource, VideoInfo, VideoLimits, check_size, source_name
from inference.errors import InferenceError, MediaTooLarge, UnreadableFrame, UnreadableVideo
from inference.image import MAX_BYTES, SNIFFED_BYTES, flatten, open_picture, picture_kind
from inference.picture_track import PictureTrack
from inference.types import Picture

_MOVING_KINDS = frozenset({"GIF", "PNG", "WEBP", "AVIF"})
# Source: Chromium and Firefox show a picture that is to last up to 10 ms for 100 ms.
_SHORTEST_MS, _SHORT_SHOWN_MS = 10, 100
_LYING = range(5, 9)  # EXIF 2.32, 4.6.4: orientations that exchange width and height


class Animation:
    """An opened picture file.

    Args:
        picture: Pillow's picture, not decoded yet.
        name: how it is called in messages.
    """

    def __init__(self, picture: Image.Image, name: str) -> None:
        self._picture = picture
        self._name = name
        self.codec = (picture.format or "").lower()
        self.end_ms = 0
        self.is_damaged = False

    @property
    def is_moving(self) -> bool:
        """Whether there is more than one picture to be shown in turn: not so in scans of several pages."""
        return self._picture.format in _MOVING_KINDS and bool(getattr(self._picture, "is_animated", False))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px, upright."""
        width, height = self._picture.size
        turned = self._picture.getexif().get(ExifTags.Base.Orientation, 1) in _LYING
        return (height, width) if turned and not self.is_moving else (width, height)

    def frames(self) -> Iterator[tuple[Picture, int]]:
        """Yield each picture, uint8 (H, W, 3) BGR, with its time in ms; one that is damaged ends the animation."""
        if not self.is_moving:
            yield flatten(ImageOps.exif_transpose(self._picture)), 0
            return
        for index in range(getattr(self._picture, "n_frames", 1)):
            try:
                self._picture.seek(index)
                picture = flatten(self._picture)
            except (OSError, EOFError, ValueError, SyntaxError, RuntimeError):
                self.is_damaged = True
                return
            t_ms = self.end_ms
            length_ms = round(float(self._picture.info.get("duration", 0) or 0))
            self.end_ms += length_ms if length_ms > _SHORTEST_MS else _SHORT_SHOWN_MS
            yield picture, t_ms

    def track(self) -> PictureTrack:
        """Return what is said of its one moving picture."""
        return PictureTrack(1, 1, self.codec, *self.size)


def is_animation(path: Path) -> bool:
    """Whether a file is a picture in which something moves, as far as its header can be read."""
    try:
        with open_animation(path, VideoLimits()) as animation:
            return animation is not None and animation.is_moving
    except InferenceError:
        return False


@contextmanager
def open_animation(source: MediaSource, limits: VideoLimits) -> Iterator[Animation | None]:
    """Open a source as a picture or an animation; None where it is neither.

    Raises:
        MediaTooLarge: the header states more pixels than `limits` allow, or the file is over 64 MiB.
        UnreadableVideo: it is damaged.
    """
    name = source_name(source)
    if isinstance(source, Path):
        if not source.is_file():
            yield None
            return
        with source.open("rb") as opened, _open(opened, name, limits) as animation:
            yield animation
    else:
        try:
            with _open(source, name, limits) as animation:
                yield animation
        finally:
            source.seek(0)


@contextmanager
def _open(source: BinaryIO, name: str, limits: VideoLimits) -> Iterator[Animation | None]:
    head = source.read(SNIFFED_BYTES)
    size_bytes = source.seek(0, SEEK_END)
    source.seek(0)
    if picture_kind(head) is None:
        yield None
        return
    if size_bytes > MAX_BYTES:
        raise MediaTooLarge(f"{name} is over the limit of {MAX_BYTES // 1024**2} MiB for a picture.")
    try:
        with open_picture(source, name) as picture:
            check_size(name, *picture.size, limits)
            yield Animation(picture, name)
    except UnreadableFrame as error:
        raise UnreadableVideo(str(error)) from error


def describe_animation(animation: Animation, limits: VideoLimits, name: str) -> VideoInfo:
    """Decode an animation for its length.

    Raises:
        MediaTooLarge: it lasts longer than `limits` allow.
    """
    for _, t_ms in animation.frames():
        if t_ms > limits.max_duration_ms:
            raise MediaTooLarge(f"{name} is longer than the limit of {limits.max_duration_ms / 60000:.1f} minutes.")
    width, height = animation.size
    return VideoInfo(
        width=width,
        height=height,
        duration_ms=animation.end_ms,
        codec=animation.codec,
        container=animation.codec,
        rotation=0,
        frames_per_second=None,
        track=animation.track(),
    )

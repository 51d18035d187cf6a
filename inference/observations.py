"""What was observed of one stretch of a video, as bytes: so that one worker observes and another one joins."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inference.ending import PartEnd
from inference.gaps import Gap
from inference.joining import ObservedFace, ObservedFrame
from inference.picture_track import PictureTrack
from inference.scenes import Glance, SceneChange
from inference.types import Box, Reason

OBSERVING = 1
"""Which way of observing this is: counted up whenever a stretch would be observed, or packed, in another way."""

_PIECE_FRAMES, _PIECE_FACES = 64, 256  # of one piece that is packed, and unpacked, at a time
_LENGTH_BYTES = 4
_REASONS = (None, *Reason)
_Arrays = dict[str, NDArray[Any]]  # of several types, as their names say


class SeenStretch(Protocol):
    """What a stretch that was observed to its end says of itself beside its frames."""

    @property
    def opening(self) -> Glance | None:
        """What is remembered of its first frame; None where there is none."""

    @property
    def closing(self) -> Glance | None:
        """What is remembered of its last frame; None where there is none."""

    @property
    def part(self) -> PartEnd | None:
        """How its decoding ended."""

    @property
    def track(self) -> PictureTrack | None:
        """Which of the file's moving pictures was read; None where no frame was."""


class StretchPacker:
    """Packs what is observed of a stretch while it is read, so that its length does not count in memory."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._frames: list[ObservedFrame] = []

    def add(self, frame: ObservedFrame) -> None:
        """Take the next frame."""
        self._frames.append(frame)
        if len(self._frames) >= _PIECE_FRAMES or sum(len(observed.faces) for observed in self._frames) >= _PIECE_FACES:
            self._flush()

    def finish(self, stretch: SeenStretch) -> bytes:
        """Return the stretch, whose frames were all added, as bytes that `unpack_stretch` reads back to the last bit.

        A second of one face is some five kilobytes.
        """
        assert stretch.part is not None, "a stretch is whole once its last frame was taken"
        self._flush()
        facts = {"part": asdict(stretch.part), "track": None if stretch.track is None else asdict(stretch.track)}
        arrays: _Arrays = {"told": np.frombuffer(json.dumps(facts).encode(), np.uint8)}
        for name, glance in (("opening", stretch.opening), ("closing", stretch.closing)):
            if glance is not None:
                arrays[f"{name}_sketch"] = glance.sketch
                arrays[f"{name}_size"] = np.array(glance.size, np.int64)
                arrays[f"{name}_people"] = _pack_boxes(glance.people)
        pieces = [_press(arrays), *self._packed]
        return b"".join(len(piece).to_bytes(_LENGTH_BYTES) + piece for piece in pieces)

    def _flush(self) -> None:
        if self._frames:
            faces = [face for frame in self._frames for face in frame.faces]
            self._packed.append(_press({**_pack_frames(self._frames), **_pack_faces(faces)}))
            self._frames = []


class ObservedStretch:
    """All that joining needs to know of a stretch; iterating over it yields its sampled frames, in order.

    Args:
        packed: of `StretchPacker`.

    Attributes:
        opening, closing: what is remembered of the first and the last frame; None where there is none.
        part: how its decoding ended.
        track: which of the file's moving pictures was read; None where no frame was.
    """

    def __init__(self, packed: bytes) -> None:
        first, *self._pieces = _cut_pieces(packed)
        arrays = _unpress(first)
        facts = json.loads(arrays["told"].tobytes())
        gaps = tuple(Gap(**gap) for gap in facts["part"].pop("missing"))
        self.opening = _unpack_glance(arrays, "opening")
        self.closing = _unpack_glance(arrays, "closing")
        self.part: PartEnd | None = PartEnd(**facts["part"], missing=gaps)
        self.track = None if facts["track"] is None else PictureTrack(**facts["track"])

    def __iter__(self) -> Iterator[ObservedFrame]:
        for piece in self._pieces:
            yield from _unpack_frames(_unpress(piece))


def unpack_stretch(packed: bytes) -> ObservedStretch:
    """Return the stretch that `StretchPacker` made bytes of."""
    return ObservedStretch(packed)


def _press(arrays: _Arrays) -> bytes:
    packed = BytesIO()
    np.savez(packed, allow_pickle=False, **arrays)
    return zlib.compress(packed.getbuffer(), level=1)


def _unpress(piece: bytes) -> _Arrays:
    with np.load(BytesIO(zlib.decompress(piece)), allow_pickle=False) as arrays:
        return dict(arrays)


def _cut_pieces(packed: bytes) -> list[bytes]:
    pieces, offset = [], 0
    while offset < len(packed):
        begins = offset + _LENGTH_BYTES
        offset = begins + int.from_bytes(packed[offset:begins])
        pieces.append(packed[begins:offset])
    return pieces


def _pack_frames(frames: list[ObservedFrame]) -> _Arrays:
    rows = [(f.t_ms, f.watched_ms, f.width, f.height, f.frames_decoded, len(f.faces)) for f in frames]
    changes = [frame.change for frame in frames]
    return {
        "frames": np.array(rows, np.int64).reshape(-1, 6),
        "changes": np.array([(c.is_elsewhere, c.has_jumped, c.scale is not None) for c in changes], bool).reshape(
            -1, 3
        ),
        "scales": np.array([change.scale or (1.0, 1.0) for change in changes], np.float64).reshape(-1, 2),
    }


def _pack_faces(faces: list[ObservedFace]) -> _Arrays:
    colours = [face.colours for face in faces if face.colours is not None]
    scores = [face.scores for face in faces if face.scores is not None]
    return {
        "boxes": _pack_boxes([face.box for face in faces]),
        "reasons": np.array([_REASONS.index(face.reason) for face in faces], np.int8),
        "has_scores": np.array([face.scores is not None for face in faces], bool),
        "scores": np.array(scores, np.float32),
        "has_colours": np.array([face.colours is not None for face in faces], bool),
        "colours": np.array(colours, np.float32),
    }


def _pack_boxes(boxes: tuple[Box, ...] | list[Box]) -> NDArray[np.float64]:
    return np.array([(box.x, box.y, box.w, box.h) for box in boxes], np.float64).reshape(-1, 4)


def _unpack_frames(arrays: _Arrays) -> Iterator[ObservedFrame]:
    faces = _unpack_faces(arrays)
    for row, flags, scale in zip(arrays["frames"].tolist(), arrays["changes"], arrays["scales"].tolist(), strict=True):
        t_ms, watched_ms, width, height, frames_decoded, count = row
        change = SceneChange(bool(flags[0]), bool(flags[1]), (scale[0], scale[1]) if flags[2] else None)
        own = tuple(next(faces) for _ in range(count))
        yield ObservedFrame(t_ms, watched_ms, width, height, frames_decoded, own, change)


def _unpack_faces(arrays: _Arrays) -> Iterator[ObservedFace]:
    scores, colours = iter(arrays["scores"]), iter(arrays["colours"])
    flags = zip(arrays["has_scores"], arrays["has_colours"], arrays["reasons"], strict=True)
    for box, (has_scores, has_colours, reason) in zip(_unpack_boxes(arrays["boxes"]), flags, strict=True):
        yield ObservedFace(
            box, next(colours) if has_colours else None, next(scores) if has_scores else None, _REASONS[reason]
        )


def _unpack_boxes(rows: NDArray[np.float64]) -> tuple[Box, ...]:
    return tuple(Box(*row) for row in rows.tolist())


def _unpack_glance(arrays: _Arrays, name: str) -> Glance | None:
    if f"{name}_sketch" not in arrays:
        return None
    width, height = arrays[f"{name}_size"].tolist()
    return Glance(arrays[f"{name}_sketch"], (width, height), _unpack_boxes(arrays[f"{name}_people"]))

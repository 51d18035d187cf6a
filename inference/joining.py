"""Joining: from observations of single frames to numbered faces with smoothed scores. It needs no pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.bundle import ModelSpec
from inference.colours import Colours
from inference.priors import Prior, check_stated, reweigh_if_told
from inference.scenes import SceneChange
from inference.smoother import ScoreSmoother
from inference.tracker import FaceTracker, Sighting
from inference.types import Box, FaceReading, FrameReading, Reason


@dataclass(frozen=True, slots=True)
class ObservedFace:
    """A face of one frame before it is known whose it is.

    Args:
        box: where it is, px.
        colours: of `measure_colours`; None where they were not measured.
        scores: as the model gave them, float32 (7,); None where it was not scored.
        reason: why it was not scored; None where it was.
    """

    box: Box
    colours: Colours | None
    scores: NDArray[np.float32] | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class ObservedFrame:
    """The observation of one frame; `change` is its relation to the frame before.

    Args:
        t_ms: presentation time, ms.
        watched_ms: its time on a clock that stands still while nobody watches, ms.
        width, height: px.
        frames_decoded: as in `FrameReading`.
        faces: in the order in which they were found.
        change: since the frame before; of the first frame of a stretch it is not known yet.
    """

    t_ms: int
    watched_ms: int
    width: int
    height: int
    frames_decoded: int
    faces: tuple[ObservedFace, ...]
    change: SceneChange


class Joiner:
    """Numbers the faces of one session's frames, in order, and smooths their scores.

    Args:
        spec: of the model that scored them.
        tracker: of this session alone; by default a new one.
        prior: as in `Engine.read_video`.
    Raises:
        BadPrior: of a model that does not state what its scores assume.
    """

    def __init__(self, spec: ModelSpec, *, tracker: FaceTracker | None = None, prior: Prior | None = None) -> None:
        check_stated(spec.prior, prior)
        self._spec = spec
        self._prior = prior
        self._tracker = tracker or FaceTracker()
        self._smoother = ScoreSmoother()

    def number(self, faces: Sequence[Sighting], watched_ms: int, change: SceneChange) -> tuple[int, ...]:
        """Number the faces of the next frame; see `FaceTracker.update`."""
        if change.is_elsewhere:
            self._tracker.forget()
        elif change.scale is not None:
            self._tracker.rescale(*change.scale)
        return self._tracker.update(faces, watched_ms, has_jumped=change.has_jumped)

    def join(self, frame: ObservedFrame, change: SceneChange | None = None) -> FrameReading:
        """Return the reading of the next frame.

        Args:
            frame: not before the last one.
            change: since the frame before, where the frame itself does not know it.
        """
        sightings = [Sighting(face.box, face.colours) for face in frame.faces]
        numbers = self.number(sightings, frame.watched_ms, change or frame.change)
        faces = [self._read(number, face, frame.t_ms) for number, face in zip(numbers, frame.faces, strict=True)]
        self._smoother.keep_only(self._tracker.active)
        faces.sort(key=lambda face: face.track)
        return FrameReading(frame.t_ms, frame.width, frame.height, tuple(faces), frame.frames_decoded)

    def _read(self, number: int, face: ObservedFace, t_ms: int) -> FaceReading:
        if face.scores is None:
            return FaceReading(number, face.box, None, face.reason)
        scores = reweigh_if_told(face.scores, self._spec.prior, self._prior)
        return read_scores(number, face.box, self._smoother.smooth(number, scores, t_ms), self._spec)


def read_scores(track: int, box: Box, scores: NDArray[np.float32], spec: ModelSpec) -> FaceReading:
    """Make a face's reading of its scores, float32 (7,): "not sure" where none reaches `spec.abstain_below`."""
    reason = Reason.LOW_CONFIDENCE if float(scores.max()) < spec.abstain_below else None
    return FaceReading(track, box, tuple(float(score) for score in scores), reason)

"""From a frame to its reading: find, judge and cut faces, classify many at once; then number and smooth them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from inference.bundle import ModelSpec
from inference.colours import Colours
from inference.finder import FaceFinder, FoundFace
from inference.joining import Joiner, ObservedFace, ObservedFrame
from inference.planes import AnyPicture
from inference.preprocess import crop_face
from inference.priors import Prior
from inference.quality import QualityLimits, judge_face, measure_tilt
from inference.scenes import Glance, SceneChange
from inference.tracker import FaceTracker
from inference.types import Box, DetectedFace, FrameReading, Reason

if TYPE_CHECKING:
    from inference.detector import FaceDetector


class FaceScorer(Protocol):
    """What the pipeline asks of a classifier."""

    @property
    def spec(self) -> ModelSpec:
        """How faces must be cut for it and how its scores are read."""

    def classify(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Score faces, uint8 (n, S, S, 1), as calibrated float32 (n, 7)."""


@dataclass(slots=True)
class StageTimes:
    """Where the time of one reading went: seconds of the wall clock, and what was done in them."""

    decode_s: float = 0.0
    detect_s: float = 0.0
    classify_s: float = 0.0
    other_s: float = 0.0
    frames: int = 0
    faces: int = 0


@dataclass(slots=True)
class Parts:
    """The loaded parts that readings share. Each has a lock that lets one reading in: interpreters hold buffers."""

    detector: FaceDetector
    classifier: FaceScorer
    detector_lock: threading.Lock = field(default_factory=threading.Lock)
    classifier_lock: threading.Lock = field(default_factory=threading.Lock)

    def detect(self, frame: AnyPicture) -> tuple[DetectedFace, ...]:
        """Find the faces of a frame; see `FaceDetector.detect`."""
        with self.detector_lock:
            return self.detector.detect(frame)

    def scan(
        self,
        frame: AnyPicture,
        known: Sequence[DetectedFace] = (),
        within: Box | None = None,
        *,
        closely: bool = False,
    ) -> tuple[DetectedFace, ...]:
        """Find most faces of a frame that are not known; see `FaceDetector.scan`."""
        with self.detector_lock:
            return self.detector.scan(frame, known, within, closely=closely)

    def follow(self, frame: AnyPicture, faces: Sequence[DetectedFace]) -> tuple[DetectedFace | None, ...]:
        """Look only where these faces were; see `FaceDetector.follow`."""
        with self.detector_lock:
            return self.detector.follow(frame, faces)

    def classify(self, crops: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Score crops, uint8 (S, S, 1), as float32 (n, 7); there may be none."""
        size = self.classifier.spec.input_size
        batch = np.stack(crops) if crops else np.empty((0, size, size, 1), np.uint8)
        with self.classifier_lock:
            return self.classifier.classify(batch)


@dataclass(frozen=True, slots=True)
class PendingFace:
    """A face that was found and cut but not scored yet."""

    box: Box
    colours: Colours | None
    crop: NDArray[np.uint8]
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class PendingFrame:
    """A frame whose faces were found; its pixels are already gone."""

    t_ms: int
    watched_ms: int
    width: int
    height: int
    frames_decoded: int
    faces: tuple[PendingFace, ...]
    change: SceneChange

    @property
    def faces_to_score(self) -> int:
        """How many of its faces are fit to be scored."""
        return sum(face.reason is None for face in self.faces)


class Observer:
    """Looks at frames that follow each other; what it says of them rests on nothing that came before its first one.

    Args:
        parts: what looks and scores.
        quality: what makes a face unfit to be scored.

    Attributes:
        times: where the time went so far.
    """

    def __init__(self, parts: Parts, quality: QualityLimits, times: StageTimes | None = None) -> None:
        self.parts = parts
        self.times = times or StageTimes()
        self._quality = quality
        self._finder = FaceFinder(parts)

    @property
    def opening(self) -> Glance | None:
        """What is remembered of the first frame; None before it."""
        return self._finder.opening

    @property
    def closing(self) -> Glance | None:
        """What is remembered of the last frame so far; None before the first."""
        return self._finder.closing

    def observe(
        self, picture: AnyPicture, t_ms: int, *, frames_decoded: int = 0, watched_ms: int | None = None
    ) -> PendingFrame:
        """Find, cut and judge the faces of the next frame.

        Args:
            picture: uint8 (H, W, 3) BGR, or planes.
            t_ms: its time in ms; must not be before the last one's.
            frames_decoded: as in `FrameReading`.
            watched_ms: its time on a clock that stands still while nobody watches; `t_ms` where there is none.
        """
        watched_ms = t_ms if watched_ms is None else watched_ms
        started = time.perf_counter()
        found = self._finder.find(picture, watched_ms)
        detected = time.perf_counter()
        faces = tuple(self._prepare(picture, face) for face in found.faces)
        height, width = picture.shape[:2]
        self.times.detect_s += detected - started
        self.times.other_s += time.perf_counter() - detected
        self.times.frames += 1
        return PendingFrame(t_ms, watched_ms, width, height, frames_decoded, faces, found.change)

    def score(self, frames: Sequence[PendingFrame]) -> list[ObservedFrame]:
        """Score the faces of frames that `look` returned, in the same order, all at once."""
        return observe_together([(self, frame) for frame in frames])

    def _prepare(self, picture: AnyPicture, found_face: FoundFace) -> PendingFace:
        face = found_face.face
        crop = crop_face(picture, face.box, self.parts.classifier.spec, tilt_deg=measure_tilt(face.landmarks))
        return PendingFace(face.box, found_face.colours, crop, judge_face(face, crop, self._quality))


class Pipeline:
    """Reads the frames of one session in order; holds what that session has seen and nothing else."""

    def __init__(
        self,
        parts: Parts,
        *,
        quality: QualityLimits,
        tracker: FaceTracker | None = None,
        prior: Prior | None = None,
    ) -> None:
        self.observer = Observer(parts, quality)
        self.joiner = Joiner(parts.classifier.spec, tracker=tracker, prior=prior)

    @property
    def times(self) -> StageTimes:
        """Where the time went so far."""
        return self.observer.times

    def observe(
        self, picture: AnyPicture, t_ms: int, *, frames_decoded: int = 0, watched_ms: int | None = None
    ) -> PendingFrame:
        """Find, cut and judge the faces of the next frame; see `Observer.observe`."""
        return self.observer.observe(picture, t_ms, frames_decoded=frames_decoded, watched_ms=watched_ms)

    def score(self, frames: list[PendingFrame]) -> list[FrameReading]:
        """Score and number the faces of frames that `look` returned, in the same order, all at once."""
        return score_together([(self, frame) for frame in frames])


def score_together(frames: Sequence[tuple[Pipeline, PendingFrame]]) -> list[FrameReading]:
    """Score the faces of several sessions' frames in one batch; each session numbers and smooths its own.

    Args:
        frames: what each pipeline's `look` returned; the frames of one pipeline in their order. All share their parts.
    """
    readings = []
    observed = observe_together([(pipeline.observer, frame) for pipeline, frame in frames])
    for (pipeline, _), frame in zip(frames, observed, strict=True):
        started = time.perf_counter()
        readings.append(pipeline.joiner.join(frame))
        pipeline.times.other_s += time.perf_counter() - started
    return readings


def observe_together(frames: Sequence[tuple[Observer, PendingFrame]]) -> list[ObservedFrame]:
    """Score the faces of several observers' frames in one batch.

    Args:
        frames: what each observer's `look` returned. All share their parts.
    """
    if not frames:
        return []
    crops = [face.crop for _, frame in frames for face in frame.faces if face.reason is None]
    started = time.perf_counter()
    rows = iter(frames[0][0].parts.classify(crops))
    share_s = (time.perf_counter() - started) / max(len(crops), 1)
    observed = []
    for observer, frame in frames:
        observed.append(_observe(frame, rows))
        observer.times.classify_s += share_s * frame.faces_to_score
        observer.times.faces += frame.faces_to_score
    return observed


def _observe(frame: PendingFrame, rows: Iterator[NDArray[np.float32]]) -> ObservedFrame:
    faces = tuple(
        ObservedFace(face.box, face.colours, next(rows) if face.reason is None else None, face.reason)
        for face in frame.faces
    )
    return ObservedFrame(
        frame.t_ms, frame.watched_ms, frame.width, frame.height, frame.frames_decoded, faces, frame.change
    )

"""From a frame to its reading: detect, track, judge, cut, then classify many faces at once and smooth."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference.bundle import ModelSpec
from inference.preprocess import crop_face
from inference.quality import QualityLimits, judge_face
from inference.smoother import ScoreSmoother
from inference.tracker import FaceTracker
from inference.types import Box, DetectedFace, FaceReading, FrameReading, Picture, Reason


class FaceFinder(Protocol):
    """What the pipeline asks of a face detector."""

    def detect(self, frame: Picture) -> tuple[DetectedFace, ...]:
        """Find the faces of a frame, the surest first."""


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
    """The loaded parts that readings share. The lock lets one of them in at a time: interpreters hold buffers."""

    detector: FaceFinder
    classifier: FaceScorer
    lock: threading.Lock


@dataclass(frozen=True, slots=True)
class PendingFace:
    """A face that was found and cut but not scored yet."""

    track: int
    box: Box
    crop: NDArray[np.uint8]
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class PendingFrame:
    """A frame whose faces were found; its pixels are already gone."""

    t_ms: int
    width: int
    height: int
    frames_decoded: int
    faces: tuple[PendingFace, ...]
    active_tracks: tuple[int, ...]

    @property
    def faces_to_score(self) -> int:
        """How many of its faces are fit to be scored."""
        return sum(face.reason is None for face in self.faces)


class Pipeline:
    """Reads the frames of one session in order; holds that session's tracker and smoother and nothing else."""

    def __init__(self, parts: Parts, *, quality: QualityLimits) -> None:
        self.times = StageTimes()
        self._parts = parts
        self._quality = quality
        self._tracker = FaceTracker()
        self._smoother = ScoreSmoother()

    def look(self, picture: Picture, t_ms: int, *, frames_decoded: int = 0) -> PendingFrame:
        """Find, number, cut and judge the faces of the next frame."""
        started = time.perf_counter()
        with self._parts.lock:
            found = self._parts.detector.detect(picture)
        detected = time.perf_counter()
        numbers = self._tracker.update(tuple(face.box for face in found), t_ms)
        faces = tuple(self._prepare(picture, face, number) for face, number in zip(found, numbers, strict=True))
        height, width = picture.shape[:2]
        self.times.detect_s += detected - started
        self.times.other_s += time.perf_counter() - detected
        self.times.frames += 1
        return PendingFrame(t_ms, width, height, frames_decoded, faces, self._tracker.active)

    def score(self, frames: list[PendingFrame]) -> list[FrameReading]:
        """Score the faces of frames that `look` returned, in the same order, all at once."""
        crops = [face.crop for frame in frames for face in frame.faces if face.reason is None]
        started = time.perf_counter()
        scores = self._classify(crops)
        scored = time.perf_counter()
        rows = iter(scores)
        readings = [self._finish(frame, [next(rows) for _ in range(frame.faces_to_score)]) for frame in frames]
        self.times.classify_s += scored - started
        self.times.other_s += time.perf_counter() - scored
        self.times.faces += len(crops)
        return readings

    def _prepare(self, picture: Picture, face: DetectedFace, track: int) -> PendingFace:
        crop = crop_face(picture, face.box, self._parts.classifier.spec)
        return PendingFace(track, face.box, crop, judge_face(face, crop, self._quality))

    def _classify(self, crops: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        size = self._parts.classifier.spec.input_size
        batch = np.stack(crops) if crops else np.empty((0, size, size, 1), np.uint8)
        with self._parts.lock:
            return self._parts.classifier.classify(batch)

    def _finish(self, frame: PendingFrame, rows: list[NDArray[np.float32]]) -> FrameReading:
        fresh = iter(rows)
        faces = []
        for face in frame.faces:
            if face.reason is not None:
                faces.append(FaceReading(face.track, face.box, None, face.reason))
                continue
            scores = self._smoother.smooth(face.track, next(fresh), frame.t_ms)
            faces.append(read_scores(face.track, face.box, scores, self._parts.classifier.spec))
        self._smoother.keep_only(frame.active_tracks)
        faces.sort(key=lambda face: face.track)
        return FrameReading(frame.t_ms, frame.width, frame.height, tuple(faces), frame.frames_decoded)


def read_scores(track: int, box: Box, scores: NDArray[np.float32], spec: ModelSpec) -> FaceReading:
    """Make a face's reading of its scores, float32 (7,): "not sure" where none reaches `spec.abstain_below`."""
    reason = Reason.LOW_CONFIDENCE if float(scores.max()) < spec.abstain_below else None
    return FaceReading(track, box, tuple(float(score) for score in scores), reason)

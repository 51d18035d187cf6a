"""From a frame to its reading: detect, track, judge, cut, then classify many faces at once and smooth."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from inference.bundle import ModelSpec
from inference.finder import FaceFinder, FoundFace
from inference.planes import AnyPicture
from inference.preprocess import crop_face
from inference.priors import Prior, check_stated, reweigh_if_told
from inference.quality import QualityLimits, judge_face, measure_tilt
from inference.smoother import ScoreSmoother
from inference.tracker import FaceTracker
from inference.types import Box, DetectedFace, FaceReading, FrameReading, Reason

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
    """Reads the frames of one session in order; holds what that session has seen and nothing else."""

    def __init__(
        self,
        parts: Parts,
        *,
        quality: QualityLimits,
        tracker: FaceTracker | None = None,
        prior: Prior | None = None,
    ) -> None:
        check_stated(parts.classifier.spec.prior, prior)
        self.times = StageTimes()
        self._prior = prior
        self._parts = parts
        self._quality = quality
        self._finder = FaceFinder(parts, tracker or FaceTracker())
        self._smoother = ScoreSmoother()

    def look(
        self, picture: AnyPicture, t_ms: int, *, frames_decoded: int = 0, watched_ms: int | None = None
    ) -> PendingFrame:
        """Find, number, cut and judge the faces of the next frame.

        Args:
            picture: uint8 (H, W, 3) BGR, or planes.
            t_ms: its time in ms; must not be before the last one's.
            frames_decoded: as in `FrameReading`.
            watched_ms: its time on a clock that stands still while nobody watches; `t_ms` where there is none.
        """
        started = time.perf_counter()
        found = self._finder.find(picture, t_ms if watched_ms is None else watched_ms)
        detected = time.perf_counter()
        faces = tuple(self._prepare(picture, each) for each in found)
        height, width = picture.shape[:2]
        self.times.detect_s += detected - started
        self.times.other_s += time.perf_counter() - detected
        self.times.frames += 1
        return PendingFrame(t_ms, width, height, frames_decoded, faces, self._finder.active)

    def score(self, frames: list[PendingFrame]) -> list[FrameReading]:
        """Score the faces of frames that `look` returned, in the same order, all at once."""
        return score_together([(self, frame) for frame in frames])

    @property
    def parts(self) -> Parts:
        """What this session shares with others."""
        return self._parts

    def _prepare(self, picture: AnyPicture, found: FoundFace) -> PendingFace:
        face = found.face
        crop = crop_face(picture, face.box, self._parts.classifier.spec, tilt_deg=measure_tilt(face.landmarks))
        return PendingFace(found.track, face.box, crop, judge_face(face, crop, self._quality))

    def finish(self, frame: PendingFrame, rows: list[NDArray[np.float32]]) -> FrameReading:
        """Make the reading of a frame from the scores of its faces, float32 (7,) each."""
        fresh = iter(rows)
        faces = []
        for face in frame.faces:
            if face.reason is not None:
                faces.append(FaceReading(face.track, face.box, None, face.reason))
                continue
            spec = self._parts.classifier.spec
            scores = self._smoother.smooth(
                face.track, reweigh_if_told(next(fresh), spec.prior, self._prior), frame.t_ms
            )
            faces.append(read_scores(face.track, face.box, scores, spec))
        self._smoother.keep_only(frame.active_tracks)
        faces.sort(key=lambda face: face.track)
        return FrameReading(frame.t_ms, frame.width, frame.height, tuple(faces), frame.frames_decoded)


def score_together(frames: Sequence[tuple[Pipeline, PendingFrame]]) -> list[FrameReading]:
    """Score the faces of several sessions' frames in one batch; each session finishes its own.

    Args:
        frames: what each pipeline's `look` returned; the frames of one pipeline in their order. All share their parts.
    """
    if not frames:
        return []
    crops = [face.crop for _, frame in frames for face in frame.faces if face.reason is None]
    started = time.perf_counter()
    rows = iter(frames[0][0].parts.classify(crops))
    share_s = (time.perf_counter() - started) / max(len(crops), 1)
    readings = []
    for pipeline, frame in frames:
        scored = time.perf_counter()
        readings.append(pipeline.finish(frame, [next(rows) for _ in range(frame.faces_to_score)]))
        pipeline.times.classify_s += share_s * frame.faces_to_score
        pipeline.times.other_s += time.perf_counter() - scored
        pipeline.times.faces += frame.faces_to_score
    return readings


def read_scores(track: int, box: Box, scores: NDArray[np.float32], spec: ModelSpec) -> FaceReading:
    """Make a face's reading of its scores, float32 (7,): "not sure" where none reaches `spec.abstain_below`."""
    reason = Reason.LOW_CONFIDENCE if float(scores.max()) < spec.abstain_below else None
    return FaceReading(track, box, tuple(float(score) for score in scores), reason)

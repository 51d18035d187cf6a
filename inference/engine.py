"""The engine: reads videos, pictures and webcams with one loaded model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import cv2

from inference.analysis import StretchAnalysis, StretchJoiner, VideoAnalysis
from inference.bundle import Bundle, ModelSpec, read_bundle
from inference.container import MediaSource, VideoLimits
from inference.image import FILE_MAX_PIXELS, decode_picture, load_picture
from inference.joining import Joiner, read_scores
from inference.live import LiveReader
from inference.pipeline import FaceScorer, Observer, Parts, Pipeline, StageTimes
from inference.preprocess import crop_face, fit_face
from inference.priors import Prior, reweigh_if_told
from inference.quality import QualityLimits, measure_tilt
from inference.spans import Span
from inference.stretches import LEAST_MS, StretchPlan, plan_stretches
from inference.tracker import FaceTracker, KnownFace
from inference.types import Box, DetectedFace, FrameReading, Picture
from inference.video import VideoReader

if TYPE_CHECKING:
    from inference.detector import FaceDetector

SHIPPED_BUNDLE = Path(__file__).parent / "bundles" / "raut-fer7"

CUT_SIDE = 96  # of pictures to learn from, px: more than today's models take


class Engine:
    """Reads facial expressions with one model. Safe to share between threads; sessions never meet in it.

    Args:
        detector: finds faces.
        classifier: scores them.
        bundle: the model's folder, where it came from one.
        quality: what makes a face unfit to be scored.
    """

    def __init__(
        self,
        detector: FaceDetector,
        classifier: FaceScorer,
        *,
        bundle: Bundle | None = None,
        quality: QualityLimits | None = None,
    ) -> None:
        # A worker process owns one core; OpenCV's own threads would only fight over it.
        cv2.setNumThreads(1)
        self.bundle = bundle
        self._parts = Parts(detector, classifier)
        self._quality = quality or QualityLimits()

    @property
    def spec(self) -> ModelSpec:
        """How the model is fed and read, and what it is called."""
        return self._parts.classifier.spec

    def read_video(
        self,
        source: MediaSource,
        *,
        every_ms: int = 200,
        limits: VideoLimits | None = None,
        prior: Prior | None = None,
        plan: StretchPlan | None = None,
    ) -> VideoAnalysis:
        """Read a video from its first frame to its last, in memory that does not grow with its length.

        A long one is read in stretches, one after the other, as several workers would read it at once.

        Args:
            source: a local file, or an opened one that can seek, which stays open afterwards.
            every_ms: the first frame is sampled, then the first frame of each further `every_ms`.
            limits: refused beyond these; by default `VideoLimits()`.
            prior: how frequent each expression is expected to be, (7,), where that is known; see `priors.reweigh`.
            plan: of `plan_stretches` for this file, where it was made already.
        Returns:
            An iterator over one reading per sampled frame; its `end` has the totals.
        Raises:
            UnreadableVideo: on the first step, where not one frame can be decoded.
            MediaTooLarge: on the first step by the header, later where the header lied.
        """

        def open_stretch(span: Span, times: StageTimes) -> StretchAnalysis:
            reader = VideoReader(source, every_ms=every_ms, limits=limits, span=span, in_planes=True)
            return StretchAnalysis(reader, Observer(self._parts, self._quality, times))

        def cut() -> StretchPlan:
            return plan or plan_stretches(source, least_ms=LEAST_MS, limits=limits)

        return VideoAnalysis(cut, open_stretch, Joiner(self.spec, prior=prior))

    def observe_stretch(
        self, source: MediaSource, span: Span, *, every_ms: int = 200, limits: VideoLimits | None = None
    ) -> StretchAnalysis:
        """Observe one stretch of a video; a process that has all stretches can join them.

        Args:
            source, every_ms, limits: as in `read_video`.
            span: of `plan_stretches` for this file.
        Returns:
            An iterator over what was observed, one for each sampled frame.
        Raises:
            UnreadableVideo: on the first step: the file has no such stretch.
            MediaTooLarge: as in `read_video`.
        """
        reader = VideoReader(source, every_ms=every_ms, limits=limits, span=span, in_planes=True)
        return StretchAnalysis(reader, Observer(self._parts, self._quality))

    def join_stretches(self, *, prior: Prior | None = None) -> StretchJoiner:
        """Start joining what was observed of a video's stretches, of which each is given in its turn.

        Args:
            prior: as in `read_video`.
        """
        return StretchJoiner(Joiner(self.spec, prior=prior))

    def read_image(
        self, picture: Picture | Path | bytes, *, prior: Prior | None = None, max_pixels: int = FILE_MAX_PIXELS
    ) -> FrameReading:
        """Read every face of one picture.

        Args:
            picture: uint8 (H, W, 3) BGR, the path of a picture file, or what such a file holds.
            prior: as in `read_video`.
            max_pixels: width times height above which a file is refused undecoded.
        Raises:
            UnreadableFrame, MediaTooLarge: of a file.
        """
        pipeline = self._new_pipeline(prior=prior)
        return pipeline.score([pipeline.observe(_load(picture, max_pixels), 0)])[0]

    def read_face(self, picture: Picture | Path, *, prior: Prior | None = None) -> FrameReading:
        """Read a picture that is one cropped face, as a whole and whatever its size or quality.

        Args:
            picture: uint8 (H, W, 3) BGR, or the path of a picture file.
            prior: as in `read_video`.
        Returns:
            A reading with one face whose box is the whole picture.
        Raises:
            UnreadableFrame, MediaTooLarge: of a file.
        """
        pixels = _load(picture)
        crop = fit_face(pixels, self.spec.input_size)
        scores = reweigh_if_told(self._parts.classify([crop]), self.spec.prior, prior)[0]
        height, width = pixels.shape[:2]
        face = read_scores(1, Box(0.0, 0.0, float(width), float(height)), scores, self.spec)
        return FrameReading(0, width, height, (face,))

    def cut_faces(
        self,
        source: MediaSource,
        boxes_at: Mapping[int, Sequence[Box]],
        *,
        every_ms: int = 200,
        side: int = CUT_SIDE,
    ) -> Iterator[tuple[int, int, bytes]]:
        """Cut known faces out of a video, framed as this engine's model sees them: samples to learn from.

        Args:
            source: as in `read_video`.
            boxes_at: by the time of their frame, in ms, as a reading with the same `every_ms` gave them.
            every_ms: as in `read_video`.
            side: of the pictures, px.
        Returns:
            An iterator over (t_ms, position in that time's boxes, PNG file); frames without boxes are passed over.
        Raises:
            UnreadableVideo: not one frame can be decoded.
        """
        framing = replace(self.spec, input_size=side)
        remaining = dict(boxes_at)
        with VideoReader(source, every_ms=every_ms) as frames:
            while remaining and (frame := next(frames, None)) is not None:
                boxes = remaining.pop(frame.t_ms, ())
                for position, tilt_deg in enumerate(self._measure_tilts(frame.picture, boxes)):
                    cut = crop_face(frame.picture, boxes[position], framing, tilt_deg=tilt_deg)
                    yield frame.t_ms, position, cv2.imencode(".png", cut)[1].tobytes()

    def _measure_tilts(self, picture: Picture, boxes: Sequence[Box]) -> list[float]:
        """How far each known face is tilted, degrees: 0 where it is not found again."""
        faces = self._parts.follow(picture, [DetectedFace(box, 1.0) for box in boxes])
        return [0.0 if face is None else measure_tilt(face.landmarks) for face in faces]

    def live(self, *, first_track: int = 1, known: Sequence[KnownFace] = (), prior: Prior | None = None) -> LiveReader:
        """Start reading a webcam.

        Args:
            first_track: what the first new face is called.
            known: who was in sight when an earlier reader of the same session stopped; whoever is still there keeps
                their number.
            prior: as in `read_video`.
        """
        return LiveReader(self._new_pipeline(FaceTracker(first_number=first_track, known=known), prior=prior))

    def _new_pipeline(self, tracker: FaceTracker | None = None, *, prior: Prior | None = None) -> Pipeline:
        return Pipeline(self._parts, quality=self._quality, tracker=tracker, prior=prior)


def load_engine(bundle: Path | None = None, *, backend: Literal["litert", "tensorflow"] = "litert") -> Engine:
    """Load a bundle and the face detector.

    Args:
        bundle: the model's folder; by default the one that the project ships.
        backend: what runs the weights; "litert" needs no TensorFlow and is the faster one on a CPU.
    Raises:
        BadBundle: the folder is incomplete, changed or of another version.
    """
    from inference.classifier import load_classifier
    from inference.detector import load_detector

    loaded = read_bundle(bundle or SHIPPED_BUNDLE)
    return Engine(load_detector(), load_classifier(loaded, backend=backend), bundle=loaded)


def _load(picture: Picture | Path | bytes, max_pixels: int = FILE_MAX_PIXELS) -> Picture:
    if isinstance(picture, bytes):
        return decode_picture(picture, max_pixels=max_pixels)
    return load_picture(picture, max_pixels=max_pixels) if isinstance(picture, Path) else picture

"""The values that the engine hands out. Only numpy and the standard library are imported here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]
"""A colour picture: uint8, shape (H, W, 3), channels in BGR order."""

Scores: TypeAlias = NDArray[np.float32]
"""Calibrated class probabilities: float32, shape (n, 7), each row sums to 1, columns in `Emotion` order."""


class Emotion(StrEnum):
    """The seven facial expressions of FER2013. The order of the members is the order of every score vector.

    Source: Goodfellow et al., "Challenges in Representation Learning", 2013, arXiv:1307.0414.
    """

    ANGRY = "angry"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPY = "happy"
    SAD = "sad"
    SURPRISE = "surprise"
    NEUTRAL = "neutral"


EMOTIONS: tuple[Emotion, ...] = tuple(Emotion)


# Packed by position: add at the end, and raise `observations.OBSERVING`.
class Reason(StrEnum):
    """Why a face was found but not scored, or (`LOW_CONFIDENCE`) scored but without a verdict."""

    TOO_SMALL = "too_small"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    EXTREME_POSE = "extreme_pose"
    LOW_CONFIDENCE = "low_confidence"


@dataclass(frozen=True, slots=True)
class Box:
    """A face's place in its frame, in pixels; the origin is the top-left corner of the frame."""

    x: float
    y: float
    w: float
    h: float

    @property
    def center(self) -> tuple[float, float]:
        """The middle of the box as (x, y), in pixels."""
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def area(self) -> float:
        """Width times height, in square pixels."""
        return max(self.w, 0.0) * max(self.h, 0.0)

    def iou(self, other: Box) -> float:
        """Intersection over union with another box, in [0, 1].

        Source: Everingham et al., "The PASCAL VOC Challenge", IJCV 2010, section 4.2.
        """
        width = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        height = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """What a `FaceDetector` says of one face.

    Args:
        box: tight around the face (brow to chin, ear to ear), pixels of the frame; may reach past its edges.
        confidence: the detector's own score in [0, 1]; not a probability.
        landmarks: right eye, left eye, nose tip, mouth centre as (x, y) pixels; "right" is the person's right.
            Empty where a detector gives none.
    """

    box: Box
    confidence: float
    landmarks: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class FaceReading:
    """What the engine says of one face in one frame.

    Args:
        track: number of the face within its session, 1, 2, …; not an identity.
        box: where the face is.
        scores: seven calibrated probabilities in `Emotion` order that sum to 1, smoothed over time;
            None where the face could not be scored.
        reason: None for a plain reading. With scores: `LOW_CONFIDENCE`, "not sure", no verdict.
            Without scores: why it was not scored.
    """

    track: int
    box: Box
    scores: tuple[float, ...] | None
    reason: Reason | None

    @property
    def is_scored(self) -> bool:
        """Whether the face carries scores, sure or not."""
        return self.scores is not None

    @property
    def dominant(self) -> Emotion | None:
        """The emotion with the highest score; None where there are no scores or the model is not sure."""
        if self.scores is None or self.reason is not None:
            return None
        return EMOTIONS[max(range(len(EMOTIONS)), key=self.scores.__getitem__)]


@dataclass(frozen=True, slots=True)
class FrameReading:
    """What the engine says of one sampled frame; `faces` is empty when nobody is in it.

    Args:
        t_ms: presentation time in ms from the first frame of the session.
        width, height: size of the frame in pixels after its rotation was applied.
        faces: every face found, scored or not, ordered by track number.
        frames_decoded: how many frames the decoder has passed since the stream began, this one included
            (sampled and skipped); 0 where the source is not a stream.
    """

    t_ms: int
    width: int
    height: int
    faces: tuple[FaceReading, ...]
    frames_decoded: int = 0

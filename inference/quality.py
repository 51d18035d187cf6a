"""Is this face fit to be scored? If not, the reason."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.types import DetectedFace, Reason

_LANDMARKS = 4  # right eye, left eye, nose tip, mouth centre


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """Below or above what a face is not scored.

    Source: own measurement, `python -m benchmarks.quality_limits` (the shipped model on FER2013's public split): at
    the limits of sharpness and light about three quarters of the accuracy on unspoilt faces are left, at that of size
    six sevenths; at that of tilt five sixths, cut upright (`python -m benchmarks.tilted_heads`). Turn and nod are own
    choices: FER2013 holds no faces that far from the camera.

    Args:
        min_side_px: shorter side of the box.
        min_sharpness: variance of the Laplacian of the model's grey input (Pech-Pacheco et al. 2000).
        min_light, max_light: mean grey level of the model's input, 0 to 255.
        max_turn: how far the nose tip is off the middle between the eyes, along the line of the eyes, as a share of
            the eyes' distance: 0 looks at the camera, 0.5 has the nose below one eye.
        min_nod, max_nod: how far down from the eyes to the mouth the nose tip is: about 0.6 looks at the camera.
        max_tilt_deg: angle of the line of the eyes against the horizon, degrees.
    """

    min_side_px: float = 24.0
    min_sharpness: float = 40.0
    min_light: float = 18.0
    max_light: float = 225.0
    max_turn: float = 0.6
    min_nod: float = 0.15
    max_nod: float = 1.0
    max_tilt_deg: float = 75.0


def judge_face(face: DetectedFace, crop: NDArray[np.uint8], limits: QualityLimits | None = None) -> Reason | None:
    """Say why a face should not be scored, or None where it may be.

    Args:
        face: as the detector found it.
        crop: uint8 (S, S, 1), the model's input.
        limits: by default `QualityLimits()`.
    """
    limits = limits or QualityLimits()
    if min(face.box.w, face.box.h) < limits.min_side_px:
        return Reason.TOO_SMALL
    light = float(cv2.mean(crop)[0])
    if light < limits.min_light:
        return Reason.TOO_DARK
    if light > limits.max_light:
        return Reason.TOO_BRIGHT
    if is_turned_away(face.landmarks, limits):
        return Reason.EXTREME_POSE
    return Reason.BLURRED if measure_sharpness(crop) < limits.min_sharpness else None


def measure_sharpness(crop: NDArray[np.uint8]) -> float:
    """Return the variance of the 3x3 Laplacian of a grey picture, uint8 (S, S, 1).

    Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000.
    """
    return float(cv2.Laplacian(crop, cv2.CV_64F).var())


def measure_turn(landmarks: tuple[tuple[float, float], ...]) -> float | None:
    """How far a head is turned to either side; None where eyes and nose are not known or lie on one point.

    Args:
        landmarks: as in `DetectedFace`.
    Returns:
        The nose tip's distance from the middle between the eyes, along their line, as a share of their distance: 0
        looks at the camera. Source: own geometry, as in `is_turned_away`.
    """
    if len(landmarks) < _LANDMARKS:
        return None
    right_eye, left_eye, nose = (complex(x, y) for x, y in landmarks[:3])
    eyes = left_eye - right_eye
    return abs(((nose - (right_eye + left_eye) / 2) / eyes).real) if abs(eyes) >= 1.0 else None


def measure_tilt(landmarks: tuple[tuple[float, float], ...]) -> float:
    """How far a head is tilted towards a shoulder, by its eyes: degrees clockwise as seen in the frame, -180 to 180.

    Args:
        landmarks: as in `DetectedFace`; where there are none the answer is 0.
    """
    if len(landmarks) < 2:
        return 0.0
    (right_x, right_y), (left_x, left_y) = landmarks[:2]
    return math.degrees(math.atan2(left_y - right_y, left_x - right_x))


def is_turned_away(landmarks: tuple[tuple[float, float], ...], limits: QualityLimits) -> bool:
    """Whether the head is turned, nodded or tilted too far, by the place of its eyes, nose and mouth; own geometry.

    Args:
        landmarks: as in `DetectedFace`; where there are none the answer is False.
        limits: gives the bounds.
    """
    if len(landmarks) < _LANDMARKS:
        return False
    right_eye, left_eye, nose, mouth = (complex(x, y) for x, y in landmarks[:_LANDMARKS])
    eyes = left_eye - right_eye
    if abs(eyes) < 1.0:
        return True
    # In a frame where the eyes lie at -0.5 and 0.5 and the face hangs down along +i.
    middle = (right_eye + left_eye) / 2
    nose_at, mouth_at = (nose - middle) / eyes, (mouth - middle) / eyes
    nod = nose_at.imag / mouth_at.imag if mouth_at.imag > 0 else math.inf
    turned = abs(nose_at.real) > limits.max_turn
    nodded = not limits.min_nod <= nod <= limits.max_nod
    return turned or nodded or abs(measure_tilt(landmarks)) > limits.max_tilt_deg

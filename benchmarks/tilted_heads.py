"""Accuracy of the whole path on tilted heads: cut upright by the eyes, beside the same boxes cut as they lie.

Run: `python -m benchmarks.tilted_heads --faces fer2013.zip [--count 600]`. Faces of the public split are enlarged into
a frame, as in `crop_margin`, which is turned by each angle, half of them to either side. `found` is the share that the
detector finds, `off` the median of how wrong the tilt is that its eyes tell; accuracies are over the faces found at
every angle, so that all rows stand for the same ones.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from benchmarks.crop_margin import frame_face, read_faces
from inference.bundle import read_bundle
from inference.classifier import load_classifier
from inference.detector import FaceDetector, load_detector
from inference.engine import SHIPPED_BUNDLE
from inference.preprocess import crop_face
from inference.quality import measure_tilt
from inference.types import DetectedFace, Picture

ANGLES = (0, 10, 20, 30, 45, 60, 75, 90, 120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=Path, help="fer2013.zip; without it nothing is measured")
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--bundle", type=Path, default=SHIPPED_BUNDLE)
    options = parser.parse_args()
    if options.faces is None:
        print("Left out: name the faces with --faces fer2013.zip.")
        return
    faces = list(read_faces(options.faces, options.count))
    labels = np.array([label for _, label in faces])
    frames = [frame_face(face) for face, _ in faces]
    bundle, detector = read_bundle(options.bundle), load_detector()
    classifier = load_classifier(bundle)
    detected = {
        angle: [_find(detector, _turn(frame, angle, index)) for index, frame in enumerate(frames)] for angle in ANGLES
    }
    everywhere = [
        index for index in range(len(frames)) if all(detected[angle][index] for angle in (a for a in ANGLES if a <= 60))
    ]
    print(f"{bundle.spec.name} {bundle.spec.version}; {len(everywhere)} of {len(frames)} found at up to 60°\n")
    print("| tilt | found | off, degrees | upright by the eyes | as it lies |\n|---|---|---|---|---|")
    for angle in ANGLES:
        indices = [index for index in everywhere if detected[angle][index]]
        off = [abs(_wrap(measure_tilt(detected[angle][index].landmarks) - _signed(angle, index))) for index in indices]  # type: ignore[union-attr]
        accuracy = []
        for upright in (True, False):
            crops = []
            for index in indices:
                face = detected[angle][index]
                assert face is not None
                tilt = measure_tilt(face.landmarks) if upright else 0.0
                crops.append(crop_face(_turn(frames[index], angle, index), face.box, bundle.spec, tilt_deg=tilt))
            accuracy.append(float((classifier.classify(np.stack(crops)).argmax(axis=1) == labels[indices]).mean()))
        share = sum(face is not None for face in detected[angle]) / len(frames)
        print(f"| {angle} | {share:.2f} | {np.median(off):.1f} | {accuracy[0]:.3f} | {accuracy[1]:.3f} |")


def _signed(angle: float, index: int) -> float:
    return angle if index % 2 else -angle


def _wrap(degrees: float) -> float:
    return (degrees + 180) % 360 - 180


def _turn(frame: Picture, angle: float, index: int) -> Picture:
    """The frame turned about its middle, every second one clockwise."""
    height, width = frame.shape[:2]
    rotation = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -_signed(angle, index), 1.0)
    return np.asarray(cv2.warpAffine(frame, rotation, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _find(detector: FaceDetector, frame: Picture) -> DetectedFace | None:
    """The face nearest to the middle of the frame."""
    middle = frame.shape[1] / 2, frame.shape[0] / 2
    faces = detector.detect(frame)
    return min(faces, key=lambda face: abs(complex(*face.box.center) - complex(*middle)), default=None)


if __name__ == "__main__":
    main()

"""Accuracy of the whole path (detect, crop, classify) for crop margins and shifts, beside the files as they are.

Run: `python -m benchmarks.crop_margin --faces fer2013.zip [--count 300]`. Faces of the public split are enlarged to
160 px and set into a frame whose border repeats theirs, blurred: there is no more context than that, so only faces
that the detector finds there are compared, and every row is over the same faces.
"""

from __future__ import annotations

import argparse
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.bundle import read_bundle
from inference.classifier import load_classifier
from inference.detector import load_detector
from inference.engine import SHIPPED_BUNDLE
from inference.preprocess import crop_face, fit_face
from inference.types import EMOTIONS, Box, Picture

FACE_PX = 160
BORDER_PX = 160
MARGINS = (0.0, 0.05, 0.1, 0.15, 0.2)
SHIFTS = (-0.1, -0.05, 0.0, 0.05, 0.1)

Face = tuple[Picture, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=Path, help="fer2013.zip; without it nothing is measured")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--bundle", type=Path, default=SHIPPED_BUNDLE)
    options = parser.parse_args()
    if options.faces is None:
        print("Left out: name the faces with --faces fer2013.zip.")
        return
    faces = list(_find(options.faces, options.count))
    print(
        f"{len(faces)} of {options.count} faces were found; median box in a 48 px file (x, y, w, h): {_median(faces)}"
    )
    bundle = read_bundle(options.bundle)
    classifier = load_classifier(bundle)
    labels = np.array([label for _, _, _, label in faces])

    def accuracy(crops: list[NDArray[np.uint8]]) -> float:
        return float((classifier.classify(np.stack(crops)).argmax(axis=1) == labels).mean())

    uncropped = accuracy([fit_face(face, bundle.spec.input_size) for face, _, _, _ in faces])
    print(f"{bundle.spec.name} {bundle.spec.version}; the files as they are: {uncropped:.3f}\n")
    print("| margin \\ shift | " + " | ".join(f"{shift:+.2f}" for shift in SHIFTS) + " |\n|---|" + "---|" * len(SHIFTS))
    for margin in MARGINS:
        specs = [replace(bundle.spec, crop_margin=margin, crop_shift=shift) for shift in SHIFTS]
        row = [accuracy([crop_face(frame, box, spec) for _, frame, box, _ in faces]) for spec in specs]
        print(f"| {margin:+.2f} | " + " | ".join(f"{value:.3f}" for value in row) + " |")


def _find(archive: Path, count: int) -> Iterator[tuple[Picture, Picture, Box, int]]:
    """Yield file, frame, the detector's box in it and the label, of each face that the detector finds."""
    detector = load_detector()
    for face, label in read_faces(archive, count):
        frame = frame_face(face)
        detected = detector.detect(frame)
        if detected:
            yield face, frame, detected[0].box, label


def frame_face(face: Picture) -> Picture:
    """The face enlarged in the middle of a frame whose border repeats its edge, blurred."""
    large = cv2.resize(face, (FACE_PX, FACE_PX), interpolation=cv2.INTER_CUBIC)
    frame = cv2.GaussianBlur(cv2.copyMakeBorder(large, *[BORDER_PX] * 4, cv2.BORDER_REPLICATE), (0, 0), 9)
    frame[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX] = large
    return np.asarray(frame, np.uint8)


def read_faces(archive: Path, count: int) -> Iterator[Face]:
    """Yield faces of the public split, uint8 (48, 48, 3), chosen at random, and their classes."""
    with zipfile.ZipFile(archive) as opened:
        names = sorted(name for name in opened.namelist() if "PublicTest" in name)
        for index in np.random.default_rng(0).permutation(len(names))[:count]:
            picture = cv2.imdecode(np.frombuffer(opened.read(names[index]), np.uint8), cv2.IMREAD_COLOR)
            yield picture, EMOTIONS.index(Path(names[index]).parent.name)  # type: ignore[arg-type]


def _median(faces: list[tuple[Picture, Picture, Box, int]]) -> str:
    boxes = np.array([(b.x - BORDER_PX, b.y - BORDER_PX, b.w, b.h) for _, _, b, _ in faces]) * 48 / FACE_PX
    return ", ".join(f"{value:.1f}" for value in np.median(boxes, axis=0))


if __name__ == "__main__":
    main()
